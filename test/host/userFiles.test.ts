import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { MODEL_FILES } from "../../src/host/userFiles.ts";
import { api, at, lenses, modelText, problems, show, titles, until } from "./support.ts";

const WRONG = modelText().replace('"Tanh"', '"Tahn"');

/** A document that somebody else has made: the committed text, say. */
async function shown(scheme: string): Promise<vscode.TextDocument> {
  const provider = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: () => WRONG,
  });
  try {
    const uri = at("committed.gradlens.json").with({ scheme, query: "HEAD" });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, "jsonc");
    await vscode.window.showTextDocument(document);
    return document;
  } finally {
    provider.dispose();
  }
}

suite("documents that are no files of the user", () => {
  suiteSetup(api);

  for (const scheme of ["gitlens", "conflictResolution", "review", "chat-editing-text-model"]) {
    test(`${scheme}: has no lens, problem, quick fix or run`, async () => {
      const { uri } = await shown(scheme);
      assert.deepEqual(await lenses(uri), []);
      await delay(400); // problems come when a text has been quiet for 150 ms
      assert.deepEqual(problems(uri), []);
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        "vscode.executeCodeActionProvider",
        uri,
        new vscode.Range(0, 0, 1000, 0),
        vscode.CodeActionKind.QuickFix.value,
      );
      assert.ok(!actions.some(({ edit }) => edit), actions.map(({ title }) => title).join(", "));
      const before = (await api()).runs().length;
      assert.equal(await vscode.commands.executeCommand("gradlens.run", uri, "m"), undefined);
      assert.equal((await api()).runs().length, before);
    });
  }

  test("a file that is not saved yet is one", async () => {
    const uri = vscode.Uri.from({ scheme: "untitled", path: at("unsaved.gradlens.json").path });
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), WRONG));
    await until("the problem", () => problems(uri)[0]);
    assert.ok((await titles(uri)).some((title) => title.includes("problem")));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});

suite("names of model files", () => {
  suiteSetup(api);

  test("are compared without case: problems, lenses and the schema are there", async () => {
    const document = await show("Case.GradLens.Json", WRONG.replace('"Tahn"', '""'));
    assert.equal(document.languageId, "jsonc");
    await until("the problem", () => problems(document.uri)[0]);
    assert.ok((await titles(document.uri)).length > 0);
    const position = document.positionAt(document.getText().indexOf('""') + 1);
    await until("the schema's completions", async () => {
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        document.uri,
        position,
      );
      return items.some(({ label }) => JSON.stringify(label).includes("ReLU"));
    });
    const found = await vscode.workspace.findFiles(MODEL_FILES);
    assert.ok(found.some(({ path }) => path === document.uri.path));
  });

  test("are the same for the schema as for the extension", () => {
    const manifest = vscode.extensions.getExtension("gradlens.gradlens")?.packageJSON as {
      contributes: { jsonValidation: readonly { fileMatch: readonly string[] }[] };
    };
    const [{ fileMatch } = { fileMatch: [] }] = manifest.contributes.jsonValidation;
    assert.equal(`**/{${fileMatch.join(",")}}`, MODEL_FILES);
  });
});
