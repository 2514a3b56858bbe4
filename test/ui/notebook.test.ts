import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import type { Locator } from "playwright-core";
import { eventually, openWindow, panel, repo, screenshot, type TestWindow } from "./support.ts";

const recorded = path.join(repo, "test", "reference", "watched");
const [header = "", ...steps] = fs
  .readFileSync(path.join(recorded, "cells.jsonl"), "utf8")
  .trimEnd()
  .split("\n");

const STREAM = path.join(".gradlens", "runs", "20261130-a.jsonl");

/** A folder with the notebook, and the beginning of a run of it. */
function folder(...lines: readonly string[]): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-notebook-"));
  fs.mkdirSync(path.join(home, path.dirname(STREAM)), { recursive: true });
  fs.copyFileSync(path.join(recorded, "cells.ipynb"), path.join(home, "cells.ipynb"));
  fs.writeFileSync(path.join(home, STREAM), [...lines, ""].join("\n"));
  return home;
}

const open = async ({ workbench }: TestWindow): Promise<void> =>
  workbench.quickTake("Control+P", "cells.ipynb", "cells.ipynb");

const lensesOf = ({ workbench }: TestWindow): Locator =>
  workbench.page.locator('.monaco-editor[data-uri^="vscode-notebook-cell:"] .codelens-decoration a');

suite("a notebook in a window", () => {
  test("shows nothing of a run in Restricted Mode, until the folder is trusted", async () => {
    const home = folder(header, ...steps);
    const window = await openWindow({
      folder: home,
      plain: true,
      workspaceTrust: true,
      settings: { "security.workspace.trust.startupPrompt": "never" },
    });
    try {
      const { workbench } = window;
      await workbench.banner.filter({ hasText: "Restricted Mode" }).waitFor();
      await open(window);
      await workbench.page.locator(".cell .view-lines", { hasText: "class Deep" }).first().waitFor();
      await workbench.runCommand("GradLens: Watch Python File");
      await workbench.notifications.filter({ hasText: "in trusted workspaces only" }).waitFor();
      assert.deepEqual(await lensesOf(window).allInnerTexts(), []);
      await workbench.trustWorkspace();
      await open(window);
      await lensesOf(window)
        .filter({ hasText: /over 7/ })
        .waitFor();
    } finally {
      await window.close();
      fs.rmSync(home, { recursive: true });
    }
  });

  test("has the figures of its run at the lines of its cells, beside the panel", async () => {
    const live = JSON.stringify({ ...JSON.parse(header), pid: process.pid, host: os.hostname() });
    const home = folder(live, ...steps.slice(0, 3));
    let window: TestWindow | undefined;
    try {
      window = await openWindow({ folder: home });
      const { workbench } = window;
      await open(window);
      const lenses = lensesOf(window);
      const shown = await eventually(
        "lenses in the cells",
        () => lenses.allInnerTexts(),
        (texts) => texts.some((text) => /‖∂L\/∂θ‖ .* over 7/.test(text)),
      );
      assert.ok(
        shown.some((text) => /step 9 · loss/.test(text)),
        shown.join("\n"),
      );
      const { frame } = await panel(workbench);
      const state = async (): Promise<string> => (await frame.locator(".state").first().textContent()) ?? "";
      await eventually("the run in the panel", state, (found) => found === "Running");
      await screenshot(workbench, "notebook live");
      fs.appendFileSync(path.join(window.folder, STREAM), `${steps.slice(3).join("\n")}\n`);
      await eventually("the end", state, (found) => /^Completed/.test(found));
      await eventually(
        "the end above the cell",
        () => lenses.allInnerTexts(),
        (texts) => texts.some((text) => /completed/.test(text)),
      );
      await screenshot(workbench, "notebook ended");
    } finally {
      await window?.close();
      fs.rmSync(home, { recursive: true });
    }
  });
});
