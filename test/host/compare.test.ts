import assert from "node:assert/strict";
import * as vscode from "vscode";
import { panelHtml } from "../../src/host/html.ts";
import { stateMessage } from "../../src/host/panelMessages.ts";
import type { Run } from "../../src/host/run.ts";
import { Runs } from "../../src/host/runs.ts";
import { History } from "../../src/protocol/history.ts";
import { frameOf } from "../support/frames.ts";
import { recorded } from "../support/history.ts";
import { at } from "./support.ts";

suite("the run that a panel compares with", () => {
  const layers = [{ path: "head", type: "Linear", parameters: [], output_shape: [1], stats: [] }];

  /** A run of a model of a file that came to some step. */
  function add(runs: Runs, model: string, { file = "a.gradlens.json", step = 3 } = {}): Run {
    const info = { model, seed: 0, parameters: 1, steps: 9, layers, hist_every: 1, engine: "scalar" };
    const run = runs.add({
      origin: { uri: at(file), file, model, fingerprint: model, info },
      source: { text: "", file: `/${file}`, root: "/" },
      options: {},
      rules: {},
    });
    if (step > 0) run.append(recorded([frameOf([{ delta_norm: 1 }], { loss: 1 }, step)]).since(0));
    return run;
  }

  const comparedWith = (runs: Runs, shown: Run): number | undefined => {
    const message = stateMessage({ runs, shown, isStale: () => false }, true);
    assert.ok(message.type === "state");
    const { compare } = message;
    if (!compare) return undefined;
    assert.ok(History.EMPTY.extended(compare.history)?.latest());
    const summary = message.runs.find(({ id }) => id === compare.run);
    assert.equal(summary?.info.layers.length, 1, "layers are listed, or nothing could be matched");
    return compare.run;
  };

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
    add(runs, "sigmoid");
    assert.equal(comparedWith(runs, add(runs, "relu-he")), undefined);
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
