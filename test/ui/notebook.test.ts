import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import { eventually, openWindow, panel, repo, screenshot, type TestWindow } from "./support.ts";

const recorded = path.join(repo, "test", "reference", "watched");
const [header = "", ...steps] = fs
  .readFileSync(path.join(recorded, "cells.jsonl"), "utf8")
  .trimEnd()
  .split("\n");

suite("a notebook in a window", () => {
  test("has the figures of its run at the lines of its cells, beside the panel", async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-notebook-"));
    const stream = path.join(".gradlens", "runs", "20261130-a.jsonl");
    fs.mkdirSync(path.join(home, ".gradlens", "runs"), { recursive: true });
    fs.copyFileSync(path.join(recorded, "cells.ipynb"), path.join(home, "cells.ipynb"));
    const live = JSON.stringify({ ...JSON.parse(header), pid: process.pid, host: os.hostname() });
    fs.writeFileSync(path.join(home, stream), [live, ...steps.slice(0, 3), ""].join("\n"));
    let window: TestWindow | undefined;
    try {
      window = await openWindow({ folder: home });
      const { workbench } = window;
      await (await workbench.quickPick("Control+P", "cells.ipynb", "cells.ipynb")).click();
      const { page } = workbench;
      const lenses = page.locator('.monaco-editor[data-uri^="vscode-notebook-cell:"] .codelens-decoration a');
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
      fs.appendFileSync(path.join(window.folder, stream), `${steps.slice(3).join("\n")}\n`);
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
