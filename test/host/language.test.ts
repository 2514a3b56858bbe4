import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, at, edit, modelText, problems, show, until } from "./support.ts";

const textAt = (document: vscode.TextDocument, { range }: vscode.Diagnostic): string =>
  document.getText(range);

suite("editing a model file", () => {
  suiteSetup(api);

  test("both file names are jsonc", async () => {
    for (const name of ["gradlens.json", "language.gradlens.json"]) {
      const document = await show(name, modelText());
      assert.equal(document.languageId, "jsonc", name);
    }
  });

  test("an unknown layer type is a problem at exactly its name, and the fix mends it", async () => {
    const document = await show("typo.gradlens.json", modelText().replace('"Tanh"', '"Tahn"'));
    const [problem, ...others] = await until("the problem", () => nonEmpty(problems(document.uri)));
    assert.deepEqual(others, []);
    assert.ok(problem);
    assert.equal(textAt(document, problem), '"Tahn"');
    assert.equal(problem.code, "layer.unknown-type");
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);

    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      problem.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(({ edit, title }) => edit && title.includes("Tanh"));
    assert.ok(fix?.edit, `a fix among ${actions.map(({ title }) => title).join(", ")}`);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.equal(document.getText(), modelText());
    await until("no problem", () => problems(document.uri).length === 0);
  });

  test("all problems of a file are shown together, and vanish when they are solved", async () => {
    const text = modelText()
      .replace('"out_features": 8', '"out_features": -8')
      .replace('"lr": 0.5', '"learning": 0.5');
    const document = await show("several.gradlens.json", text);
    const found = await until("two problems", () => atLeast(2, problems(document.uri)));
    assert.deepEqual(found.map((problem) => textAt(document, problem)).sort(), ['"learning"', "-8"]);
    await edit(document, "-8", "8");
    await edit(document, '"learning"', '"lr"');
    await until("no problem", () => problems(document.uri).length === 0);
  });

  test("a text that is no JSON is a problem, not a failure", async () => {
    const document = await show("broken.gradlens.json", '{ "version": 1, "models": { "m": ');
    await until("a problem", () => nonEmpty(problems(document.uri)));
    await edit(document, document.getText(), `[`.repeat(5000));
    await until("a problem of its depth", () =>
      problems(document.uri).find(({ code }) => code === "json.too-deep"),
    );
  });

  test("completion of a layer's type comes from the schema", async () => {
    const document = await show("completion.gradlens.json", modelText().replace('"Tanh"', '""'));
    const position = document.positionAt(document.getText().indexOf('""') + 1);
    const labels = await until("completions", async () => {
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        document.uri,
        position,
      );
      const names = items.map(({ label }) => (typeof label === "string" ? label : label.label));
      return names.some((name) => name.includes("ReLU")) && names;
    });
    for (const type of ["Linear", "BatchNorm1d", "Residual"]) {
      assert.ok(
        labels.some((label) => label.includes(type)),
        `${type} among ${labels.join(", ")}`,
      );
    }
  });

  test("the hover of a layer's type explains it", async () => {
    const document = await show("hover.gradlens.json", modelText());
    await until("the schema's hover", async () =>
      (await hoverOf(document, '"Tanh"')).includes("The hyperbolic tangent."),
    );
  });

  test("so does the hover of a field in a file that is not saved yet", async () => {
    const uri = at("unsaved.gradlens.json").with({ scheme: "untitled" });
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((change) => change.insert(new vscode.Position(0, 0), modelText()));
    await until("the schema's hover", async () =>
      (await hoverOf(document, '"loss"')).includes("What training minimises"),
    );
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});

/** All that is shown where a text stands. */
async function hoverOf(document: vscode.TextDocument, text: string): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    document.positionAt(document.getText().indexOf(text) + 2),
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map(markdownOf)
    .join("\n");
}

const markdownOf = (content: vscode.MarkedString | vscode.MarkdownString): string =>
  typeof content === "string" ? content : content.value;

const nonEmpty = <T>(list: readonly T[]) => atLeast(1, list);

const atLeast = <T>(n: number, list: readonly T[]): readonly T[] | undefined =>
  list.length >= n ? list : undefined;
