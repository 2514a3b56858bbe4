import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, at, edit, ended, problems, start } from "./support.ts";

const textOf = async (uri: vscode.Uri): Promise<string> =>
  new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));

suite("files to begin with", () => {
  suiteSetup(api);

  test("New Model File writes one that runs, shows it, and replaces none that is there", async () => {
    const uri = at("mine.gradlens.json");
    await vscode.commands.executeCommand("gradlens.newModel", uri);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.toString(), uri.toString());
    assert.ok(document);
    assert.deepEqual(problems(uri), []);
    const { end } = await ended(await start(uri, "mine"));
    assert.equal(end?.reason, "completed");

    await edit(document, '"steps": 500', '"steps": 5');
    await document.save();
    await vscode.commands.executeCommand("gradlens.newModel", uri);
    assert.match(await textOf(uri), /"steps": 5,/);
  });

  test("Open Examples copies the labs with their data, and keeps what was changed in an earlier copy", async () => {
    const folder = at("labs");
    const vanishing = vscode.Uri.joinPath(folder, "vanishing.gradlens.json");
    await vscode.commands.executeCommand("gradlens.openExamples", folder);
    assert.match(await textOf(vanishing), /Sigmoid/);
    assert.match(await textOf(vscode.Uri.joinPath(folder, "data", "wine.csv")), /,/);

    await vscode.workspace.fs.writeFile(vanishing, new TextEncoder().encode("mine"));
    await vscode.commands.executeCommand("gradlens.openExamples", folder);
    assert.equal(await textOf(vanishing), "mine");
  });
});
