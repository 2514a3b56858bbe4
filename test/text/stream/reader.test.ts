import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import fc from "fast-check";
import { HIST_BINS, STATS, statOf } from "../../../src/protocol/frame.ts";
import { History } from "../../../src/protocol/history.ts";
import { bytesOf } from "../../../src/protocol/increment.ts";
import type { RunEnd } from "../../../src/protocol/run.ts";
import { LONGEST_LINE } from "../../../src/text/stream/lines.ts";
import { StreamReader } from "../../../src/text/stream/reader.ts";
import { runLine, stepLine } from "../../../src/text/jsonl.ts";

const folder = join(import.meta.dirname, "..", "..", "reference", "watched");
const recorded = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
const bytesOfFile = (name: string): Uint8Array => readFileSync(join(folder, name));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(...pieces: readonly Uint8Array[]): StreamReader {
  const reader = new StreamReader();
  for (const piece of pieces) reader.take(piece);
  return reader;
}
const readText = (...lines: readonly (object | string)[]): StreamReader =>
  read(bytes(lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("")));

/** What the engine, too, takes now and then: between two samples the last one stands. */
const SAMPLED: ReadonlySet<string> = new Set(["gain", "act_spread"]);

const historyOf = ({ recorder }: StreamReader): History => {
  const history = History.EMPTY.extended(recorder.since(0));
  assert.ok(history);
  return history;
};

/** All that has been read. */
const stateOf = (reader: StreamReader) => ({
  info: reader.info,
  end: reader.end,
  problems: reader.problems,
  history: reader.recorder.since(0),
});

const header = (fields: object = {}, layers: readonly object[] = [layer("a"), layer("b")]) => ({
  type: "run",
  version: 1,
  model: "m",
  source: "pytorch",
  seed: 0,
  parameters: 4,
  steps: null,
  every: 1,
  layers,
  ...fields,
});
const layer = (path: string, fields: object = {}) => ({
  path,
  type: "Linear",
  parameters: [{ name: "weight", shape: [2, 2] }],
  output_shape: [2],
  ...fields,
});
const step = (n: number, fields: object = {}, rows: readonly object[] = [{ path: "a" }, { path: "b" }]) => ({
  type: "step",
  step: n,
  loss: 1,
  lr: 0.1,
  grad_norm: 1,
  clip_coef: 1,
  layers: rows,
  ...fields,
});

suite("the reader of a stream", () => {
  for (const name of recorded) {
    test(`reads ${name} to the last figure`, () => {
      const lines = readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
      const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const reader = read(bytesOfFile(name));
      assert.deepEqual(reader.problems, []);
      const steps = told.filter(({ type }) => type === "step");
      const history = historyOf(reader);
      assert.equal(history.tally.frames, steps.length);
      const kept = new Map(history.frames().map((frame) => [frame.step, frame]));
      let figures = 0;
      const sampled = new Map<string, number>();
      for (const said of steps) {
        const frame = kept.get(said["step"] as number);
        assert.ok(frame, `step ${String(said["step"])}`);
        assert.equal(frame.loss, Number(said["loss"]));
        for (const [row, columns] of (said["layers"] as Record<string, unknown>[]).entries()) {
          for (const stat of STATS) {
            if (stat in columns) sampled.set(`${row} ${stat}`, Number(columns[stat]));
            const expected = SAMPLED.has(stat)
              ? (sampled.get(`${row} ${stat}`) ?? NaN)
              : Number(columns[stat] ?? NaN);
            assert.equal(statOf(frame, row, stat), expected, `${row} ${stat}`);
            if (stat in columns) figures++;
          }
        }
      }
      assert.ok(figures > 300, `${figures} figures`);
      const end = told.find(({ type }) => type === "end") as RunEnd | undefined;
      assert.equal(reader.end?.reason, end?.reason);
    });
  }

  test("knows which columns a layer has from its steps, and the line that made it from the header", () => {
    const { info } = read(bytesOfFile("mlp.jsonl"));
    const act = info?.layers.find(({ path }) => path === "act");
    assert.ok(act?.stats.includes("act_saturated") && !act.stats.includes("grad_norm"));
    assert.deepEqual(info?.layers[1]?.where, {
      file: "mlp.py",
      line: 13,
      end_line: 13,
      via: [
        { file: "mlp.py", line: 13 },
        { file: "mlp.py", line: 28 },
      ],
    });
    assert.equal(info.watched?.every, 4);
    assert.equal(info.steps, undefined);
  });

  test("takes of what layers, optimizers and loss were made with no more than numbers and words", () => {
    const hostile = {
      ...{ stride: [2, 2], bias: false, padding: "same", eps: 1e-5 },
      ...{ text: "](command:x)", deep: [[1]], none: null, long: Array(9).fill(1), "a b": 1, html: "<img>" },
      ...{ far: "1e999", words: ["same"] },
    };
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`n${i}`, i]));
    const { info } = readText(
      header({ optimizers: [{ type: "SGD", lr: 0.1 }, hostile], loss: "MSELoss", clip_grad_norm: 2 }, [
        layer("a", { arguments: hostile }),
        layer("b", { arguments: many }),
        layer("c"),
      ]),
    );
    const kept = { stride: [2, 2], bias: false, padding: "same", eps: 1e-5 };
    assert.deepEqual(info?.layers[0]?.arguments, kept);
    assert.equal(Object.keys(info.layers[1]?.arguments ?? {}).length, 32);
    assert.equal(info.layers[2]?.arguments, undefined);
    assert.deepEqual(info.watched?.optimizers, [{ type: "SGD", lr: 0.1 }, kept]);
    assert.deepEqual([info.watched.loss, info.watched.clip_grad_norm], ["MSELoss", 2]);
    assert.equal(readText(header({}, [layer("a", { arguments: 3 })])).info, undefined);
  });

  test("knows which of its sources are cells of a notebook, and of which", () => {
    const notebook = (reader: StreamReader) => reader.info?.watched?.notebook;
    assert.deepEqual(notebook(read(bytesOfFile("cells.jsonl"))), {
      file: "cells.ipynb",
      cells: new Set(["In[2]", "In[3]"]),
    });
    assert.equal(notebook(read(bytesOfFile("mlp.jsonl"))), undefined);
    const told = { notebook: { cells: ["In[1]", 2, {}] } };
    assert.deepEqual(notebook(readText(header(told))), { cells: new Set(["In[1]"]) });
  });

  test("keeps the gradient through time, and histograms", () => {
    const history = historyOf(read(bytesOfFile("lstm.jsonl")));
    const lstm = read(bytesOfFile("lstm.jsonl")).info?.layers[0];
    assert.equal(lstm?.time, 30);
    assert.equal(history.first[0]?.time?.length, 30);
    assert.ok((history.histogram?.hist.slice(0, HIST_BINS).reduce((a, b) => a + b) ?? 0) > 0);
  });

  test("gives the same wherever the file is cut", () => {
    const whole = bytesOfFile("ddp.jsonl").subarray(0, 4000);
    const expected = stateOf(read(whole));
    for (let cut = 0; cut <= whole.length; cut++)
      assert.deepEqual(stateOf(read(whole.subarray(0, cut), whole.subarray(cut))), expected, `cut at ${cut}`);
  });

  test("gives the same in whatever pieces all of it comes, read into one and the same memory", () => {
    const whole = bytesOfFile("killed.jsonl");
    const expected = stateOf(read(whole));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (lengths) => {
        const reader = new StreamReader();
        const memory = new Uint8Array(5000);
        for (let at = 0, i = 0; at < whole.length; i++) {
          const piece = whole.subarray(at, at + (lengths[i % lengths.length] ?? 1));
          memory.set(piece);
          reader.take(memory.subarray(0, piece.length));
          at += piece.length;
        }
        assert.deepEqual(stateOf(reader), expected);
      }),
      { numRuns: 30 },
    );
  });

  test("leaves out a last line that is cut off", () => {
    const reader = read(bytes(`${JSON.stringify(header())}\n${JSON.stringify(step(1))}\n{"type":"step","st`));
    assert.equal(reader.recorder.step(), 1);
    assert.equal(reader.bad, 0);
  });

  test("counts frames, not steps: every seventh step is as well kept as every one", () => {
    const every = (n: number) =>
      historyOf(readText(header(), ...Array.from({ length: 400 }, (_, i) => step(1 + n * i))));
    const [one, seven] = [every(1), every(7)];
    assert.equal(seven.tally.frames, 400);
    assert.equal(seven.frames().length, one.frames().length);
    assert.equal(seven.course.buckets.length, one.course.buckets.length);
    assert.equal(seven.tally.interval, 7);
  });

  test("reads what the engine writes", () => {
    const info = { model: "m", seed: 3, parameters: 4, hist_every: 1, engine: "scalar" };
    const layers = [
      { path: "a", type: "Linear", parameters: [], output_shape: [2], stats: ["grad_norm" as const] },
    ];
    const values = new Float64Array(STATS.length).fill(NaN);
    values[STATS.indexOf("grad_norm")] = Infinity;
    const frame = { ...historyOf(readText(header(), step(1))).recent[0], step: 5, values };
    const reader = readText(runLine({ ...info, layers }), stepLine(frame, layers));
    assert.deepEqual(reader.problems, []);
    assert.equal(reader.info?.watched, undefined);
    assert.equal(statOf(historyOf(reader).recent[0] as never, 0, "grad_norm"), Infinity);
  });
});

suite("a stream that somebody wrote to do harm, or badly", () => {
  test("loses the lines that cannot be read, and says which", () => {
    const reader = readText(
      header(),
      step(1),
      "{",
      "[]",
      step(1),
      step(2, { loss: "lots" }),
      step(2, {}, [{ path: "c" }]),
      step(2, {}, [{ path: "a", grad_hist: [1, 2] }]),
      { type: "later" },
      "",
      header(),
      step(3, { unknown: 1 }),
    );
    assert.deepEqual(
      reader.problems.map(({ line }) => line),
      [3, 4, 5, 6, 7, 8, 11],
    );
    assert.match(reader.problems[3]?.message ?? "", /"loss" is no number/);
    assert.deepEqual([reader.recorder.step(), historyOf(reader).tally.frames], [3, 2]);
  });

  test("with a million bad lines is given up after a thousand, of which the first are told", () => {
    const reader = read(bytes(`${JSON.stringify(header())}\n${"x\n".repeat(1_000_000)}`));
    assert.equal(reader.bad, 1_000);
    assert.equal(reader.refused, "1000 lines cannot be read");
    assert.equal(reader.problems.length, 20);
  });

  test("with a line of 100 MB costs this line, and no memory for it", () => {
    const reader = readText(header(), step(1));
    const before = process.memoryUsage().arrayBuffers;
    const megabyte = new Uint8Array(1e6).fill(97);
    let most = 0;
    for (let i = 0; i < 100; i++) {
      reader.take(megabyte);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    reader.take(bytes(`\n${JSON.stringify(step(2))}\n`));
    assert.ok(most < 4 * LONGEST_LINE, `${most} bytes`);
    assert.deepEqual(reader.problems, [{ line: 3, message: "it is longer than 16 MB" }]);
    assert.equal(reader.recorder.step(), 2);
  });

  test("with too many layers is refused as a whole, and says so", () => {
    const many = Array.from({ length: 1_000_000 }, () => 0);
    assert.match(readText(header({ layers: many })).refused ?? "", /1000000 layers: more than 20000/);
  });

  for (const [what, first, why] of [
    ["no run at its beginning", step(1), /does not begin with a run/],
    ["another version", header({ version: 2 }), /version "2"/],
    ["two layers of one path", header({}, [layer("a"), layer("a")]), /two layers are called "a"/],
    ["a path without end", header({}, [layer("a".repeat(501))]), /more than 500 characters/],
    ["shapes that are none", header({}, [layer("a", { output_shape: [-1] })]), /is no count/],
    ["lists within lists", `${"[".repeat(1e6)}`, /is no JSON/],
  ] as const)
    test(`with ${what} is refused`, () => {
      const reader = readText(first, step(1));
      assert.match(reader.refused ?? "", why);
      assert.equal(reader.recorder.step(), 0);
    });

  test("has names like those of an object's own parts, which are names", () => {
    const layers = [layer("__proto__", { type: "constructor" }), layer("toString")];
    const rows = [{ path: "__proto__", grad_norm: 2 }, { path: "toString" }];
    const reader = readText(header({}, layers), step(1, {}, rows));
    assert.deepEqual(reader.problems, []);
    assert.equal(statOf(historyOf(reader).recent[0] as never, 0, "grad_norm"), 2);
    assert.equal(readText(header(), step(1, { loss: "__proto__" })).bad, 1);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  test("with another number of time steps loses those alone", () => {
    const rows = (n: number, x = 1) => [{ path: "a", time_delta_norm: Array.from({ length: n }, () => x) }];
    const steps = [step(1, {}, rows(3)), step(2, {}, rows(5)), step(3), step(4, {}, rows(3, 2)), step(5)];
    const history = historyOf(readText(header(), ...steps));
    const times = history.recent.map(({ time }) => Array.from(time ?? []));
    assert.deepEqual(times, [
      [1, 1, 1],
      [NaN, NaN, NaN],
      [NaN, NaN, NaN],
      [2, 2, 2],
      [2, 2, 2],
    ]);
  });

  test("takes no more memory however long it goes on", () => {
    const reader = readText(header());
    for (let i = 1; i <= 20_000; i++) reader.take(bytes(`${JSON.stringify(step(i))}\n`));
    assert.ok(bytesOf(reader.recorder.since(0)) < 600_000, `${bytesOf(reader.recorder.since(0))} bytes`);
  });

  test("whatever its lines are, throws nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.json()), fc.array(fc.string()), (values, texts) => {
        readText(header(), ...values, ...texts, step(1));
        readText(...values);
      }),
    );
    const fields = Object.keys(header());
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        readText(header({ [field]: value }), step(1, { [field]: value }, [{ path: "a", [field]: value }]));
      }),
    );
  });
});
