import assert from "node:assert/strict";
import * as vscode from "vscode";
import {
  api,
  at,
  edit,
  ended,
  lenses,
  modelText,
  problems,
  show,
  start,
  stop,
  titles,
  until,
} from "./support.ts";

type Json = Readonly<Record<string, unknown>>;

const CLASSES: Json = {
  layers: [
    { type: "Linear", name: "hidden", out_features: 8 },
    { type: "ReLU" },
    { type: "Linear", name: "head", out_features: 2 },
    { type: "Softmax", name: "classes" },
  ],
  loss: "CrossEntropyLoss",
  data: { type: "two_moons", samples: 64 },
};

const codeOf = ({ code }: vscode.Diagnostic): unknown => (typeof code === "object" ? code.value : code);

const found = (uri: vscode.Uri, id: string): Promise<vscode.Diagnostic> =>
  until(`${id} among the problems`, () => problems(uri).find((problem) => codeOf(problem) === id));

const gone = (uri: vscode.Uri, id: string): Promise<boolean> =>
  until(`${id} to be gone`, () => !problems(uri).some((problem) => codeOf(problem) === id));

const actionsAt = async (
  document: vscode.TextDocument,
  { range }: vscode.Diagnostic,
): Promise<readonly vscode.CodeAction[]> =>
  vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    range,
    vscode.CodeActionKind.QuickFix.value,
  );

suite("findings", () => {
  suiteSetup(api);
  teardown(stop);

  test("of the text alone appear while typing, at the layer, with a fix that one undo takes back", async () => {
    const text = modelText(CLASSES).replace("\n      },\n", "\n      }, // two of them\n");
    const document = await show("softmax.gradlens.json", text);
    const problem = await found(document.uri, "softmax-before-ce");
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(document.positionAt(text.indexOf('"Softmax"')).line - 1, problem.range.start.line);
    assert.ok(typeof problem.code === "object" && problem.code.target.toString().startsWith("command:"));

    const SIGN = "$(error)\u00a0softmax-before-ce · [2] → [2]";
    await until("the lens of the layer", async () => (await titles(document.uri)).includes(SIGN));

    const actions = await actionsAt(document, problem);
    const fix = actions.find(({ edit: change }) => change);
    assert.ok(fix?.edit, actions.map(({ title }) => title).join("\n"));
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.ok(!document.getText().includes("Softmax"));
    assert.ok(document.getText().includes("// two of them"));
    await gone(document.uri, "softmax-before-ce");
    await until("no sign in any lens", async () =>
      (await titles(document.uri)).every((title) => !title.includes("softmax-before-ce")),
    );
    await vscode.commands.executeCommand("undo");
    assert.equal(document.getText(), text);
    await found(document.uri, "softmax-before-ce");
  });

  test("a bias before a normalisation is an information, with its fix", async () => {
    const layers = [
      { type: "Linear", name: "hidden", out_features: 8 },
      { type: "BatchNorm1d" },
      { type: "ReLU" },
      { type: "Linear", name: "head", out_features: 1 },
    ];
    const document = await show("bias.gradlens.json", modelText({ layers }));
    const problem = await found(document.uri, "bias-before-norm");
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Information);
    const fix = (await actionsAt(document, problem)).find(({ edit: change }) => change);
    assert.ok(fix?.edit);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(document.getText(), /"bias": false/);
    await gone(document.uri, "bias-before-norm");
  });

  test("of a run are taken back when the model is another", async () => {
    const layers = [
      { type: "Linear", name: "hidden", out_features: 8, init: "zeros" },
      { type: "ReLU" },
      { type: "Linear", name: "head", out_features: 1, init: "zeros" },
    ];
    const document = await show("zero.gradlens.json", modelText({ layers }));
    await ended(await start(document.uri));
    await until("errors of the run", () =>
      problems(document.uri).some(({ severity }) => severity === vscode.DiagnosticSeverity.Error),
    );
    await edit(
      document,
      '"init": "zeros"\n        },\n        {\n          "type": "ReLU"',
      '"init": "default"\n        },\n        {\n          "type": "ReLU"',
    );
    await until("no error of a run that was of another model", () =>
      problems(document.uri).every(({ message }) => !/exactly 0/.test(message)),
    );
  });

  test("of a run stand in the lens at the layer", async () => {
    const text = modelText({ optimizer: { type: "SGD", lr: 1e-9 } });
    const document = await show("slow.gradlens.json", text);
    await ended(await start(document.uri));
    const SIGN = /^\$\(error\)\slr-too-small · ‖∂L\/∂θ‖ /;
    const shown = await until("the sign", async () =>
      (await lenses(document.uri)).find(({ title }) => SIGN.test(title)),
    );
    assert.equal(shown.line, document.positionAt(text.indexOf('"Linear"')).line - 1);
    await edit(document, "1e-9", "0.5");
    await until("the sign to be gone with the model that ran", async () =>
      (await titles(document.uri)).every((title) => !title.includes("lr-too-small")),
    );
  });

  test("of the data stand above the model, with how its run ended", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 5},${1000 + 100 * (i % 9)}`);
    const table = new TextEncoder().encode(`a,b,y\n${rows.join("\n")}\n`);
    await vscode.workspace.fs.writeFile(at("far.csv"), table);
    const data = { type: "csv", path: "far.csv", target: "y" };
    const text = modelText({ data, loss: "MSELoss", optimizer: { type: "SGD", lr: 1e-6 } });
    const document = await show("far.gradlens.json", text);
    await ended(await start(document.uri));
    const shown = await until("the sign", async () =>
      (await lenses(document.uri)).find(({ title }) =>
        title.startsWith("$(error)\u00a0target-scale · loss "),
      ),
    );
    assert.equal(shown.line, document.positionAt(text.indexOf('"m"')).line);
  });

  test("a variant is mended in its own text, or where it has its layers from", async () => {
    const file = JSON.parse(modelText(CLASSES)) as { models: Record<string, Json> };
    file.models["variant"] = { extends: "m", train: { steps: 20 } };
    const document = await show("variant.gradlens.json", JSON.stringify(file, undefined, 2));
    const problem = await found(document.uri, "softmax-before-ce");
    const titles = (await actionsAt(document, problem)).map(({ title }) => title);
    assert.ok(
      titles.some((title) => title.endsWith("(in variant)")),
      titles.join("\n"),
    );
    assert.ok(
      titles.some((title) => title.endsWith("(in m)")),
      titles.join("\n"),
    );
  });

  test("the hover says why, with the figures and the source", async () => {
    const document = await show("why.gradlens.json", modelText(CLASSES));
    const problem = await found(document.uri, "softmax-before-ce");
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      problem.range.start,
    );
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (typeof content === "string" ? content : content.value))
      .join("\n");
    assert.match(text, /Softmax before CrossEntropyLoss/);
    assert.match(text, /Source: \[.*\]\(https:\/\//);
  });

  test("names of a file stay text", async () => {
    const named = modelText(CLASSES, "$(bug) [x](command:evil)");
    const document = await show("hostile-finding.gradlens.json", named);
    const problem = await found(document.uri, "softmax-before-ce");
    for (const text of [problem.message, ...(await actionsAt(document, problem)).map(({ title }) => title)]) {
      assert.doesNotMatch(text, /\]\(|\$\(bug/);
    }
  });
});
