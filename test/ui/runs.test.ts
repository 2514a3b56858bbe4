import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventually, lensesWith, openWindow, screenshot, suiteInWindow, type TestWindow } from "./support.ts";

const EXAMPLE = "vanishing.gradlens.json";

suiteInWindow(
  "the list of runs",
  () => openWindow({ openFile: EXAMPLE, plain: true, viewport: { width: 1440, height: 900 } }),
  (window) => {
    test("says what to do where there is none", async () => {
      const { workbench } = window();
      await lensesWith(workbench, EXAMPLE, /▶ Run/);
      await workbench.focusView("GradLens", "Runs");
      const welcome = workbench.sideBar.locator(".welcome-view-content");
      await welcome.waitFor();
      assert.match(await welcome.innerText(), /Run Model…/);
      console.log(`Picture: ${await screenshot(workbench, "runs none")}`);
    });

    test("has the run of a model, below the model and its file, with what was found", async () => {
      await run(window(), 9, "sigmoid");
      await run(window(), 34, "relu-he");
      const texts = await eventually(
        "two runs",
        () => rows(window()),
        (found) => found.filter((one) => /completed/.test(one) && /\d\d:\d\d:\d\d/.test(one)).length === 2,
      );
      assert.match(texts.join("\n"), /vanishing\.gradlens\.json[^]*relu-he[^]*sigmoid/);
    });

    test("is gone through by keyboard: opened, shown, renamed, deleted, and brought back", async () => {
      const { workbench } = window();
      const { page } = workbench;
      await workbench.focusView("GradLens", "Runs");
      const row = workbench.sideBar.locator(".monaco-list-row", { hasText: /\d\d:\d\d:\d\d/ }).last();
      await row.click();
      await page.waitForTimeout(500);
      await page.keyboard.press("ArrowRight");
      await eventually(
        "what was found in sigmoid",
        () => rows(window()),
        (found) => found.some((one) => /gradient|loss stays|saturat/i.test(one)),
      );
      console.log(`Picture: ${await screenshot(workbench, "runs")}`);
      await page.keyboard.press("F2");
      const input = page.locator(".quick-input-widget .quick-input-box input");
      await input.fill("the one that starves");
      await page.keyboard.press("Enter");
      await eventually(
        "its name",
        () => rows(window()),
        (found) => found.some((one) => one.includes("starves")),
      );

      await workbench.sideBar.locator(".monaco-list-row", { hasText: "starves" }).click();
      await page.keyboard.press("Delete");
      await eventually(
        "it to be gone",
        () => rows(window()),
        (found) => !found.some((one) => one.includes("starves")),
      );
      await workbench.notifications
        .filter({ hasText: "is deleted" })
        .getByRole("button", { name: "Undo" })
        .click();
      await eventually(
        "it to be back",
        () => rows(window()),
        (found) => found.some((one) => one.includes("starves")),
      );
    });

    test("takes a stream in, from the Explorer's menu or by command", async () => {
      const { workbench, folder } = window();
      const stream = path.join(import.meta.dirname, "..", "reference", "watched", "mlp.jsonl");
      fs.copyFileSync(stream, path.join(folder, "spiral.jsonl"));
      await workbench.runCommand("Explorer: Focus on Folders View");
      const file = workbench.sideBar.locator(".monaco-list-row", { hasText: "spiral.jsonl" });
      await file.click({ button: "right" });
      const item = workbench.page.getByRole("menuitem", { name: "Import Run…" });
      await item.waitFor();
      await workbench.page.waitForTimeout(500); // VS Code takes a click on a menu that has just come up for the one that opened it
      await item.click();
      await workbench.page.locator(".statusbar-item", { hasText: "Spiral: loss" }).first().waitFor();
      await workbench.focusView("GradLens", "Runs");
      await eventually(
        "the imported run",
        () => rows(window()),
        (found) => found.some((one) => /spiral\.jsonl.*recorded elsewhere/.test(one)),
      );
      console.log(`Picture: ${await screenshot(workbench, "runs imported")}`);
    });
  },
);

const rows = ({ workbench }: TestWindow): Promise<string[]> =>
  workbench.sideBar
    .locator(".monaco-list-row")
    .allInnerTexts()
    .then((all) => all.map((one) => one.replace(/\s+/g, " ")));

/** Runs the model of a line to its end. */
async function run({ workbench }: TestWindow, line: number, model: string): Promise<void> {
  await workbench.editor(EXAMPLE).locator(".view-lines").click();
  await workbench.goTo(line);
  await workbench.page.keyboard.press("Control+Alt+Enter");
  const done = workbench.page.locator(".statusbar-item", {
    hasText: new RegExp(`${model}: loss .* completed`),
  });
  await done.first().waitFor();
}
