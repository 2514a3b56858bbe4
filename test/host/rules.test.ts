import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, edit, ended, modelText, problems, show, shown, start, stop, until } from "./support.ts";

const set = (rules: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration("gradlens").update("rules", rules, vscode.ConfigurationTarget.Global);

const CLASSES = {
  layers: [
    { type: "Linear", name: "hidden", out_features: 8 },
    { type: "ReLU" },
    { type: "Linear", name: "head", out_features: 2 },
    { type: "Softmax", name: "classes" },
  ],
  loss: "CrossEntropyLoss",
  data: { type: "two_moons", samples: 64 },
};

const SLOW = { optimizer: { type: "SGD", lr: 1e-9 } };

const ids = (uri: vscode.Uri): readonly unknown[] =>
  problems(uri).map(({ code }) => (typeof code === "object" ? code.value : code));

const has = (uri: vscode.Uri, id: string): Promise<unknown> => until(id, () => ids(uri).includes(id));
const lacks = (uri: vscode.Uri, id: string): Promise<unknown> =>
  until(`${id} to be gone`, () => !ids(uri).includes(id));

suite("the setting of findings", () => {
  suiteSetup(api);
  teardown(async () => {
    await stop();
    await set(undefined);
  });

  test("turns one off that the text shows, and on again, without an edit", async () => {
    const { uri } = await show("rules-text.gradlens.json", modelText(CLASSES));
    await has(uri, "softmax-before-ce");
    await set({ "softmax-before-ce": "off" });
    await lacks(uri, "softmax-before-ce");
    await set(undefined);
    await has(uri, "softmax-before-ce");
  });

  test("judges a run anew that has ended, in the Problems view and the status bar", async () => {
    const document = await show("rules-run.gradlens.json", modelText(SLOW));
    const { uri } = document;
    const { statusTooltip } = await api();
    await ended(await start(uri));
    await has(uri, "lr-too-small");
    await until("a word of it", () => /learning rate/i.test(statusTooltip()));
    await set(Object.fromEntries(["lr-too-small", "loss-stalled"].map((id) => [id, "off"])));
    await until("no finding", () => ids(uri).length === 0);
    await until("no word of it", () => !/learning rate/i.test(statusTooltip()));
    await set(undefined);
    await has(uri, "lr-too-small");
    await until("the words again", () => /learning rate/i.test(statusTooltip()));
  });

  test("gives way to what the model says itself", async () => {
    const rules = { "softmax-before-ce": {} }; // on, with the thresholds of the table
    const text = modelText({ ...CLASSES, rules });
    await set({ "softmax-before-ce": "off" });
    const document = await show("rules-own.gradlens.json", modelText(CLASSES));
    await lacks(document.uri, "softmax-before-ce");
    await edit(document, document.getText(), text);
    await has(document.uri, "softmax-before-ce");
  });

  test("sets a threshold", async () => {
    const layers = [
      { type: "Linear", name: "hidden", out_features: 8 },
      { type: "ReLU" },
      { type: "Dropout", p: 0.6 },
      { type: "Linear", name: "head", out_features: 1 },
    ];
    const { uri } = await show("rules-threshold.gradlens.json", modelText({ layers }));
    await until("the text to be read", () => problems(uri).length === 0);
    await set({ dropout: { p: 0.5 } });
    await has(uri, "dropout");
  });

  test("is told of once where it cannot be read, and the rest of it holds", async () => {
    const { uri } = await show("rules-wrong.gradlens.json", modelText(CLASSES));
    await has(uri, "softmax-before-ce");
    const told = await shown(async () => {
      await set({ "dead-rely": "off", "softmax-before-ce": "off" });
      await lacks(uri, "softmax-before-ce");
      await set({ "dead-rely": "off", "softmax-before-ce": "off", collapse: "off" });
    });
    assert.deepEqual(told, [
      {
        text: 'The setting gradlens.rules: there is no finding "dead-rely": did you mean "dead-relu"? The rest of it holds.',
        buttons: ["Open Settings"],
      },
    ]);
  });
});
