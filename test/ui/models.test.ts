import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Workbench } from "../../tools/vscode/workbench.mjs";
import { eventually, lensesWith, openWindow, repo, suiteInWindow, type TestWindow } from "./support.ts";

const EXAMPLE = "vanishing.gradlens.json";
const ALONE = "alone.gradlens.json";

suiteInWindow(
  "the list of models to run",
  () => openWindow({ openFile: EXAMPLE }),
  (window) => {
    /** Labels and groups of the list, in order, once it is drawn: at first its rows are those that the palette leaves. */
    const rows = async (): Promise<string[]> => {
      const { workbench } = window();
      await workbench.runCommand("GradLens: Run Model…");
      const list = workbench.page.locator(".quick-input-widget .quick-input-list .monaco-list-row");
      let before = "";
      const isDrawn = (found: readonly string[]): boolean => {
        const [previous, now] = [before, found.join("\n")];
        before = now;
        return now === previous && now.includes("this file");
      };
      const texts = await eventually(
        "the models",
        () =>
          list.evaluateAll((all) =>
            all
              .map((row) => ({ at: Number(row.getAttribute("data-index")), text: row.textContent ?? "" }))
              .sort((one, other) => one.at - other.at)
              .map(({ text }) => text),
          ),
        isDrawn,
      );
      await workbench.page.keyboard.press("Escape");
      return texts;
    };
    test("begins with those of the file that is shown, the nearest to the cursor first", async () => {
      const { workbench } = window();
      await lensesWith(workbench, EXAMPLE, /▶ Run/);
      const text = fs.readFileSync(path.join(window().folder, EXAMPLE), "utf8");
      const line = text.slice(0, text.indexOf('"relu-he"')).split("\n").length;
      await workbench.goTo(line);
      const first = async () => (await rows()).filter((text) => text !== "this file")[0] ?? "";
      assert.match(await first(), /^relu-he/);
      await workbench.goTo(1);
      assert.match(await first(), /^sigmoid/);
    });

    test("goes on with those that were run elsewhere, with how that ended, and then the others", async () => {
      const { workbench } = window();
      await workbench.codeLenses(EXAMPLE).filter({ hasText: "▶ Run" }).first().click();
      await lensesWith(workbench, EXAMPLE, /· completed/);
      await workbench.openFile("exploding.gradlens.json");
      await lensesWith(workbench, "exploding.gradlens.json", /▶ Run/);
      const found = await rows();
      const at = (pattern: RegExp): number => found.findIndex((text) => pattern.test(text));
      const order = [at(/this file/), at(/run before/), at(/^sigmoid.*loss \S+ after \d+ steps · completed/)];
      const shown = found.join("\n");
      assert.ok(
        order.every((place) => place >= 0),
        shown,
      );
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
        shown,
      );
      const others = at(/other models/); // further down than the list is high, maybe
      assert.ok(others < 0 || others > at(/^sigmoid/), shown);
    });
  },
);

suiteInWindow("a model file that is opened alone", openAlone, (window) => {
  test("has its lenses and runs, and its data are watched", async () => {
    const { workbench, folder } = window();
    await lensesWith(workbench, ALONE, /▶ Run · 1 layer/);
    const problems = await workbench.problems();
    await problems.filter({ hasText: "late.csv" }).first().waitFor();
    fs.writeFileSync(path.join(folder, "late.csv"), "x0,x1,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n");
    await problems.filter({ hasText: "late.csv" }).first().waitFor({ state: "hidden" });
    await workbench.codeLenses(ALONE).filter({ hasText: "▶ Run" }).first().click();
    await lensesWith(workbench, ALONE, /· completed/);
  });
});

/** A window without a folder, on a file whose data are not there yet. */
async function openAlone(): Promise<TestWindow> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-alone-"));
  const openFile = path.join(folder, ALONE);
  const model = {
    input: [2],
    layers: [{ type: "Linear", out_features: 1 }],
    loss: "BCEWithLogitsLoss",
    data: { type: "csv", path: "late.csv", target: "y" },
    train: { steps: 5, batch_size: 4 },
  };
  fs.writeFileSync(openFile, JSON.stringify({ version: 1, models: { m: model } }, undefined, 2));
  const workbench = await Workbench.open({
    userDataDir: path.join(folder, "user-data"),
    openFile,
    extensionDevelopmentPath: repo,
  });
  return {
    workbench,
    folder,
    close: async () => {
      await workbench.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
