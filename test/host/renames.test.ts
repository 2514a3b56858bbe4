import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as vscode from "vscode";
import { Runs } from "../../src/host/runs.ts";
import { MarksOfFiles } from "../../src/host/watch/marksOfFiles.ts";
import { WatchedRuns } from "../../src/host/watch/watchedRuns.ts";
import { lensAt, Memory, open, Stream } from "./stream.ts";
import { api, at, ended, modelText, runThat, show, start, stop, titles, until } from "./support.ts";

/** In the editor, as a user does it in the Explorer. */
async function rename(from: string, to: string): Promise<void> {
  const change = new vscode.WorkspaceEdit();
  change.renameFile(at(from), at(to));
  assert.ok(await vscode.workspace.applyEdit(change));
}

/** By somebody else. */
function move(from: string, to: string): void {
  mkdirSync(dirname(at(to).fsPath), { recursive: true });
  renameSync(at(from).fsPath, at(to).fsPath);
}

const closeAll = (): Thenable<unknown> => vscode.commands.executeCommand("workbench.action.closeAllEditors");

async function watched(program: string): Promise<Stream> {
  const stream = new Stream("mlp", {}, program);
  stream.write();
  await stream.run("ended", ({ end }) => end !== undefined);
  return stream;
}

suite("the runs of a file that is renamed", () => {
  suiteSetup(api);
  teardown(async () => {
    await stop();
    await closeAll();
  });

  test("follow a program in the editor, and back, also where its folder is renamed", async () => {
    const stream = await watched("old/train.py");
    const { uri } = await open("old/train.py");
    await until("its figures", () => lensAt(uri, 12));
    await rename("old/train.py", "old/main.py");
    await stream.run("renamed", ({ file }) => file === "old/main.py");
    const renamed = await open("old/main.py");
    assert.match(await until("its figures", () => lensAt(renamed.uri, 12)), /‖∂L\/∂θ‖/);
    await rename("old", "new");
    await stream.run("moved", ({ file }) => file === "new/main.py");
    const moved = await open("new/main.py");
    assert.match(await until("its figures", () => lensAt(moved.uri, 12)), /‖∂L\/∂θ‖/);
    assert.equal((await stream.run("there")).stale, false);
    await rename("new/main.py", "old/train.py");
    await stream.run("back", ({ file }) => file === "old/train.py");
  });

  test("leave the old name to the program that is written there afterwards", async () => {
    const stream = await watched("first.py");
    await rename("first.py", "second.py");
    await stream.run("renamed", ({ file }) => file === "second.py");
    writeFileSync(at("first.py").fsPath, "import torch\n\n\n\n\n\n\n\n\n\n\nx = 1\n");
    const other = await open("first.py");
    const document = await open("second.py");
    await until("its figures", () => lensAt(document.uri, 12));
    assert.equal(await lensAt(other.uri, 12), undefined);
  });

  test("are known by what the program holds where somebody else renames it", async () => {
    const stream = await watched("outside.py");
    await open("outside.py");
    await closeAll();
    // Of the same text as others of these tests: it would be known by that in any of them.
    for (const name of ["mlp.py", "old/train.py", "second.py"]) rmSync(at(name).fsPath, { force: true });
    move("outside.py", "elsewhere/inside.py");
    await stream.run("moved", ({ file }) => file === "elsewhere/inside.py");
    const document = await open("elsewhere/inside.py");
    assert.match(await until("its figures", () => lensAt(document.uri, 12)), /‖∂L\/∂θ‖/);
  });

  test("are nowhere where two files hold the same, until there is one", async () => {
    rmSync(at("elsewhere").fsPath, { recursive: true, force: true });
    const stream = await watched("twice.py");
    copyFileSync(at("twice.py").fsPath, at("copy.py").fsPath);
    move("twice.py", "moved.py");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.equal((await stream.run("there")).file, "twice.py");
    rmSync(at("copy.py").fsPath);
    await stream.run("moved", ({ file }) => file === "moved.py");
  });

  test("follow it into the next window", async () => {
    rmSync(at("moved.py").fsPath, { force: true });
    const stream = await watched("kept.py");
    const memory = new Memory();
    const openWindow = async () => {
      const runs = new Runs(() => 50);
      const marks = new MarksOfFiles(memory, runs);
      const follower = new WatchedRuns(runs, marks, () => undefined);
      const found = await until("the run", () =>
        runs.all().find(({ origin }) => origin.model === stream.model),
      );
      return { runs, found, close: () => [follower, marks, runs].forEach((one) => one.dispose()) };
    };
    const first = await openWindow();
    first.runs.moved({ from: at("kept.py"), to: at("later.py") });
    assert.equal(first.found.origin.file, "later.py");
    first.close();
    const second = await openWindow();
    assert.equal(second.found.origin.file, "later.py");
    assert.equal(second.found.origin.uri?.toString(), at("later.py").toString());
    second.close();
    rmSync(at("kept.py").fsPath);
  });

  test("follow a model file by a folder's new name, and by what it declares where somebody else moves it", async () => {
    mkdirSync(at("models").fsPath, { recursive: true });
    const text = modelText({ train: { steps: 23, batch_size: 16, seed: 0 } });
    const { uri } = await show("models/one.gradlens.json", text);
    const id = await start(uri);
    await ended(id);
    await rename("models", "nets");
    await runThat(id, "renamed", ({ file }) => file === "nets/one.gradlens.json");
    await closeAll();
    move("nets/one.gradlens.json", "two.gradlens.json");
    await runThat(id, "moved", ({ file }) => file === "two.gradlens.json");
    const document = await open("two.gradlens.json");
    await until("its result", async () =>
      (await titles(document.uri)).some((title) => title.includes("after 23 steps")),
    );
  });
});
