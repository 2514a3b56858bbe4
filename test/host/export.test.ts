import assert from "node:assert/strict";
import * as vscode from "vscode";
import { modelText, show } from "./support.ts";

suite("the export to PyTorch", () => {
  test("opens the model as a Python program, and writes nothing", async () => {
    const document = await show("export.gradlens.json", modelText({}));
    const model = /"models":\s*\{\s*"([^"]+)"/.exec(document.getText())?.[1];
    await vscode.commands.executeCommand("gradlens.exportPyTorch", document.uri, model);
    const program = vscode.window.activeTextEditor?.document;
    assert.equal(program?.languageId, "python");
    assert.equal(program.uri.scheme, "untitled");
    assert.match(program.getText(), /class \w+\(nn\.\w+\):/);
    assert.match(program.getText(), /optimizer\.step\(\)/);
  });

  test("stands as a lens above the model", async () => {
    const document = await show("exportLens.gradlens.json", modelText({}));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      100,
    );
    assert.ok(lenses.some(({ command }) => command?.command === "gradlens.exportPyTorch"));
  });
});
