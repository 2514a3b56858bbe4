import { test } from "node:test";
import {
  cursorLine,
  eventually,
  lensesWith,
  openWindow,
  panel,
  screenshot,
  suiteInWindow,
  type TestWindow,
} from "./support.ts";

const EXAMPLE = "vanishing.gradlens.json";

suiteInWindow(
  "the walkthrough",
  () => openWindow({ openFile: EXAMPLE }),
  (window) => {
    test("has five steps, and each is done by what it asks for", async () => {
      const { workbench } = window();
      await lensesWith(workbench, EXAMPLE, /▶ Run/);
      await workbench.runCommand("GradLens: Get Started");
      await eventually(
        "five steps",
        () => workbench.page.locator(".getting-started-step").count(),
        (n) => n === 5,
      );
      console.log(`Picture: ${await screenshot(workbench, "walkthrough")}`);
      await done(window(), 0);

      await run(window(), 9, "sigmoid");
      await done(window(), 1);

      await workbench.openFile(EXAMPLE);
      await workbench
        .codeLenses(EXAMPLE)
        .filter({ hasText: /over 20/ })
        .first()
        .click();
      await done(window(), 2);

      const { frame } = await panel(workbench);
      await frame.locator("#app button.link").first().click();
      await cursorLine(workbench, "the cursor at a layer", (line) => line > 9); // or it comes there later, from where a run is to start
      await done(window(), 3);

      await run(window(), 34, "relu-he");
      await done(window(), 4);

      await workbench.runCommand("GradLens: New Model File");
      const question = workbench.page.locator(".quick-input-title", { hasText: "New Model File" });
      await question.waitFor();
      await workbench.page.keyboard.press("Escape");
      await question.waitFor({ state: "hidden" });
      await done(window(), 5);
      console.log(`Picture: ${await screenshot(workbench, "walkthrough done")}`);
    });
  },
);

/** So many steps are ticked, when the page is looked at. */
async function done({ workbench }: TestWindow, count: number): Promise<void> {
  await workbench.runCommand("GradLens: Get Started");
  const ticked = workbench.page.locator(".getting-started-step .codicon-getting-started-step-checked");
  await eventually(
    `${count} steps done`,
    () => ticked.count(),
    (found) => found === count,
  );
}

/** Runs the model of a line to its end. */
async function run({ workbench }: TestWindow, line: number, model: string): Promise<void> {
  await workbench.openFile(EXAMPLE);
  await workbench.goTo(line);
  await workbench.page.keyboard.press("Control+Alt+Enter");
  const ended = new RegExp(`${model}: loss .* completed`);
  await workbench.page.locator(".statusbar-item", { hasText: ended }).first().waitFor();
}
