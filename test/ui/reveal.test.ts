import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, lensesWith, openWindow, screenshot, suiteInWindow, type TestWindow } from "./support.ts";

const EXAMPLE = "vanishing.gradlens.json";

suiteInWindow(
  "a panel that nobody has opened",
  () => openWindow({ openFile: EXAMPLE }),
  (window) => {
    test("stands beside the code at the first run, drawn, and the Explorer stays", async () => {
      const { workbench } = window();
      await lensesWith(workbench, EXAMPLE, /▶ Run/);
      assert.equal(await workbench.secondarySideBar.isVisible(), false);
      await run(window());
      const { frame } = await workbench.webview(async (one) => (await one.$("#app canvas")) !== null, {
        extension: "gradlens.gradlens",
      });
      await workbench.secondarySideBar.waitFor();
      await eventually(
        "a step in the panel",
        () => frame.innerText("#app"),
        (text) => /step \d+|after \d+/.test(text),
      );
      assert.ok(await workbench.sideBar.locator(".explorer-folders-view").isVisible());
      console.log(`Picture: ${await screenshot(workbench, "first run")}`);
    });

    test("leaves the focus in the editor: what is typed goes there", async () => {
      const { workbench } = window();
      await workbench.page.keyboard.type(" ");
      await workbench.page.locator(".tab.active.dirty").waitFor();
      await workbench.page.keyboard.press("Control+Z");
    });

    test("does not come back at the next run when it was closed", async () => {
      const { workbench } = window();
      await close(window());
      await run(window());
      await workbench.page.waitForTimeout(1500); // longer than the first one took
      assert.equal(await workbench.secondarySideBar.isVisible(), false);
    });

    test("comes back at every run where the user wants that", async () => {
      const { workbench } = window();
      workbench.set({ "gradlens.panel.reveal": "always" });
      await eventually(
        "the panel at a run",
        async () => {
          await run(window());
          await workbench.page.waitForTimeout(500);
          return workbench.secondarySideBar.isVisible();
        },
        (visible) => visible,
      );
    });
  },
);

suiteInWindow(
  "a panel that shall not show itself",
  () => openWindow({ openFile: EXAMPLE, settings: { "gradlens.panel.reveal": "never" } }),
  (window) => {
    test("stays away at the first run", async () => {
      const { workbench } = window();
      await lensesWith(workbench, EXAMPLE, /▶ Run/);
      await run(window());
      await lensesWith(workbench, EXAMPLE, /loss \S+ after 500 steps · completed/);
      assert.equal(await workbench.secondarySideBar.isVisible(), false);
    });
  },
);

/** Runs the model at the cursor by its key, as somebody does who is typing. */
async function run({ workbench }: TestWindow): Promise<void> {
  await workbench.editor(EXAMPLE).locator(".view-lines").click();
  await workbench.goTo(9);
  await workbench.page.keyboard.press("Control+Alt+Enter");
}

async function close({ workbench }: TestWindow): Promise<void> {
  await workbench.page.keyboard.press("Control+Alt+B");
  await workbench.secondarySideBar.waitFor({ state: "hidden" });
}
