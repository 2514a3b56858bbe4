import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import { eventually, lensesWith, openWindow, panel, repo, screenshot, type TestWindow } from "./support.ts";

const recorded = path.join(repo, "test", "reference", "watched");
const [header = "", ...steps] = fs
  .readFileSync(path.join(recorded, "mlp.jsonl"), "utf8")
  .trimEnd()
  .split("\n");

/** A folder with a program, and the beginning of a run of it. */
function folder(name: string): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-watched-"));
  fs.mkdirSync(path.join(made, ".gradlens", "runs"), { recursive: true });
  fs.copyFileSync(path.join(recorded, `${name}.py`), path.join(made, `${name}.py`));
  return made;
}

const stream = (home: string, name: string): string => path.join(home, ".gradlens", "runs", name);

suite("a Python program in a window", () => {
  test("has no run in Restricted Mode, and nothing to press, until the folder is trusted", async () => {
    const home = folder("mlp");
    fs.writeFileSync(stream(home, "20261130-a.jsonl"), [header, ...steps, ""].join("\n"));
    const window = await openWindow({
      folder: home,
      openFile: "mlp.py",
      plain: true,
      workspaceTrust: true,
      settings: { "security.workspace.trust.startupPrompt": "never" },
    });
    try {
      const { workbench } = window;
      await workbench.banner.filter({ hasText: "Restricted Mode" }).waitFor();
      await workbench.runCommand("GradLens: Watch Python File");
      await workbench.notifications.filter({ hasText: "in trusted workspaces only" }).waitFor();
      assert.deepEqual(await workbench.codeLenses("mlp.py").allInnerTexts(), []);
      await workbench.trustWorkspace();
      await workbench.openFile("mlp.py");
      await lensesWith(workbench, "mlp.py", /‖∂L\/∂θ‖ .* over 3/);
    } finally {
      await window.close();
      fs.rmSync(home, { recursive: true });
    }
  });

  test("has the figures of a run that goes on at its lines, beside the panel, and of one that ended before", async () => {
    const home = folder("mlp");
    const earlier = JSON.stringify({
      ...JSON.parse(header),
      model: "Earlier",
      started: "2026-11-29T07:52:55+0000",
    });
    fs.writeFileSync(stream(home, "20261129-a.jsonl"), [earlier, ...steps, ""].join("\n"));
    const live = JSON.stringify({ ...JSON.parse(header), pid: process.pid, host: os.hostname() });
    fs.writeFileSync(stream(home, "20261130-b.jsonl"), [live, ...steps.slice(0, 3), ""].join("\n"));
    let window: TestWindow | undefined;
    try {
      window = await openWindow({ folder: home, openFile: "mlp.py" });
      const { workbench } = window;
      const lenses = await lensesWith(workbench, "mlp.py", /‖∂L\/∂θ‖ .* over 3/);
      assert.ok(
        lenses.some((text) => /step 9 · loss/.test(text)),
        lenses.join("\n"),
      );
      assert.ok(!lenses.some((text) => /completed/.test(text)), "a later run stands at the same lines");
      const { frame } = await panel(workbench);
      const text = async (selector: string): Promise<string> =>
        (await frame.locator(selector).first().textContent()) ?? "";
      await eventually(
        "the run in the panel",
        () => text(".state"),
        (found) => found === "Running",
      );
      assert.equal(await frame.locator(".controls").isVisible(), false, "there is nothing to press");
      await screenshot(workbench, "watched live");
      fs.appendFileSync(stream(window.folder, "20261130-b.jsonl"), `${steps.slice(3).join("\n")}\n`);
      await eventually(
        "the end",
        () => text(".state"),
        (found) => /^Completed/.test(found),
      );
      await lensesWith(workbench, "mlp.py", /completed/);
      const runs = await frame.locator("vscode-option").allTextContents();
      assert.ok(
        runs.some((run) => /Earlier/.test(run)),
        runs.join("\n"),
      );
      await workbench.hover("mlp.py", "hidden");
      await screenshot(workbench, "watched ended");
    } finally {
      await window?.close();
      fs.rmSync(home, { recursive: true });
    }
  });
});
