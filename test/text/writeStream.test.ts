import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { suite, test } from "node:test";
import type { Frame } from "../../src/protocol/frame.ts";
import { History } from "../../src/protocol/history.ts";
import type { RunEnd, RunInfo } from "../../src/protocol/run.ts";
import { StreamReader } from "../../src/text/stream/reader.ts";
import { streamOf } from "../../src/text/writeStream.ts";

const repo = path.resolve(import.meta.dirname, "..", "..");

/** What the command writes of the first steps of a model. */
const stream = (example: string, model: string, steps: number): string =>
  execFileSync(
    process.execPath,
    [
      ...[path.join(repo, "dist", "cli.js"), "run", path.join(repo, "examples", `${example}.gradlens.json`)],
      ...["--model", model, "--steps", `${steps}`, "--format", "jsonl"],
    ],
    { encoding: "utf8", maxBuffer: 1e9, stdio: ["ignore", "pipe", "ignore"] },
  );

interface Read {
  readonly info: RunInfo;
  readonly history: History;
  readonly end: RunEnd | undefined;
}

function read(text: string): Read {
  const reader = new StreamReader();
  reader.take(new TextEncoder().encode(text));
  assert.deepEqual([reader.refused, reader.problems], [undefined, []]);
  assert.ok(reader.info, "there is a run");
  const history = History.EMPTY.extended(reader.recorder.since(0)) ?? History.EMPTY;
  return { info: reader.info, history, end: reader.end };
}

const lossesOf = (text: string): ReadonlyMap<number, number> =>
  new Map(
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Frame & { readonly type: string })
      .filter(({ type }) => type === "step")
      .map(({ step, loss }) => [step, loss]),
  );

suite("the stream of a run", () => {
  test("of the command comes to what the command saw, column by column", () => {
    const text = stream("recurrent", "rnn", 30);
    const { info, history, end } = read(text);
    const [first = "", second = ""] = text.split("\n");
    const header = JSON.parse(first) as { readonly layers: readonly object[] };
    assert.deepEqual(
      info.layers.map(({ path, type, parameters, output_shape }) => ({
        path,
        type,
        parameters,
        output_shape,
      })),
      header.layers,
    );
    assert.equal(history.tally.frames, 30);
    assert.equal(end?.reason, "completed");
    assert.ok(info.layers.some(({ time }) => time !== undefined));
    assert.deepEqual([...streamOf(info, history, end)].slice(0, 1), [`${first}\n`]);
    const again = [...streamOf(info, history, end)];
    assert.deepEqual(withoutHistograms(again[1] ?? ""), withoutHistograms(second));
  });

  test("that was written of a short run comes back to the last bit", () => {
    const text = stream("clipping", "clipped", 60);
    const first = read(text);
    const again = read([...streamOf(first.info, first.history, first.end)].join(""));
    assert.deepEqual(again.info, first.info);
    assert.deepEqual(again.end, first.end);
    const { histogram: _, ...kept } = again.history;
    const { histogram: __, ...before } = first.history;
    assert.deepEqual(kept.course, before.course);
    assert.deepEqual(kept.first, before.first);
    assert.deepEqual(kept.recent, before.recent);
    assert.deepEqual(kept.tally, before.tally);
  });

  test("that was written of a long run has steps that there were, with the figures that they had", () => {
    const text = stream("clipping", "clipped", 1500);
    const whole = read(text);
    const thin = lossesOf([...streamOf(whole.info, whole.history, whole.end)].join(""));
    assert.ok(thin.size > 500 && thin.size < 1500, `${thin.size} frames`);
    const losses = lossesOf(text);
    for (const [step, loss] of thin) assert.equal(loss, losses.get(step), `step ${step}`);
    assert.equal([...thin.keys()].at(-1), 1500);
    const [header = ""] = streamOf(whole.info, whole.history, whole.end);
    const { thinned } = JSON.parse(header) as { readonly thinned: unknown };
    assert.deepEqual(thinned, { steps: 1500, whole: whole.history.frames().length, every: 4 });
  });
});

/** Histograms of a run are kept of one step. */
function withoutHistograms(line: string): unknown {
  const { layers, ...step } = JSON.parse(line) as { layers: Record<string, unknown>[] };
  return { ...step, layers: layers.map(({ grad_hist: _, ...row }) => row) };
}
