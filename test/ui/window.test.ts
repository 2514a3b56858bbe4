import { test } from "node:test";
import assert from "node:assert/strict";
import { eventually, lensesWith, openWindow, panel, suiteInWindow } from "./support.ts";

const EXAMPLE = "vanishing.gradlens.json";

suiteInWindow(
  "a window with the extension",
  () => openWindow({ openFile: EXAMPLE }),
  (window) => {
    test("shows lenses above the models of the example", async () => {
      const lenses = await lensesWith(window().workbench, EXAMPLE, /▶ Run · \d+ layers/);
      assert.ok(lenses.length > 1);
    });

    test("shows the panel, which says how to begin", async () => {
      const { frame, element } = await panel(window().workbench);
      const text = await eventually("words in the panel", () => frame.innerText("#app"));
      assert.match(text, /Run/);
      assert.ok(await element.isVisible());
    });

    test("runs a model from its lens, and the panel follows", async () => {
      const { workbench } = window();
      await workbench.codeLenses(EXAMPLE).filter({ hasText: "▶ Run" }).first().click();
      await lensesWith(workbench, EXAMPLE, /gain \d/);
      const { frame } = await panel(workbench);
      await eventually(
        "a step in the panel",
        () => frame.innerText("#app"),
        (text) => /step \d+/i.test(text),
      );
    });
  },
);
