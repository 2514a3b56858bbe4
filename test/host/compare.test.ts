import assert from "node:assert/strict";
import * as vscode from "vscode";
import { panelHtml } from "../../src/host/html.ts";
import { resultCommand } from "../../src/host/lensCommands.ts";
import { stateMessage } from "../../src/host/panelMessages.ts";
import type { Run } from "../../src/host/run.ts";
import { Runs } from "../../src/host/runs.ts";
import type { Overlay, RunSummary } from "../../src/protocol/webview.ts";
import { frameOf } from "../support/frames.ts";
import { recorded } from "../support/history.ts";
import { at } from "./support.ts";

suite("the runs under the one that a panel shows", () => {
  const layers = [{ path: "head", type: "Linear", parameters: [], output_shape: [1], stats: [] }];

  /** A run of a model of a file that came to some step. */
  function add(
    runs: Runs,
    model: string,
    { file = "a.gradlens.json", step = 3, base }: { file?: string; step?: number; base?: string } = {},
  ): Run {
    const info = { model, seed: 0, parameters: 1, steps: 9, layers, hist_every: 1, engine: "scalar" };
    const run = runs.add({
      origin: { uri: at(file), file, model, ...(base !== undefined && { base }), fingerprint: model, info },
    });
    if (step > 0) run.append(recorded([frameOf([{ delta_norm: 1 }], { loss: 1 }, step)]).since(0));
    return run;
  }

  const overlays = (runs: Runs, shown: Run): readonly Overlay[] => {
    const message = stateMessage({ runs, shown, isStale: () => false }, true);
    assert.ok(message.type === "state");
    for (const { run } of message.overlays) {
      const summary: RunSummary | undefined = message.runs.find(({ id }) => id === run);
      assert.equal(summary?.info.layers.length, 1, "layers are listed, or nothing could be matched");
    }
    return message.overlays;
  };

  const comparedWith = (runs: Runs, shown: Run): number | undefined => overlays(runs, shown)[0]?.run;

  const keeping = (count = 10): Runs => new Runs(() => count);

  test("is the one before it of the same model", () => {
    const runs = keeping();
    const [first, second] = [add(runs, "sigmoid"), add(runs, "sigmoid")];
    add(runs, "sigmoid");
    assert.equal(comparedWith(runs, second), first.id);
  });

  test("goes before a later one of another model", () => {
    const runs = keeping();
    const same = add(runs, "sigmoid");
    add(runs, "relu-he");
    assert.equal(comparedWith(runs, add(runs, "sigmoid")), same.id);
  });

  test("is the one before it of the same file where its model has none, as the tour promises", () => {
    const runs = keeping();
    add(runs, "tanh-xavier");
    const sigmoid = add(runs, "sigmoid");
    assert.equal(comparedWith(runs, add(runs, "relu-he")), sigmoid.id);
  });

  test("are the last run of the model that its own extends, and the run before of its own", () => {
    const runs = keeping();
    add(runs, "sigmoid");
    const [own, parent] = [add(runs, "relu-he", { base: "sigmoid" }), add(runs, "sigmoid")];
    add(runs, "tanh-xavier", { base: "sigmoid" });
    assert.deepEqual(overlays(runs, add(runs, "relu-he", { base: "sigmoid" })), [
      { run: parent.id, because: "parent" },
      { run: own.id, because: "before" },
    ]);
  });

  test("are any that are pinned, of any model and file, each once, and none that is taken away", () => {
    const runs = keeping();
    const other = add(runs, "lstm", { file: "b.gradlens.json" });
    const parent = add(runs, "sigmoid");
    const shown = add(runs, "relu-he", { base: "sigmoid" });
    runs.pin(other, true);
    runs.pin(parent, true);
    assert.deepEqual(overlays(runs, shown), [
      { run: other.id, because: "pinned" },
      { run: parent.id, because: "pinned" },
    ]);
    runs.hide(parent);
    assert.deepEqual(overlays(runs, shown), [{ run: other.id, because: "pinned" }]);
  });

  test("are those that lie there by themselves when they are unpinned, and when they are wanted again", () => {
    const runs = keeping();
    const before = add(runs, "sigmoid");
    const shown = add(runs, "sigmoid");
    const byItself = [{ run: before.id, because: "before" }];
    runs.pin(before, true);
    runs.pin(before, false);
    assert.deepEqual(overlays(runs, shown), byItself);
    runs.hide(before);
    runs.pin(before, true);
    runs.pin(before, false);
    assert.deepEqual(overlays(runs, shown), byItself);
  });

  test("is never one of another file, nor a later one, nor one that made no step", () => {
    const runs = keeping();
    add(runs, "sigmoid", { file: "b.gradlens.json" });
    add(runs, "sigmoid", { step: 0 });
    const shown = add(runs, "relu-he");
    add(runs, "sigmoid");
    assert.equal(comparedWith(runs, shown), undefined);
  });

  test("is one that is still kept", () => {
    const runs = keeping(1);
    add(runs, "sigmoid").finish({ reason: "completed", steps: 3, elapsed_ms: 1 });
    assert.equal(comparedWith(runs, add(runs, "relu-he")), undefined);
  });
});

suite("the step of a run that is looked at", () => {
  const info = { model: "m", seed: 0, parameters: 1, layers: [], hist_every: 1, engine: "scalar" };
  const origin = { uri: at("a.gradlens.json"), file: "a", model: "m", fingerprint: "m", info };

  test("is the one that lenses, gutter and hover show, until the latest is", () => {
    const runs = new Runs(() => 9);
    const run = runs.add({ origin });
    const frames = [1, 2, 3, 4].map((step) => frameOf([{ delta_norm: step }], { loss: step }, step));
    run.append(recorded(frames).since(0));
    const told: string[] = [];
    runs.onDidChange(({ what }) => told.push(what));
    runs.look(run, 2);
    runs.look(run, 2);
    assert.deepEqual(told, ["moment"]);
    assert.equal(run.historySeen().latest()?.step, 2);
    assert.equal(run.historySeen().tally.highest, 2);
    assert.equal(resultCommand(run, undefined, false).title, "as at step 2 · loss 2.00");
    assert.notEqual(run.findingsSeen(), run.findings());
    runs.look(run, undefined);
    assert.equal(run.historySeen(), run.history);
    assert.equal(run.findingsSeen(), run.findings());
  });
});

suite("the panel's document", () => {
  test("allows no base address and no form, beside the script by its nonce", () => {
    const webview = {
      cspSource: "vscode-resource:",
      asWebviewUri: (uri: vscode.Uri) => uri,
    } as unknown as vscode.Webview;
    const html = panelHtml(webview, vscode.Uri.file("/dist"));
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1].split("; ") ?? [];
    for (const rule of ["default-src 'none'", "base-uri 'none'", "form-action 'none'"])
      assert.ok(policy.includes(rule), rule);
    const nonce = /<script nonce="([^"]+)"/.exec(html)?.[1];
    assert.ok(nonce && policy.includes(`script-src 'nonce-${nonce}'`));
  });
});
