import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type Frame } from "../../src/protocol/frame.ts";
import { History } from "../../src/protocol/history.ts";
import { Recorder } from "../../src/protocol/recorder.ts";
import type { RunEnd, RunInfo } from "../../src/protocol/run.ts";
import { StreamError, StreamReader, type StreamEvent } from "../../src/text/readStream.ts";
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

const watched = path.join(repo, "test", "reference", "watched");

interface Read {
  readonly info: RunInfo;
  readonly history: History;
  readonly frames: readonly Frame[];
  readonly end: RunEnd | undefined;
}

function read(pieces: readonly string[]): Read {
  const reader = new StreamReader();
  const events: StreamEvent[] = [];
  for (const piece of pieces) events.push(...reader.push(piece));
  events.push(...reader.finish());
  const recorder = new Recorder();
  const frames = events.flatMap((event) => (event.type === "frame" ? [event.frame] : []));
  for (const frame of frames) recorder.push(frame);
  const info = events.findLast((event) => event.type === "info")?.info;
  assert.ok(info, "there is a run");
  return {
    info,
    history: History.EMPTY.extended(recorder.since(0)) ?? History.EMPTY,
    frames,
    end: events.find((event) => event.type === "end")?.end,
  };
}

const HEADER = {
  ...{ type: "run", version: 1, model: "m", source: "gradlens", seed: 0, parameters: 2 },
  layers: [
    { path: "a", type: "Linear", parameters: [{ name: "weight", shape: [1, 1] }], output_shape: [1] },
    { path: "b", type: "Tanh", parameters: [], output_shape: [1] },
  ],
};

const step = (n: number, fields: object = {}): object => ({
  ...{ type: "step", step: n, loss: 1, lr: 0.1, grad_norm: "NaN", clip_coef: 1 },
  layers: [
    { path: "a", grad_norm: "-Infinity", delta_norm: 2 },
    { path: "b", delta_norm: 3 },
  ],
  ...fields,
});

const lines = (...all: readonly object[]): string => all.map((one) => `${JSON.stringify(one)}\n`).join("");

void suite("a stream", () => {
  test("of the command comes to what the command saw, column by column", () => {
    const text = stream("recurrent", "rnn", 30);
    const { info, frames, history, end } = read([text]);
    const [first = "", second = ""] = text.split("\n");
    const header = JSON.parse(first) as typeof HEADER;
    assert.deepEqual(
      info.layers.map(({ path, type, parameters, output_shape }) => ({
        path,
        type,
        parameters,
        output_shape,
      })),
      header.layers,
    );
    assert.equal(frames.length, 30);
    assert.equal(end?.reason, "completed");
    assert.ok(info.layers.some(({ time }) => time !== undefined));
    assert.deepEqual([...streamOf(info, history, end)].slice(0, 1), [`${first}\n`]);
    const again = [...streamOf(info, history, end)];
    assert.deepEqual(withoutHistograms(again[1] ?? ""), withoutHistograms(second));
  });

  test("that was written of a short run comes back to the last bit", () => {
    const text = stream("clipping", "clipped", 60);
    const first = read([text]);
    const again = read([[...streamOf(first.info, first.history, first.end)].join("")]);
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
    const whole = read([text]);
    const thin = read([[...streamOf(whole.info, whole.history, whole.end)].join("")]);
    assert.ok(thin.frames.length > 500 && thin.frames.length < 1500, `${thin.frames.length} frames`);
    const lossOf = new Map(whole.frames.map(({ step, loss }) => [step, loss]));
    for (const { step, loss } of thin.frames) assert.equal(loss, lossOf.get(step), `step ${step}`);
    assert.equal(thin.frames.at(-1)?.step, 1500);
  });

  for (const name of fs.readdirSync(watched).filter((one) => one.endsWith(".jsonl"))) {
    test(`of PyTorch (${name}) is read, in whatever pieces it comes`, () => {
      const text = fs.readFileSync(path.join(watched, name), "utf8");
      const whole = read([text]);
      assert.ok(whole.frames.length > 3);
      const pieces = text.match(/[^]{1,777}/g) ?? [];
      assert.deepEqual(read(pieces), whole);
    });
  }

  test("keeps apart what is absent, NaN and infinite", () => {
    const { info, frames } = read([lines(HEADER, step(1))]);
    assert.deepEqual(
      info.layers.map(({ stats }) => stats),
      [["delta_norm", "grad_norm"], ["delta_norm"]],
    );
    assert.ok(Number.isNaN(frames[0]?.grad_norm));
    assert.ok(frames[0]?.values.includes(-Infinity));
  });

  test("whose last line is cut off has the lines before", () => {
    assert.equal(read([lines(HEADER, step(1)), '{"type":"step","st']).frames.length, 1);
    assert.equal(read([lines(HEADER, step(1)), JSON.stringify(step(2))]).frames.length, 2);
  });

  test("may have fields and lines that nobody knows", () => {
    const text = lines({ ...HEADER, __proto__x: 1, later: {} }, { type: "note", text: "…" }, step(1));
    assert.equal(read([text]).frames.length, 1);
  });

  const many = Array.from({ length: 20_001 }, (_, i) => ({ path: `${i}`, type: "Linear" }));
  const REFUSED: readonly (readonly [what: string, text: string, why: RegExp])[] = [
    ["is no JSON", "hello\n", /^line 1 is not JSON$/],
    ["is a list", "[]\n", /^line 1 is no JSON object$/],
    ["begins with a step", lines(step(1)), /^line 1 is a step before the run has begun$/],
    ["is something else", lines({ name: "x" }), /^line 1 is not the beginning of a run/],
    [
      "has another version",
      lines({ ...HEADER, version: 2 }),
      /^line 1 has version 2; 1 is what can be read$/,
    ],
    [
      "has too many rows",
      lines({ ...HEADER, layers: many }),
      /^line 1 has 20001 layers; 20000 are the most$/,
    ],
    ["goes back in time", lines(HEADER, step(2), step(2)), /^line 3 is of step 2, after step 2$/],
    ["has no number of a step", lines(HEADER, step(1, { step: 1.5 })), /^line 2 is of step 1\.5/],
    [
      "has a layer of nobody",
      lines(HEADER, step(1, { layers: [{ path: "x" }] })),
      /^line 2 has a layer that/,
    ],
    [
      "has one path twice",
      lines({ ...HEADER, layers: [HEADER.layers[0], HEADER.layers[0]] }),
      /two layers of one path/,
    ],
    ["ends for no reason", lines(HEADER, step(1), { type: "end", reason: "x" }), /^line 3 ends for a reason/],
    ["begins twice", lines(HEADER, HEADER), /^line 2 begins another run$/],
    ["has a line without an end", "x".repeat(17e6), /^line 0 is longer than 16 MB$/],
  ];
  for (const [what, text, why] of REFUSED) {
    test(`that ${what} is refused in words`, () => {
      assert.throws(
        () => read([text]),
        (error) => error instanceof StreamError && why.test(error.message),
      );
    });
  }

  test("of anything at all is read, or refused in words", () => {
    const json = fc.json({ maxDepth: 3 });
    const mixed = fc.array(
      fc.oneof(json, fc.constant(JSON.stringify(HEADER)), fc.constant(JSON.stringify(step(1)))),
    );
    fc.assert(
      fc.property(mixed, (all) => {
        const reader = new StreamReader();
        try {
          for (const _ of reader.push(all.map((one) => `${one}\n`).join(""))) continue;
          reader.finish();
        } catch (error) {
          assert.ok(error instanceof StreamError, String(error));
        }
      }),
    );
  });
});

/** Histograms of a run are kept of one step. */
function withoutHistograms(line: string): unknown {
  const { layers, ...step } = JSON.parse(line) as { layers: Record<string, unknown>[] };
  return { ...step, layers: layers.map(({ grad_hist: _, ...row }) => row) };
}
