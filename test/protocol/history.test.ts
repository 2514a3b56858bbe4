import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { rangeOf, spanOf } from "../../src/protocol/buckets.ts";
import { HIST_BINS, type Frame, type Total } from "../../src/protocol/frame.ts";
import { History } from "../../src/protocol/history.ts";
import { buffersOf, bytesOf } from "../../src/protocol/increment.ts";
import { courseCapacity, courseOf, deltaOf, recentFrames, validationOf } from "../../src/protocol/kept.ts";
import { Recorder } from "../../src/protocol/recorder.ts";
import { frameOf } from "../support/frames.ts";
import { extended, historyOf, recorded } from "../support/history.ts";

const frame = (step: number, totals: Partial<Record<Total, number>> = {}): Frame =>
  frameOf([{ delta_norm: step }], { loss: 1, grad_norm: 1, clip_coef: 1, ...totals }, step);
const frames = (from: number, to: number): readonly Frame[] =>
  Array.from({ length: to - from + 1 }, (_, i) => frame(from + i));
const stepsOf = (list: readonly Frame[]): readonly number[] => list.map(({ step }) => step);
const spansOf = ({ course }: History): readonly (readonly number[])[] =>
  course.buckets.map(spanOf).map(({ from, to }) => [from, to]);

suite("the history of a run", () => {
  test("has a bucket a step while it is short", () => {
    const history = historyOf(frames(1, 3));
    assert.deepEqual(spansOf(history), [
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  test("has buckets of equally many steps, from the first step to the last, where it is long", () => {
    // 5,000 steps in at most 512 buckets: the first power of two above 9.8 is 16.
    const history = historyOf(frames(1, 5000));
    assert.equal(history.course.stride, 16);
    const spans = spansOf(history);
    assert.deepEqual(spans.slice(0, 2), [
      [1, 16],
      [17, 32],
    ]);
    assert.deepEqual(spans.at(-1), [4993, 5000]);
    assert.equal(spans.length, Math.ceil(5000 / 16));
  });

  test("keeps first, last, least, greatest and mean of each figure in a bucket", () => {
    const history = historyOf(frames(1, 5000));
    const { first, last, min, max, mean, finite } = rangeOf(history.course.buckets[1], deltaOf(0));
    assert.deepEqual([first, last, min, max, mean, finite], [17, 32, 17, 32, 24.5, 16]);
  });

  test("keeps extremes and means of finite figures, and counts the steps at which one was not", () => {
    const history = historyOf([
      ...frames(1, 1024),
      ...[NaN, 3, -Infinity, 5].map((loss, i) => frame(1025 + i, { loss })),
    ]);
    const bucket = history.course.buckets.at(-1);
    assert.ok(bucket);
    const { first, last, min, max, mean, finite } = rangeOf(bucket, courseOf("loss"));
    assert.deepEqual([first, last, min, max, mean, finite], [NaN, 5, 3, 5, 4, 2]);
    assert.equal(spanOf(bucket).broken, 2);
    assert.equal(history.tally.broken, 2);
  });

  test("counts steps and clipped ones, and knows the lowest and the highest loss with their steps", () => {
    const history = historyOf(
      Array.from({ length: 3000 }, (_, i) =>
        frame(i + 1, { loss: Math.abs(1234 - i), clip_coef: i % 7 === 0 ? 0.5 : 1 }),
      ),
    );
    const { step, frames: count, clipped, lowest, lowest_step, highest, highest_step } = history.tally;
    assert.deepEqual([step, count, clipped], [3000, 3000, Math.ceil(3000 / 7)]);
    assert.deepEqual([lowest, lowest_step, highest, highest_step], [0, 1235, 1765, 3000]);
  });

  test("keeps the first 8 frames and the last 64 whole", () => {
    const history = historyOf(frames(1, 1000));
    assert.deepEqual(stepsOf(history.first), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.deepEqual(
      stepsOf(history.recent),
      Array.from({ length: 64 }, (_, i) => 937 + i),
    );
    assert.deepEqual(history.first[2], frame(3));
    assert.deepEqual(history.latest(), frame(1000));
    assert.ok(history.frames().length > 72);
    assert.deepEqual(stepsOf(historyOf(frames(1, 10)).frames()), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("keeps every evaluation of the validation set, and both extremes where they are too many", () => {
    const some = (count: number, every: number) =>
      historyOf(
        Array.from({ length: count * every }, (_, i) =>
          frame(i + 1, (i + 1) % every === 0 ? { val_loss: i + 1 } : {}),
        ),
      );
    const fifty = some(50, 100).validation.buckets;
    assert.deepEqual(
      fifty.map((bucket) => [spanOf(bucket).to, rangeOf(bucket, validationOf("val_loss")).last]),
      Array.from({ length: 50 }, (_, i) => [(i + 1) * 100, (i + 1) * 100]),
    );
    const many = some(2000, 2);
    assert.equal(many.tally.evaluations, 2000);
    const [bucket] = many.validation.buckets;
    assert.deepEqual([spanOf(bucket).frames, spanOf(bucket).to], [4, 8]);
    const { min, max } = rangeOf(bucket, validationOf("val_loss"));
    assert.deepEqual([min, max], [2, 8]);
  });

  test("knows which step its histograms are of", () => {
    const hist = new Float64Array(HIST_BINS).fill(3);
    const history = historyOf([frame(1), { ...frame(2), hist }, ...frames(3, 90)]);
    assert.deepEqual(history.histogram, { step: 2, hist });
    assert.ok(history.frames().every((one) => one.hist === undefined));
  });

  test("adds up how far each layer's weights have come, for steps that gave no frame as well", () => {
    const moving = (step: number, ...ratios: readonly number[]): Frame =>
      frameOf(
        ratios.map((update_ratio) => ({ update_ratio })),
        { loss: 1, grad_norm: 1, clip_coef: 1 },
        step,
      );
    const every = historyOf([moving(1, 0.5, NaN), moving(2, 0.25, NaN), moving(3, Infinity, NaN)]);
    assert.deepEqual([...every.moved], [0.75, 0]);
    assert.deepEqual([...historyOf([moving(1, 0.5), moving(11, 0.25)]).moved], [3]);
    assert.deepEqual(
      [...extended(historyOf([moving(1, 0.5)]), recorded([moving(1, 0.5), moving(2, 1)])).moved],
      [1.5],
    );
  });

  test("counts frames where not every step gives one, and leaves no bucket for steps without", () => {
    const history = historyOf([1, 101, 201, 301, 600].map((step) => frame(step)));
    const { step, frames: count, interval } = history.tally;
    assert.deepEqual([step, count, interval], [600, 5, 100]);
    assert.deepEqual(stepsOf(history.recent), [1, 101, 201, 301, 600]);
    assert.equal(history.course.buckets.length, 5);
  });

  test("the smoothed loss reaches a new level and begins anew after a NaN", () => {
    const loss = (step: number): number => (step < 100 ? 1 : step === 200 ? NaN : 3);
    const { course } = historyOf(Array.from({ length: 300 }, (_, i) => frame(i + 1, { loss: loss(i + 1) })));
    const at = (step: number): number => rangeOf(course.buckets[step - 1], courseOf("smooth")).last;
    assert.equal(at(99), 1);
    // After 20 more steps the way of 2 is covered but for (1 − 1/20)^20 of it.
    assert.ok(Math.abs(at(119) - (3 - 2 * 0.95 ** 20)) < 1e-9);
    assert.ok(Number.isNaN(at(200)));
    assert.equal(at(201), 3);
  });

  test("is bounded, however long the run, and smaller of a model with very many layers", () => {
    const recorder = new Recorder();
    for (let step = 1; step <= 300_000; step++) recorder.push(frame(step));
    assert.ok(bytesOf(recorder.since(0)) < 300_000);
    assert.deepEqual([courseCapacity(10), recentFrames(10)], [512, 64]);
    for (const layers of [1000, 5000]) {
      const frame = layers * 17 * 8;
      assert.ok(recentFrames(layers) * frame < 20e6 && recentFrames(layers) >= 20);
      assert.ok(courseCapacity(layers) * layers * 6 * 8 < 10e6);
    }
  });
});

suite("a copy of a history", () => {
  test("is the same, whether the frames came at once or one by one", () => {
    const recorder = new Recorder();
    let copy = History.EMPTY;
    for (const one of frames(1, 1500)) {
      recorder.push(one);
      copy = extended(copy, recorder);
    }
    assert.deepEqual(copy, historyOf(frames(1, 1500)));
  });

  test("refuses what does not follow, and is mended by what it lacks", () => {
    const early = historyOf(frames(1, 40));
    const recorder = recorded(frames(1, 2000));
    assert.equal(early.extended(recorder.since(41)), undefined);
    assert.deepEqual(extended(early, recorder), historyOf(frames(1, 2000)));
  });

  test("takes nothing twice", () => {
    const recorder = recorded(frames(1, 700));
    const copy = historyOf(frames(1, 700));
    assert.equal(copy.extended(recorder.since(650)), copy);
    const longer = recorded(frames(1, 710));
    assert.deepEqual(extended(copy, longer, 650), historyOf(frames(1, 710)));
  });

  test("serves as the source of other copies", () => {
    const whole = historyOf(frames(1, 3000));
    assert.deepEqual(History.EMPTY.extended(whole.since(0)), whole);
    assert.deepEqual(historyOf(frames(1, 123)).extended(whole.since(123)), whole);
  });

  test("shares no memory with the recorder, whose arrays are written again", () => {
    const recorder = recorded(frames(1, 600));
    const copy = extended(History.EMPTY, recorder, 0);
    const before = structuredClone(copy.since(0));
    for (const one of frames(601, 900)) recorder.push(one);
    assert.deepEqual(copy.since(0), before);
  });

  test("holds little more memory than it shows, however often it was extended", () => {
    const recorder = new Recorder();
    let history = History.EMPTY;
    for (let from = 1; from <= 60_000; from += 100) {
      for (const one of frames(from, from + 99)) recorder.push(one);
      history = extended(history, recorder);
    }
    const arrays = [
      ...history.frames().map(({ values }) => values),
      ...history.course.buckets,
      ...history.validation.buckets,
    ];
    const shown = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const buffers = new Set(arrays.map(({ buffer }) => buffer));
    const held = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
    assert.ok(held < 2 * shown, `${held} bytes for ${shown}`);
  });
});

suite("an increment", () => {
  test("has few arrays, each with a buffer of its own that can be handed over", () => {
    const buffers = buffersOf(recorded(frames(1, 600)).since(580));
    assert.ok(buffers.length < 10);
    assert.equal(new Set(buffers).size, buffers.length);
  });

  test("is light: what has not changed is not in it", () => {
    const recorder = recorded(frames(1, 100_000));
    assert.ok(bytesOf(recorder.since(99_999)) < 2000);
    assert.ok(bytesOf(recorder.since(99_000)) < 64 * 17 * 8 + 64 * 8 * 8 + 5000);
  });

  test("of nothing new is empty", () => {
    const increment = recorded(frames(1, 10)).since(10);
    assert.equal(increment.course.length + increment.frames.totals.length, 0);
  });
});
