import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { rangeOf, spanOf } from "../../src/protocol/buckets.ts";
import { HIST_BINS, type Frame } from "../../src/protocol/frame.ts";
import { courseOf, deltaOf, histogramCapacity, trackCapacity } from "../../src/protocol/kept.ts";
import { frameAt, historyAt, stepsFor } from "../../src/protocol/moment.ts";
import { frameOf } from "../support/frames.ts";
import { EMPTY, extended, historyOf, recorded } from "../support/history.ts";

/** The loss falls by 1 a step, every third step is clipped, every tenth has histograms. */
const frame = (step: number): Frame => ({
  ...frameOf(
    [{ delta_norm: step, update_ratio: 0.5 }],
    { loss: 10_000 - step, grad_norm: 1, clip_coef: step % 3 === 0 ? 0.5 : 1 },
    step,
  ),
  ...(step % 10 === 0 && { hist: new Float64Array(HIST_BINS).fill(step) }),
});
const frames = (steps: number): readonly Frame[] => Array.from({ length: steps }, (_, i) => frame(i + 1));
const stepsOf = (things: readonly { readonly step: number }[]): readonly number[] =>
  things.map(({ step }) => step);

suite("the track of a run", () => {
  test("is every frame while the run is short", () => {
    const { track } = historyOf(frames(100));
    assert.equal(track.stride, 1);
    assert.equal(track.kept.length, 100);
  });

  test("is the first frame of equally many steps where it is long", () => {
    // 5,000 steps in at most 512 frames: the first power of two above 9.8 is 16.
    const { track } = historyOf(frames(5000));
    assert.equal(track.stride, 16);
    assert.deepEqual(stepsOf(track.kept).slice(0, 3), [1, 17, 33]);
    assert.equal(track.kept.at(-1)?.step, 4993);
    assert.deepEqual(track.kept[1], { ...frame(17) });
  });

  test("is the same in a copy that got it in pieces", () => {
    const all = frames(3000);
    let copy = EMPTY;
    for (const until of [1, 2, 40, 513, 514, 1700, 3000])
      copy = extended(copy, recorded(all.slice(0, until)));
    const whole = historyOf(all);
    assert.deepEqual(copy.track, whole.track);
    assert.deepEqual(copy.histograms, whole.histograms);
    assert.deepEqual(copy.histogram, whole.histogram);
    assert.deepEqual(copy.frames(), whole.frames());
  });

  test("has histograms over the whole run, and the latest", () => {
    const { histograms, histogram } = historyOf(frames(2000));
    assert.equal(histogram?.step, 2000);
    assert.ok(histograms.kept.length > 20 && histograms.kept.length <= 48);
    for (const { step, hist } of histograms.kept) assert.ok(hist.every((count) => count === step));
  });

  test("is bounded by bytes where there are many layers", () => {
    assert.ok(trackCapacity(100) * 100 * 18 * 8 <= 6.1e6);
    assert.equal(trackCapacity(1e6), 24);
    assert.ok(histogramCapacity(1000) * 1000 * HIST_BINS * 8 <= 4.2e6);
  });
});

suite("a moment of a run", () => {
  const history = historyOf(frames(5000));

  test("is of the latest frame that is kept up to the step, and says which steps that stands for", () => {
    const at = frameAt(history, 408);
    assert.equal(at?.step, 401);
    assert.deepEqual(at && stepsFor(history, at), { from: 401, to: 416 });
    const late = frameAt(history, 4999);
    assert.deepEqual(late && stepsFor(history, late), { from: 4999, to: 4999 });
    assert.equal(frameAt(EMPTY, 3), undefined);
  });

  test("has nothing that came later", () => {
    const then = historyAt(history, frame(401));
    assert.equal(then.latest()?.step, 401);
    assert.equal(then.tally.step, 401);
    assert.deepEqual(spanOf(then.course.buckets.at(-1) ?? new Float64Array()), {
      from: 401,
      to: 401,
      frames: 1,
      clipped: 0,
      broken: 0,
    });
    assert.ok((then.histogram?.step ?? Infinity) <= 401);
    assert.ok(then.frames().every(({ step }) => step <= 401));
  });

  test("has counts and extremes of the steps until then", () => {
    const { tally } = historyAt(history, frame(401));
    assert.equal(tally.frames, 401);
    assert.equal(tally.clipped, 133); // every third of 401
    assert.equal(tally.lowest, 10_000 - 401);
    assert.equal(tally.highest, 9999);
  });

  test("adds up how far weights had come", () => {
    assert.equal(historyAt(history, frame(401)).moved[0], 0.5 * 401);
  });

  test("is the whole history at its last frame", () => {
    const then = historyAt(history, frame(5000));
    assert.deepEqual(then.course.buckets, history.course.buckets);
    assert.deepEqual(then.recent, history.recent);
    assert.deepEqual(
      { ...then.tally, lowest_step: 0, highest_step: 0 },
      {
        ...history.tally,
        lowest_step: 0,
        highest_step: 0,
      },
    );
  });

  test("knows the figures of its own frame", () => {
    const bucket = historyAt(history, frame(401)).course.buckets.at(-1);
    assert.ok(bucket);
    assert.equal(rangeOf(bucket, courseOf("loss")).last, 9599);
    assert.equal(rangeOf(bucket, deltaOf(0)).last, 401);
  });
});
