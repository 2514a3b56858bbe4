import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import type { Frame } from "../../src/protocol/frame.ts";
import { COLUMN, STATS } from "../../src/protocol/frame.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import { VERSION, type RunBody, type RunHead } from "../../src/storage/keptRun.ts";
import { RunFiles } from "../../src/storage/runFiles.ts";
import { recorded } from "../support/history.ts";

const LAYERS = 3;

const info: RunInfo = {
  model: "m",
  seed: 0,
  parameters: 9,
  steps: 100,
  layers: Array.from({ length: LAYERS }, (_, i) => ({
    path: `layer ${i}`,
    type: "Linear",
    parameters: [],
    output_shape: [4],
    stats: ["grad_norm", "delta_norm"],
  })),
  hist_every: 1,
  engine: "scalar",
};

const head = (fields: Partial<RunHead> = {}): RunHead => ({
  version: VERSION,
  uri: "file:///w/a.gradlens.json",
  file: "a.gradlens.json",
  model: "m",
  fingerprint: "f",
  info: { model: "m", seed: 0, parameters: 9, hist_every: 1, engine: "scalar" },
  pinned: false,
  started: 1,
  end: { reason: "completed", steps: 100, elapsed_ms: 12.5 },
  elapsed_ms: 12.5,
  step: 100,
  loss: NaN,
  severity: "ok",
  files: [],
  ...fields,
});

/** Numbers that do not survive a careless copy are among them. */
const NUMBERS = [NaN, -0, 5e-324, Infinity, -Infinity, 0.1, 1e300];

const frames = Array.from({ length: 700 }, (_, i): Frame => {
  const values = new Float64Array(LAYERS * STATS.length).fill(NaN);
  for (let layer = 0; layer < LAYERS; layer++) {
    values[layer * STATS.length + COLUMN.delta_norm] = NUMBERS[(i + layer) % NUMBERS.length] ?? 0;
  }
  const [loss = 0] = [NUMBERS[i % NUMBERS.length]];
  return {
    ...{ step: i + 1, loss, lr: 0.1, grad_norm: 1 / (i + 1), clip_coef: 1, metric: NaN },
    ...{ val_loss: i % 10 === 0 ? -0 : NaN, val_metric: NaN, amp_scale: NaN, skipped: NaN, values },
    hist: new Float64Array(LAYERS * 64).fill(i),
  };
});

const body = (count = frames.length): RunBody => ({
  info,
  history: recorded(frames.slice(0, count)).since(0),
});

void suite("runs in a folder", () => {
  let folder = "";
  let files = new RunFiles("");
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-runs-"));
    files = new RunFiles(path.join(folder, "runs"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = (key: string): string => path.join(folder, "runs", `${key}.run`);

  test("come back as they were, to the last bit", async () => {
    await files.write("a", head(), body());
    const { kept, damaged } = await files.list();
    assert.deepEqual(damaged, []);
    assert.deepEqual(kept, [{ key: "a", head: head(), bytes: fs.statSync(file("a")).size }]);
    const back = await files.body("a");
    assert.deepEqual(back.info, info);
    assert.deepStrictEqual(bits(back.history.since(0)), bits(body().history));
  });

  test("one without a step comes back, too", async () => {
    await files.write("a", head({ step: 0 }), body(0));
    assert.equal((await files.body("a")).history.tally.step, 0);
  });

  test("are listed in the order of their starts", async () => {
    await files.write("a", head({ started: 2 }), body(3));
    await files.write("b", head({ started: 1 }), body(3));
    assert.deepEqual(
      (await files.list()).kept.map(({ key }) => key),
      ["b", "a"],
    );
  });

  test("a new head leaves what was recorded as it is", async () => {
    await files.write("a", head(), body(20));
    await files.write("a", head({ name: "the good one", pinned: true }), undefined);
    assert.equal((await files.list()).kept[0]?.head.name, "the good one");
    assert.equal((await files.body("a")).history.tally.step, 20);
  });

  test("a head longer than what is read at first comes back", async () => {
    const many = Array.from({ length: 3000 }, () => ({ path: Math.random().toString(36), state: "12 34" }));
    await files.write("a", head({ files: many }), body(3));
    assert.deepEqual((await files.list()).kept[0]?.head.files, many);
  });

  for (const [what, damage] of [
    ["cut off", (whole: Buffer) => whole.subarray(0, 30)],
    ["empty", () => Buffer.alloc(0)],
    ["of another kind", () => Buffer.from("something else, and longer than a prefix")],
    ["flipped in its head", (whole: Buffer) => flipped(whole, 40)],
  ] as const) {
    test(`one whose file is ${what} is named with the reason, and costs no other`, async () => {
      await files.write("good", head(), body(5));
      await files.write("bad", head(), body(5));
      fs.writeFileSync(file("bad"), damage(fs.readFileSync(file("bad"))));
      const { kept, damaged } = await files.list();
      assert.deepEqual(
        kept.map(({ key }) => key),
        ["good"],
      );
      assert.equal(damaged[0]?.key, "bad");
      assert.ok((damaged[0]?.reason ?? "") !== "");
    });
  }

  test("one that is damaged in what was recorded is refused when that is read", async () => {
    await files.write("a", head(), body());
    const whole = fs.readFileSync(file("a"));
    fs.writeFileSync(file("a"), flipped(whole, whole.length - 100));
    assert.equal((await files.list()).kept.length, 1);
    await assert.rejects(files.body("a"));
  });

  test("a full disk leaves the run as it was before", async () => {
    await files.write("a", head(), body(5));
    fs.symlinkSync("/dev/full", `${file("a")}.tmp`);
    await assert.rejects(files.write("a", head({ step: 200 }), body(200)), /ENOSPC/);
    assert.equal((await files.body("a")).history.tally.step, 5);
    await files.write("a", head({ step: 200 }), body(200));
    assert.equal((await files.body("a")).history.tally.step, 200);
  });

  test("what an interrupted write has left behind is removed", async () => {
    await files.write("a", head(), body(5));
    fs.writeFileSync(`${file("b")}.tmp`, "half");
    await files.list();
    assert.deepEqual(fs.readdirSync(path.join(folder, "runs")), ["a.run"]);
  });

  test("twenty are listed in a moment", async () => {
    for (let i = 0; i < 20; i++) await files.write(`${i}`, head({ started: i }), body());
    const before = performance.now();
    assert.equal((await files.list()).kept.length, 20);
    const tookMs = performance.now() - before;
    console.log(`20 kept runs are listed in ${tookMs.toFixed(1)} ms`);
    assert.ok(tookMs < 300, `${tookMs} ms`);
  });
});

function flipped(whole: Buffer, at: number): Buffer {
  const copy = Buffer.from(whole);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}

/** Every array as its bytes: a comparison of numbers takes −0 for 0. */
const bits = ({
  head,
  course,
  validation,
  moved,
  frames: { totals, values, time },
  hist,
}: RunBody["history"]) =>
  [head, course, validation, moved, totals, values, time, hist].map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("hex"),
  );
