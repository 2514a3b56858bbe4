import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import {
  api,
  edit,
  ended,
  ENDLESS,
  lenses,
  modelText,
  runThat,
  show,
  start,
  stepped,
  stop,
  summary,
  titles,
  until,
} from "./support.ts";

const GRADIENT = /^‖∂L\/∂θ‖ \S+ · gain \S+ · update \S+$/;
const ACTIVATION = /^saturated .+ % · gain \S+$/;

const probes = (on: boolean): Thenable<void> =>
  vscode.workspace
    .getConfiguration("gradlens")
    .update("probe", on ? undefined : false, vscode.ConfigurationTarget.Global);

suite("a run", () => {
  suiteSetup(api);
  teardown(stop);

  test("begins at the lens: what runs before it, then its figures at the same lines", async () => {
    const document = await show("lens.gradlens.json", modelText());
    const before = await lenses(document.uri);
    assert.deepEqual(
      before.map(({ title }) => title),
      [
        "▶ Run · 3 layers · 33 parameters",
        "PyTorch",
        "[2] → [8] · 24 parameters",
        "[8] → [8]",
        "[8] → [1] · 9 parameters",
      ],
    );

    const run = await ended(await start(document.uri));
    assert.equal(run.end?.reason, "completed");
    const [again, result, pin, pytorch, hidden, tanh, head, ...others] = await lenses(document.uri);
    assert.equal(again?.title, "▶ Run · 3 layers · 33 parameters");
    assert.match(result?.title ?? "", /^loss \d\.\d+ after 50 steps · completed$/);
    assert.equal(pin?.title, "$(pin)\u00a0Pin");
    assert.equal(pytorch?.title, "PyTorch");
    assert.match(hidden?.title ?? "", GRADIENT);
    assert.match(tanh?.title ?? "", ACTIVATION);
    assert.match(head?.title ?? "", GRADIENT);
    assert.deepEqual(others, []);
    const lines = (all: typeof before) => [...new Set(all.map(({ line }) => line))];
    assert.deepEqual(lines(await lenses(document.uri)), lines(before));
  });

  test("keeps every frame of a short run, in order", async () => {
    const document = await show("frames.gradlens.json", modelText());
    const id = await start(document.uri);
    await ended(id);
    const steps = (await api()).frames(id).map(({ step }) => step);
    assert.deepEqual(
      steps,
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  });

  test("shows a range at a layer that is repeated", async () => {
    const block = {
      repeat: 20,
      name: "block",
      layers: [{ type: "Linear", out_features: 4 }, { type: "Sigmoid" }],
    };
    const head = { type: "Linear", name: "head", out_features: 1 };
    const document = await show("repeat.gradlens.json", modelText({ layers: [block, head] }));
    await ended(await start(document.uri));
    const found = await titles(document.uri);
    assert.ok(
      found.some((title) =>
        /^\$\(error\)\svanishing-depth · ‖∂L\/∂θ‖ \S+ … \S+ over 20 · gain \S+ … \S+$/.test(title),
      ),
      found.join("\n"),
    );
  });

  test("shows the figures of a layer where the mouse points at it", async () => {
    const document = await show("figures.gradlens.json", modelText());
    await ended(await start(document.uri));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      document.positionAt(document.getText().indexOf('"Tanh"') + 2),
    );
    const texts = hovers
      .flatMap(({ contents }) => contents)
      .map((one) => (typeof one === "string" ? one : one.value));
    assert.ok(
      texts.some((text) => /^\*\*layer 1\*\* · Tanh · step 50/.test(text) && text.includes("| saturated |")),
      texts.join("\n"),
    );
  });

  test("is stopped at once, and keeps what it has shown", async () => {
    const document = await show("stop.gradlens.json", modelText(ENDLESS));
    const id = await start(document.uri);
    await stepped(id);
    assert.ok((await titles(document.uri)).includes("■ Stop"));
    const before = performance.now();
    await stop();
    const tookMs = performance.now() - before;
    const run = await summary(id);
    assert.equal(run.end?.reason, "stopped");
    assert.ok((await api()).frames(id).length > 0);
    console.log(`stopped after ${tookMs.toFixed(0)} ms`);
  });

  test("the set of lenses stays the same while it goes on", async () => {
    const document = await show("stable.gradlens.json", modelText(ENDLESS));
    const id = await start(document.uri);
    await stepped(id);
    const first = await lenses(document.uri);
    for (let i = 0; i < 5; i++) {
      await delay(100);
      const now = await lenses(document.uri);
      assert.deepEqual(
        now.map(({ line }) => line),
        first.map(({ line }) => line),
      );
    }
  });

  test("is paused, makes single steps, and goes on", async () => {
    const document = await show("pause.gradlens.json", modelText(ENDLESS));
    const id = await start(document.uri);
    await stepped(id);
    await vscode.commands.executeCommand("gradlens.pause");
    await delay(100);
    const { step, state } = await summary(id);
    assert.equal(state, "paused");
    await delay(100);
    assert.equal((await summary(id)).step, step);

    await vscode.commands.executeCommand("gradlens.step");
    await runThat(id, "one step on", (run) => run.step === step + 1);
    await vscode.commands.executeCommand("gradlens.resume");
    await runThat(id, "far on", (run) => run.step > step + 10);
  });

  test("ends when another one starts", async () => {
    const document = await show("two.gradlens.json", modelText(ENDLESS));
    const first = await start(document.uri);
    await stepped(first);
    const second = await start(document.uri);
    await stepped(second);
    assert.equal((await summary(first)).end?.reason, "stopped");
    assert.equal((await summary(second)).state, "running");
  });

  test("is stale once the model has changed, and no longer when the change is taken back", async () => {
    await probes(false); // which would show the figures of the model as it is by then
    const document = await show("stale.gradlens.json", modelText());
    const id = await start(document.uri);
    await ended(id);
    await edit(document, '"Tanh"', '"ReLU"');
    const figures = (await titles(document.uri)).filter((title) => title.includes("· gain"));
    assert.equal(figures.length, 3);
    for (const title of figures) assert.match(title, /^\(stale\) /);
    assert.ok((await titles(document.uri)).some((title) => title.startsWith("↻ Run again")));
    assert.equal((await summary(id)).stale, true);

    await edit(document, '"ReLU"', '"Tanh"');
    assert.ok(!(await titles(document.uri)).some((title) => title.includes("(stale)")));
    await probes(true);
  });

  test("is not stale for a comment", async () => {
    const document = await show("comment.gradlens.json", modelText());
    const id = await start(document.uri);
    await ended(id);
    await edit(document, '"version"', '/* what is new */ "version"');
    assert.equal((await summary(id)).stale, false);
  });

  test("that turns NaN ends there, and names the layer in lens, status and gutter", async () => {
    const exploding = {
      loss: "MSELoss",
      optimizer: { type: "SGD", lr: 1e20 },
      layers: [
        { type: "Linear", name: "hidden", out_features: 8 },
        { type: "Linear", name: "head", out_features: 1 },
      ],
    };
    const document = await show("nan.gradlens.json", modelText(exploding));
    const { end } = await ended(await start(document.uri));
    assert.ok(end?.reason === "non_finite", end?.reason);
    assert.match(end.layer, /^(hidden|head|loss)$/);
    const named = end.layer === "loss" ? "NaN or ∞ in the loss" : `NaN or ∞ first in ${end.layer}`;
    const found = await titles(document.uri);
    assert.ok(
      found.some((title) => title.includes(named)),
      found.join("\n"),
    );
    await until("the status", async () => (await api()).statusText().includes("NaN or ∞"));
  });

  test("marks the lines of layers at which the gradient vanishes", async () => {
    const block = {
      repeat: 12,
      name: "block",
      layers: [{ type: "Linear", out_features: 4 }, { type: "Sigmoid" }],
    };
    const head = { type: "Linear", name: "head", out_features: 1 };
    const document = await show("gutter.gradlens.json", modelText({ layers: [block, head] }));
    await ended(await start(document.uri));
    const marks = (await api()).marks(document);
    const line = (text: string): number => document.positionAt(document.getText().indexOf(text)).line - 1;
    assert.deepEqual(
      marks.map(({ line: its }) => its),
      [line('"type": "Linear"'), line('"type": "Sigmoid"'), line('"name": "head"') - 1],
    );
    assert.match(marks[0]?.share ?? "", /^vanishing[23]$/);
    assert.equal(marks.at(-1)?.share, "even");

    const settings = vscode.workspace.getConfiguration("gradlens");
    await settings.update("gutter.enabled", false, vscode.ConfigurationTarget.Global);
    assert.deepEqual((await api()).marks(document), []);
    await settings.update("gutter.enabled", undefined, vscode.ConfigurationTarget.Global);
  });

  test("shows in the status bar", async () => {
    const document = await show("status.gradlens.json", modelText(ENDLESS));
    const id = await start(document.uri);
    await stepped(id);
    const text = await until("the status", async () => {
      const { statusText } = await api();
      return statusText().includes("steps/s") && statusText();
    });
    assert.match(text, /^\$\(pulse\)\sm: step [\d,]+ \/ 100,000,000 · loss \S+ · [\d,]+ steps\/s$/);
  });

  test("a setting turns a kind of lens off", async () => {
    const document = await show("off.gradlens.json", modelText());
    await ended(await start(document.uri));
    const settings = vscode.workspace.getConfiguration("gradlens");
    await settings.update("codeLens.gradients", false, vscode.ConfigurationTarget.Global);
    const left = (await titles(document.uri)).filter((title) => title.includes("· gain"));
    await settings.update("codeLens.gradients", undefined, vscode.ConfigurationTarget.Global);
    assert.equal(left.length, 1);
    assert.match(left[0] ?? "", ACTIVATION);
  });
});
