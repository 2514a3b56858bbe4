import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { eventually, lensesWith, openWindow, screenshot, suiteInWindow } from "./support.ts";

const FILE = "deep.gradlens.json";

/** Learns nothing as it is, and a lot with ReLU: quick enough to be tried in many ways. */
const TEXT = `{
  "version": 1,
  "models": {
    "deep": {
      "input": [2],
      "init": "xavier_uniform",
      "layers": [
        // twelve times the same
        { "repeat": 12, "name": "block", "layers": [{ "type": "Linear", "out_features": 16 }, { "type": "Sigmoid" }] },
        { "type": "Linear", "name": "head", "out_features": 1 }
      ],
      "loss": "BCEWithLogitsLoss",
      "optimizer": { "type": "SGD", "lr": 0.1 },
      "data": { "type": "two_moons", "samples": 200 },
      "train": { "steps": 4000, "batch_size": 32, "seed": 0 }
    }
  }
}
`;

function folderOf(text: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-fixes-"));
  fs.writeFileSync(path.join(folder, FILE), text);
  return folder;
}

const folder = folderOf(TEXT);

suiteInWindow(
  "somebody who has fixes tried",
  async () => {
    const window = await openWindow({ folder, openFile: FILE });
    fs.rmSync(folder, { recursive: true });
    return window;
  },
  (window) => {
    const saved = async (): Promise<string> => {
      const { workbench, folder } = window();
      await workbench.runCommand("File: Save");
      await workbench.page.locator(".tab.dirty").waitFor({ state: "hidden" });
      return fs.readFileSync(path.join(folder, FILE), "utf8");
    };

    /** A window that is driven shows no notifications by itself, but for errors. */
    async function tryFixes(): Promise<void> {
      const { workbench } = window();
      await workbench.runCommand("GradLens: Try Fixes");
      await workbench.runCommand("Notifications: Show Notifications");
    }

    test("can stop it, and nothing has changed", async () => {
      const { workbench } = window();
      await lensesWith(workbench, FILE, /▶ Run/);
      await tryFixes();
      const progress = workbench.notifications.filter({ hasText: "Trying fixes of deep" });
      await eventually(
        "how far it is",
        () => progress.innerText(),
        (text) => /\d+ of \d+/.test(text),
      );
      await progress.getByRole("button", { name: "Cancel" }).click();
      await progress.waitFor({ state: "hidden" });
      assert.equal(await workbench.notifications.filter({ hasText: /deep:/ }).count(), 0);
      assert.equal(await saved(), TEXT);
    });

    test("gets the one that is better in every seed, in the file and over the model as it was, and takes it back with one undo", async () => {
      const { workbench } = window();
      await tryFixes();
      const offer = workbench.notifications.filter({ hasText: /better in 3 of 3 seeds/i });
      await offer.waitFor({ timeout: 120_000 });
      await screenshot(workbench, "fixes offered");
      await offer.getByRole("button", { name: "Apply" }).click();
      // The panel comes up by itself.
      const { frame } = await workbench.webview(async (frame) => (await frame.$("#app > *")) !== null, {
        extension: "gradlens.gradlens",
      });
      await eventually(
        "both runs in the panel",
        () => frame.innerText("#app"),
        (text) => /Compared with\s+deep, as it is ·/.test(text) && /Completed/.test(text),
      );
      await screenshot(workbench, "fixes applied");
      await workbench.goTo(1);
      const fixed = await saved();
      assert.notEqual(fixed, TEXT);
      assert.match(fixed, /\/\/ twelve times the same/);
      await workbench.page.keyboard.press("Control+Z");
      assert.equal(await saved(), TEXT);
    });
  },
);
