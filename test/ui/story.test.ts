import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import {
  cursorLine,
  eventually,
  lensesWith,
  openWindow,
  panel,
  repo,
  screenshot,
  suiteInWindow,
} from "./support.ts";

const EXAMPLE = "vanishing.gradlens.json";

/** The README's picture is written anew where this is set (`npm run pictures`). It ships, so it is small. */
const anew = process.env.GRADLENS_PICTURES !== undefined;

suiteInWindow(
  "the first minute, as the README tells it",
  () =>
    openWindow({
      openFile: EXAMPLE,
      viewport: { width: 1440, height: 900 },
      settings: { "editor.minimap.enabled": false },
    }),
  (window) => {
    test("Run Model from the palette: figures at the layers, a sentence and charts in the panel", async () => {
      const { workbench } = window();
      await lensesWith(workbench, EXAMPLE, /▶ Run/);
      await workbench.goTo(9);
      await workbench.runCommand("GradLens: Run Model");
      await lensesWith(workbench, EXAMPLE, /‖∂L\/∂θ‖ \S+ … \S+ over 20 · gain/);
      const { frame } = await panel(workbench);
      const text = await eventually(
        "a sentence that names the cause",
        () => frame.innerText("#app"),
        (words) => /shrinks|vanishes|gets/.test(words) && /Gradient flow/.test(words),
      );
      assert.match(text, /block\.0/);
      for (const chart of ["gradient-flow", "gains"]) {
        const colours = await eventually(`something drawn in ${chart}`, () =>
          frame.$eval(`[data-chart="${chart}"] canvas`, (canvas) => {
            const { width, height } = canvas as HTMLCanvasElement;
            const pixels = (canvas as HTMLCanvasElement)
              .getContext("2d")
              ?.getImageData(0, 0, width, height).data;
            return new Set(pixels).size;
          }),
        );
        assert.ok(colours > 3, `${chart} has ${colours} colours`);
      }
    });

    test("the run comes to its end, in lens, panel and status bar", async () => {
      const { workbench } = window();
      await lensesWith(workbench, EXAMPLE, /loss \S+ after 500 steps · completed/);
      const { frame } = await panel(workbench);
      await eventually(
        "the end in the panel",
        () => frame.innerText("#app"),
        (words) => /completed/i.test(words),
      );
      await workbench.page.locator(".statusbar-item", { hasText: "sigmoid: loss" }).first().waitFor();
    });

    test("a click on a layer in the panel selects its declaration", async () => {
      const { workbench } = window();
      const { frame } = await panel(workbench);
      await workbench.goTo(1);
      await frame.locator("#app button.link").first().click();
      await cursorLine(workbench, "the cursor at a layer", (line) => line > 9);
    });

    for (const theme of ["Dark", "Light", "High Contrast", "High Contrast Light"] as const) {
      test(`looks right in the theme ${theme}`, async () => {
        const { workbench } = window();
        await workbench.theme(theme);
        const { frame } = await panel(workbench);
        await eventually(
          "the panel in the theme",
          () => frame.evaluate(() => document.body.className),
          (name) => name.includes(`vscode-${theme.toLowerCase().replaceAll(" ", "-")}`),
        );
        await workbench.goTo(9);
        const name = `screenshot-${theme.toLowerCase().replaceAll(" ", "-")}`;
        const file = await screenshot(workbench, name);
        assert.ok(fs.statSync(file).size > 50_000, "the picture is empty");
        if (anew && theme === "Dark") {
          await workbench.page.screenshot({ path: path.join(repo, "media", "readme.png"), scale: "css" });
        }
      });
    }

    test("a remedy that is run then lies over the model that it extends, as the tour promises, until that is taken away", async () => {
      const { workbench } = window();
      await workbench.goTo(34); // in "relu-he"
      await workbench.runCommand("GradLens: Run Model");
      const { frame } = await panel(workbench);
      const legend = (): Promise<string> => frame.innerText('[data-chart="gradient-flow"] .legend');
      await eventually("sigmoid in the legend", legend, (words) =>
        /sigmoid · \d\d:\d\d:\d\d \(layers by path\)/.test(words),
      );
      assert.match(await frame.innerText(".overlay"), /the model that this one extends/);
      await frame.locator('[data-chart="differences"]').scrollIntoViewIfNeeded();
      await eventually(
        "what differs in the declaration",
        () => frame.innerText('[data-chart="differences"] table'),
        (table) => /optimizer\.lr\s+0\.001\s+0\.1/.test(table) && /ReLU\s+Sigmoid/.test(table),
      );
      await frame.getByRole("button", { name: /^Take away sigmoid/ }).click();
      await eventually("a legend without it", legend, (words) => !words.includes("sigmoid"));
      await frame.getByRole("button", { name: "Compare with…" }).click();
      await frame.getByRole("checkbox", { name: /^sigmoid/ }).check();
      await eventually("a legend with it", legend, (words) => words.includes("sigmoid"));
      await frame.getByRole("button", { name: /^Show what differs from sigmoid/ }).click();
      await eventually(
        "an editor for differences",
        () => workbench.page.locator(".tab.active").innerText(),
        (title) => /sigmoid .*↔ relu-he/.test(title),
      );
    });
  },
);
