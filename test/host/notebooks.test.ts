import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import * as vscode from "vscode";
import { hoverAt, lensAt, linesOf, Stream } from "./stream.ts";
import { api, at, edit, lenses, problems, shown, titles, until } from "./support.ts";

/** The cells of the recorded notebook: that of the class makes all layers but the model itself. */
const [IMPORTS, CLASS] = [1, 2];

/** Every notebook of these tests. */
const named = new Set<string>();

async function openNotebook(name: string): Promise<readonly vscode.TextDocument[]> {
  named.add(name);
  const notebook = await vscode.workspace.openNotebookDocument(at(name));
  await vscode.window.showNotebookDocument(notebook);
  return notebook.getCells().map(({ document }) => document);
}

const cell = (cells: readonly vscode.TextDocument[], index: number): vscode.TextDocument => {
  const found = cells[index];
  assert.ok(found, `cell ${index}`);
  return found;
};

let notebooks = 0;

/** The stream of a notebook that is open, which no other test has had, and its cells. */
async function watched(fields: object = {}, file = `cells${++notebooks}.ipynb`) {
  const stream = new Stream("cells", fields, file);
  const cells = await openNotebook(file);
  return { stream, file, cells, made: cell(cells, CLASS) };
}

suite("a run of a notebook", () => {
  suiteSetup(api);
  teardown(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  test("shows its figures at the lines of the cells that make the layers, while its file grows", async () => {
    const { stream, file, cells, made } = await watched();
    stream.write(3);
    const run = await stream.run("under way", ({ step }) => step > 0);
    assert.deepEqual([run.state, run.file], ["running", file]);
    const first = await until("a lens at the line of the first layer", () => lensAt(made.uri, 4));
    assert.match(first, /^‖∂L\/∂θ‖ \S+ · gain/);
    assert.match((await lensAt(made.uri, 5)) ?? "", /‖∂L\/∂θ‖ \S+ … \S+ over 7/);
    assert.deepEqual(await lenses(cell(cells, IMPORTS).uri), []);
    stream.write();
    await until("other figures", async () => (await lensAt(made.uri, 4)) !== first);
    await until("the end above the cell", async () =>
      (await lenses(made.uri)).find(({ line, title }) => line === 0 && /completed/.test(title)),
    );
    assert.match(await hoverAt(made.uri, 4), /\*\*inputs\*\* · Linear/);
  });

  test("is marked in the gutter, and has what was found of it at its lines", async () => {
    const { stream, made } = await watched();
    stream.write();
    await stream.run("ended", ({ end }) => end !== undefined);
    const { marks } = await api();
    const lines = await until(
      "marks",
      () => marks(made).length > 0 && marks(made).map(({ line }) => line + 1),
    );
    assert.deepEqual(lines, [4, 5, 6, 7]);
    const found = await until("a finding", () => problems(made.uri).length > 0 && problems(made.uri));
    assert.ok(found.every(({ range }) => range.start.line >= 3 && range.start.line <= 6));
  });

  test("moves along with edits of its cell, and is stale until they are undone", async () => {
    const { stream, file, made } = await watched();
    stream.write(5);
    const before = await until("a lens", () => lensAt(made.uri, 4));
    assert.doesNotMatch(before, /stale/);
    await edit(made, "    def __init__", "    # one\n    # two\n    def __init__");
    await until("a stale lens two lines below", async () => /stale/.test((await lensAt(made.uri, 6)) ?? ""));
    assert.equal((await stream.run("stale")).stale, true);
    assert.deepEqual((await api()).marks(made), []);

    // The cell that trains is run once more: the class is still the one of before.
    const again = new Stream("cells", { model: stream.model }, file);
    again.write(4);
    await until("the figures of the next run, where the lines are now", async () =>
      (await titles(made.uri)).some((title) => /stale.*step 9/.test(title)),
    );
    assert.match((await lensAt(made.uri, 6)) ?? "", /stale/);
    await edit(made, "    # one\n    # two\n", "");
    await until("a lens that is not stale", async () => /^‖/.test((await lensAt(made.uri, 4)) ?? ""));
  });

  test("is shown at the line of its cell, in the notebook, which is opened", async () => {
    named.add("closed.ipynb");
    const stream = new Stream("cells", {}, "closed.ipynb");
    stream.write();
    const { id } = await stream.run("ended", ({ end }) => end !== undefined);
    assert.equal(await vscode.commands.executeCommand("gradlens.revealLayer", id, "out"), undefined);
    const editor = await until("the cell", () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.getText().startsWith("class Deep") ? active : undefined;
    });
    assert.equal(editor.document.uri.scheme, "vscode-notebook-cell");
    assert.equal(editor.document.uri.path, at("closed.ipynb").path);
    assert.equal(editor.selection.start.line, 6);
  });

  test("is that of its notebook alone, not of a copy; where none is told, of the cell wherever it is", async () => {
    const { stream, made } = await watched();
    stream.write();
    await until("a lens", () => lensAt(made.uri, 4));
    const { cells } = (JSON.parse(linesOf("cells")[0] ?? "") as { notebook: { cells: string[] } }).notebook;
    const anywhere = new Stream("cells", { notebook: { cells } }, "copy.ipynb");
    const copy = cell(await openNotebook("copy.ipynb"), CLASS);
    anywhere.write(3);
    await until("a lens in the copy", () => lensAt(copy.uri, 4));
    const said = await titles(copy.uri);
    assert.ok(!said.some((title) => /completed/.test(title)), said.join("\n"));
  });

  test("is found in the folder of a notebook that lies deeper, where kernels run", async () => {
    const folder = `deep${Date.now().toString(36)}`;
    const stream = new Stream("cells", {}, `${folder}/net.ipynb`, folder);
    const made = cell(await openNotebook(`${folder}/net.ipynb`), CLASS);
    stream.write();
    await until("a lens", () => lensAt(made.uri, 4));
  });

  test("follows its notebook to another name, in the editor and outside of it", async () => {
    const { stream, file, made } = await watched();
    stream.write();
    await until("a lens", () => lensAt(made.uri, 4));
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const rename = new vscode.WorkspaceEdit();
    rename.renameFile(at(file), at(`renamed ${file}`));
    assert.ok(await vscode.workspace.applyEdit(rename));
    await stream.run("renamed", (run) => run.file === `renamed ${file}`);
    const inEditor = cell(await openNotebook(`renamed ${file}`), CLASS);
    const hasEnded = async (uri: vscode.Uri): Promise<boolean> =>
      (await titles(uri)).some((title) => /completed/.test(title));
    await until("its end under the new name", () => hasEnded(inEditor.uri));

    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    // Of the same cells as others of these tests: it would be known by them in any.
    for (const other of named) if (!other.startsWith("renamed")) rmSync(at(other).fsPath, { force: true });
    renameSync(at(`renamed ${file}`).fsPath, at(`moved ${file}`).fsPath);
    await stream.run("moved", (run) => run.file === `moved ${file}`);
    const outside = cell(await openNotebook(`moved ${file}`), CLASS);
    await until("its end under the last name", () => hasEnded(outside.uri));
  });

  test("is begun by cells alone: the command says what to write, and has it at hand", async () => {
    const { made } = await watched();
    await vscode.window.showTextDocument(made);
    const said = await shown(() => vscode.commands.executeCommand("gradlens.watchPython"));
    assert.match(said[0]?.text ?? "", /watched from its cells.*gradlens\.watch\(model\)/);
    assert.deepEqual(said[0]?.buttons, ["Copy Import"]);
    await vscode.commands.executeCommand("gradlens.copyNotebookImport");
    assert.match(
      await vscode.env.clipboard.readText(),
      /^import sys\nsys\.path\.append\(".*python"\)\nimport gradlens\n$/,
    );
  });
});
