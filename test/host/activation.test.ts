import assert from "node:assert/strict";
import * as vscode from "vscode";

const ID = "gradlens.gradlens";

const extension = (): vscode.Extension<unknown> => {
  const found = vscode.extensions.getExtension(ID);
  assert.ok(found, `${ID} is not installed`);
  return found;
};

const modelFile = (): vscode.Uri => {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, "no folder is open");
  return vscode.Uri.joinPath(folder.uri, "xor.gradlens.json");
};

// The order matters: an extension cannot be deactivated. Mocha runs files in the order of their names.
suite("activation", () => {
  test("opening a folder does not activate the extension", () => {
    assert.equal(extension().isActive, false);
  });

  test("a model file has the language jsonc", async () => {
    const document = await vscode.workspace.openTextDocument(modelFile());
    assert.equal(document.languageId, "jsonc");
  });

  test("a model file in an editor activates it", async () => {
    await vscode.window.showTextDocument(modelFile());
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  test("every command of the manifest is registered", async () => {
    const manifest = extension().packageJSON as { contributes: { commands: { command: string }[] } };
    const declared = manifest.contributes.commands.map(({ command }) => command);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      declared.filter((command) => !registered.has(command)),
      [],
    );
  });
});
