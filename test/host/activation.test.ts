import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Api } from "../../src/host/api.ts";
import { until } from "./support.ts";

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
  test("a folder that holds a model file activates the extension, whatever language its files have", async () => {
    await until("the activation", () => extension().isActive);
    assert.deepEqual(
      vscode.workspace.textDocuments.filter(({ fileName }) => fileName.endsWith(".json")),
      [],
    );
  });

  test("takes no time that a window's start would show", async () => {
    const { activationMs } = (await extension().activate()) as Api;
    console.log(`activated in ${activationMs.toFixed(1)} ms`);
    assert.ok(activationMs < 200, `${activationMs} ms`);
  });

  test("a model file has the language jsonc", async () => {
    const document = await vscode.workspace.openTextDocument(modelFile());
    assert.equal(document.languageId, "jsonc");
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
