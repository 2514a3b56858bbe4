import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, at, ended, modelText, problems, start, titles, until } from "./support.ts";

const associate = (value: Readonly<Record<string, string>> | undefined, target: vscode.ConfigurationTarget) =>
  vscode.workspace.getConfiguration("files").update("associations", value, target);

const { Global, Workspace } = vscode.ConfigurationTarget;

/** Writes a file and opens it, while no editor knows it. */
async function open(name: string, text: string): Promise<vscode.TextDocument> {
  await vscode.workspace.fs.writeFile(at(name), new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(at(name));
  await vscode.window.showTextDocument(document);
  return document;
}

const hint = (uri: vscode.Uri) => problems(uri).find(({ code }) => code === "file.language");

suite("a model file that an association gives another language", () => {
  suiteSetup(api);
  teardown(async () => {
    await associate(undefined, Global);
    await associate(undefined, Workspace);
  });

  for (const [language, cost] of [
    ["json", /comments are marked as errors/],
    ["plaintext", /completion and explanations are missing/],
  ] as const) {
    test(`has lenses and problems and runs, though it is ${language}, and the editor says why`, async () => {
      await associate({ "*.json": language }, Global);
      const document = await open(`as-${language}.gradlens.json`, modelText());
      assert.equal(document.languageId, language);
      assert.ok((await titles(document.uri)).some((title) => title.startsWith("▶ Run")));
      assert.equal((await ended(await start(document.uri))).end?.reason, "completed");
      const found = await until("the hint", () => hint(document.uri));
      assert.equal(found.severity, vscode.DiagnosticSeverity.Information);
      assert.match(found.message, cost);
      assert.match(found.message, /files\.associations/);
    });
  }

  test("is JSON with Comments after the quick fix, as are those that are opened later", async () => {
    await associate({ "*.json": "json" }, Global);
    const document = await open("mended.gradlens.json", modelText());
    const found = await until("the hint", () => hint(document.uri));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      found.range,
    );
    const action = actions.find(({ title }) => title.includes("JSON with Comments"));
    assert.ok(action?.command, actions.map(({ title }) => title).join(", "));
    await vscode.commands.executeCommand(action.command.command);
    const languageOf = (uri: vscode.Uri) =>
      vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString())?.languageId;
    await until("the language", () => languageOf(document.uri) === "jsonc");
    await until("no hint", () => hint(document.uri) === undefined);
    assert.equal((await open("later.gradlens.json", modelText())).languageId, "jsonc");
    assert.equal((await open("other.json", "{}")).languageId, "json");
  });

  test("is none where nothing is set: no hint", async () => {
    const document = await open("usual.gradlens.json", modelText());
    assert.equal(document.languageId, "jsonc");
    await until("the lenses", async () => (await titles(document.uri)).length > 0);
    assert.equal(hint(document.uri), undefined);
  });
});
