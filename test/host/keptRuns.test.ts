import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { Judging } from "../../src/host/judging.ts";
import { KeptRuns } from "../../src/host/keptRuns.ts";
import { runsUnder } from "../../src/host/panelMessages.ts";
import type { Run } from "../../src/host/run.ts";
import { summaryOf } from "../../src/host/runSummary.ts";
import { Runs } from "../../src/host/runs.ts";
import { STATS, type Frame } from "../../src/protocol/frame.ts";
import type { DeclaredModel } from "../../src/protocol/declaredModel.ts";
import type { RuleSettings } from "../../src/protocol/rules.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import { RunFiles } from "../../src/storage/runFiles.ts";
import { recorded } from "../support/history.ts";
import { until } from "./support.ts";

/** A window, as far as runs are concerned. */
interface Window {
  readonly runs: Runs;
  readonly kept: KeptRuns;
  readonly judging?: Judging;
}

suite("runs that are kept", () => {
  let folder = "";
  const windows: Window[] = [];
  /** The setting, once it is changed. */
  let set: RuleSettings | undefined;
  const open = async (): Promise<Window> => {
    const runs = new Runs(
      () => 50,
      () => set ?? {},
    );
    const kept = new KeptRuns(runs, new RunFiles(folder));
    windows.push({ runs, kept, judging: new Judging(runs) });
    await kept.restore();
    return { runs, kept };
  };

  setup(() => {
    set = undefined;
    folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-kept-")), "runs");
  });
  teardown(async () => {
    for (const { runs, kept, judging } of windows.splice(0)) {
      judging?.dispose();
      kept.dispose();
      runs.dispose();
    }
    await vscode.commands.executeCommand("notifications.clearAll");
    fs.rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  test("are there in the next window, with their figures to the last bit when somebody looks", async () => {
    const first = await open();
    const run = made(first.runs, "m", 700);
    run.name = "the good one";
    run.pinned = true;
    first.runs.changed(run, "state");
    await first.kept.flush();

    const { runs } = await open();
    const back = only(runs);
    assert.equal(back.record.isHere, false);
    assert.deepEqual(
      { ...summaryOf(back, false), id: 0 },
      { ...summaryOf(run, false), id: 0, info: back.info },
    );
    assert.equal(back.pinned, true);
    assert.equal(back.origin.uri?.toString(), run.origin.uri?.toString());
    assert.equal(runs.latest(run.origin.uri, "m"), back);

    assert.equal(back.history.tally.step, 0);
    await back.record.bring();
    assert.deepEqual(back.history.since(0), run.history.since(0));
    assert.deepEqual(back.info, run.info);
    assert.equal(back.findings().text, run.findings().text);
  });

  test("one that was taken away from under others does not lie there by itself in the next window", async () => {
    const first = await open();
    const [before, shown] = [made(first.runs, "m", 3), made(first.runs, "m", 3)];
    assert.deepEqual(runsUnder({ runs: first.runs, shown }), [{ run: before, because: "before" }]);
    first.runs.hide(before);
    await first.kept.flush();

    const { runs } = await open();
    const [again, last] = runs.all();
    assert.ok(again && last);
    assert.deepEqual([again.hidden, last.hidden], [true, false]);
    assert.deepEqual(runsUnder({ runs, shown: last }), []);
  });

  test("one that was going on is interrupted, up to its last step that was written", async () => {
    const first = await open();
    const run = first.runs.add(beginning("m"));
    run.prepared({ info, files: [] }, false);
    run.append(recorded(frames.slice(0, 30)).since(0));
    first.runs.changed(run, "frames");
    await first.kept.flush();

    const back = only((await open()).runs);
    assert.deepEqual([back.state, back.end?.reason, back.end?.steps], ["ended", "interrupted", 30]);
  });

  test("come before those of the new window", async () => {
    const first = await open();
    const old = [made(first.runs, "m", 3), made(first.runs, "m", 4)];
    await first.kept.flush();
    const runs = new Runs(() => 50);
    const kept = new KeptRuns(runs, new RunFiles(folder));
    windows.push({ runs, kept });
    const early = made(runs, "m", 5); // before the others are listed
    await kept.restore();
    assert.deepEqual(
      runs.all().map(({ key }) => key),
      [...old, early].map(({ key }) => key),
    );
    assert.equal(runs.latest(early.origin.uri, "m"), early);
    assert.equal(runs.before(early).length, 2);
  });

  test("one that is taken away is gone in the next window, and one that is put back is there", async () => {
    const first = await open();
    const [gone, back] = [made(first.runs, "a", 3), made(first.runs, "b", 3)];
    await first.kept.flush();
    first.runs.remove(gone);
    first.runs.remove(back);
    first.runs.putBack(back);
    await first.kept.flush();
    assert.equal(only((await open()).runs).key, back.key);
  });

  test("the oldest that is not pinned goes where they take more than the limit", async () => {
    const settings = vscode.workspace.getConfiguration("gradlens");
    await settings.update("storage.limit", 1, vscode.ConfigurationTarget.Global);
    try {
      const { runs, kept } = await open();
      const big = frames.map((frame) => ({ ...frame, values: noise(WIDE * STATS.length) }));
      const all = Array.from({ length: 4 }, (_, i) => {
        const run = runs.add(beginning(`m${i}`));
        run.pinned = i === 0;
        run.prepared({ info: wide, files: [] }, false);
        run.append(recorded(big).since(0));
        run.finish({ reason: "completed", steps: big.length, elapsed_ms: 1 });
        runs.changed(run, "state");
        return run;
      });
      await kept.flush();
      const left = runs.all().map(({ origin }) => origin.model);
      assert.ok(left.includes("m0") && left.length < all.length, left.join());
      assert.ok(!left.includes("m1"), left.join());
      const bytes = fs.readdirSync(folder).map((name) => fs.statSync(path.join(folder, name)).size);
      assert.equal(bytes.length, left.length);
    } finally {
      await settings.update("storage.limit", undefined, vscode.ConfigurationTarget.Global);
    }
  });

  test("a damaged file costs one run", async () => {
    const first = await open();
    const [a, b] = [made(first.runs, "a", 3), made(first.runs, "b", 3)];
    await first.kept.flush();
    fs.truncateSync(path.join(folder, `${a.key}.run`), 20);
    assert.equal(only((await open()).runs).key, b.key);
    assert.deepEqual(fs.readdirSync(folder), [`${b.key}.run`]);
  });

  test("where nothing can be written, the run goes on and is written later", async () => {
    fs.writeFileSync(folder, "no folder");
    const first = await open();
    const run = made(first.runs, "m", 3);
    await first.kept.flush();
    assert.equal(run.history.tally.step, 3);
    assert.deepEqual(first.runs.all(), [run]);
    fs.rmSync(folder);
    await first.kept.flush();
    assert.equal(only((await open()).runs).key, run.key);
  });

  test("follow the settings of findings without being looked at, in this window and in the next", async () => {
    const off: RuleSettings = { "loss-stalled": "off", "lr-too-small": "off", "missing-activation": "off" };
    set = off;
    const first = await open();
    const run = first.runs.add(beginning("m"));
    run.prepared({ info: { ...info, declared }, files: [] }, false);
    const nothing = new Float64Array(info.layers.length * STATS.length).fill(NaN);
    const still = frames.slice(0, 100).map((frame) => ({ ...frame, loss: Math.LN2, values: nothing }));
    run.append(recorded(still).since(0));
    run.finish({ reason: "completed", steps: 100, elapsed_ms: 12 });
    first.runs.changed(run, "state");
    await first.kept.flush();
    assert.deepEqual(
      run.findings().findings.map(({ id }) => id),
      [],
    );

    const second = await open();
    const back = only(second.runs);
    assert.deepEqual([back.record.isHere, back.said().severity], [false, "ok"]);
    set = {};
    second.runs.judge();
    await until("it to be judged anew", () => back.said().severity === "error");
    assert.equal(back.record.isHere, false, "nobody else looks at it");
    await second.kept.flush();

    const third = await open();
    assert.deepEqual([only(third.runs).record.isHere, only(third.runs).said().severity], [false, "error"]);
    set = off;
    const { runs } = await open();
    await until("it to be judged anew", () => only(runs).said().severity === "ok");
  });

  test("twenty long runs are listed in a moment", async () => {
    const first = await open();
    for (let i = 0; i < 20; i++) made(first.runs, `m${i}`, frames.length);
    await first.kept.flush();
    const before = performance.now();
    const { runs } = await open();
    const tookMs = performance.now() - before;
    assert.equal(runs.all().length, 20);
    console.log(`20 kept runs are listed after ${tookMs.toFixed(1)} ms`);
    assert.ok(tookMs < 300, `${tookMs} ms`);
  });
});

const info: RunInfo = {
  model: "m",
  seed: 0,
  parameters: 9,
  layers: [
    { path: "a", type: "Linear", parameters: [], output_shape: [4], stats: STATS },
    { path: "b", type: "Linear", parameters: [], output_shape: [4], stats: STATS },
  ],
  hist_every: 1,
  engine: "scalar",
};

const declared: DeclaredModel = {
  loss: { type: "BCEWithLogitsLoss", params: {} },
  optimizer: { type: "SGD", params: { lr: 0.1 } },
  data: { type: "xor", normalize: false },
  steps: 100,
  batch_size: 16,
  rows: info.layers.map(({ path, type }) => ({
    ...{ path, type, params: {}, input: [4], output: [4], within: [] },
  })),
  rules: {},
};

const WIDE = 40;
const wide: RunInfo = {
  ...info,
  layers: Array.from({ length: WIDE }, (_, i) => ({ ...info.layers[0], path: `l${i}` })),
};

const noise = (length: number): Float64Array => Float64Array.from({ length }, () => Math.random());

const frames = Array.from({ length: 700 }, (_, i): Frame => ({
  ...{ step: i + 1, loss: 1 / (i + 1), lr: 0.1, grad_norm: 1, clip_coef: 1 },
  ...{ metric: NaN, val_loss: NaN, val_metric: NaN, amp_scale: NaN, skipped: NaN },
  values: noise(info.layers.length * STATS.length),
}));

const beginning = (model: string): ConstructorParameters<typeof Run>[1] => ({
  origin: {
    uri: vscode.Uri.file("/w/a.gradlens.json"),
    ...{ file: "a.gradlens.json", model, fingerprint: "f", info: { ...info, model } },
  },
});

/** A run that has ended after so many steps. */
function made(runs: Runs, model: string, steps: number): Run {
  const run = runs.add(beginning(model));
  run.prepared({ info: { ...info, model }, files: [] }, false);
  run.append(recorded(frames.slice(0, steps)).since(0));
  run.finish({ reason: "completed", steps, elapsed_ms: 12 });
  runs.changed(run, "state");
  return run;
}

function only(runs: Runs): Run {
  const [run, ...others] = runs.all();
  assert.ok(run && others.length === 0, `${runs.all().length} runs`);
  return run;
}
