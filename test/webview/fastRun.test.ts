import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { rangeOf, spanOf, type Bucket } from "../../src/protocol/buckets.ts";
import { COLUMN, STATS, type Frame } from "../../src/protocol/frame.ts";
import { History } from "../../src/protocol/history.ts";
import type { Increment } from "../../src/protocol/increment.ts";
import { courseOf, deltaOf } from "../../src/protocol/kept.ts";
import { Recorder } from "../../src/protocol/recorder.ts";
import type { FromWebview } from "../../src/protocol/webview.ts";
import { bucketsOf, budgetOf } from "../../webview/charts/curve.ts";
import { gradientFlow } from "../../webview/charts/gradientFlow.ts";
import { loss } from "../../webview/charts/loss.ts";
import { overTime } from "../../webview/charts/overTime.ts";
import { logSharesOf } from "../../src/insight/share.ts";
import { INITIAL, lacking, reduce, type State } from "../../webview/store.ts";
import { viewOf, type View } from "../../webview/view.ts";
import { frameOf } from "../support/frames.ts";
import {
  assertLossTable,
  assertOverTimeTable,
  fullStream,
  lossReadingOf,
  type FullStream,
} from "../support/fullStream.ts";
import { generator, layer, runOf, stateOf } from "./runs.ts";

const layers = [layer("a", "Linear"), layer("b", "Tanh"), layer("c", "Linear")];
const run = runOf(layers);

/** A run as it may go: how long, how its figures come out, and which of them reach the panel when. */
interface Story {
  readonly length: number;
  readonly seed: number;
  /** Steps between two frames, at most; 1: every step gives one. */
  readonly sampled: number;
  readonly validateEvery: number;
  readonly clips: number;
  /** Frames that arise between two messages, at most; more in a long run, so that messages stay few. */
  readonly burst: number;
  /** How often of a hundred a message is lost, the panel is hidden, and shown again. */
  readonly lost: number;
  readonly hidden: number;
}

const MESSAGES = 400;

/** Short ones most often; a million steps have a test of their own. */
const lengths = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1, max: 700 }) },
  { weight: 8, arbitrary: fc.integer({ min: 700, max: 30_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 100_000, max: 300_000 }) },
);

const stories: fc.Arbitrary<Story> = fc.record({
  length: lengths,
  seed: fc.integer({ min: 0, max: 1e6 }),
  sampled: fc.constantFrom(1, 1, 1, 4, 100),
  validateEvery: fc.constantFrom(1, 10, 100, 1e9),
  clips: fc.constantFrom(0, 0.1, 1),
  burst: fc.constantFrom(1, 30, 300, 5000),
  lost: fc.constantFrom(0, 0, 20),
  hidden: fc.constantFrom(0, 10, 50),
});

/** A frame that each step writes again, as the engine's is. */
function* framesOf({ length, seed, sampled, validateEvery, clips }: Story): Generator<Frame> {
  const random = generator(seed);
  const frame = frameOf(layers.map(() => ({}))) as { -readonly [K in keyof Frame]: Frame[K] };
  for (let i = 0; i < length; i++) {
    frame.step += i === 0 ? 0 : 1 + Math.floor(random() * sampled);
    frame.loss = (random() < 0.001 ? 100 : 1) * (0.3 + random());
    if (random() < 0.0005) frame.loss = random() < 0.5 ? NaN : Infinity;
    frame.grad_norm = random();
    frame.clip_coef = random() < clips ? 0.5 : 1;
    frame.val_loss = frame.step % validateEvery === 0 ? random() : NaN;
    for (const row of layers.keys())
      frame.values[row * STATS.length + COLUMN.delta_norm] = random() ** 4 + 1e-9;
    yield frame;
  }
}

/** The panel and the host between it and the worker, which messages of both ways may fail to reach. */
class Scene {
  readonly #worker = new Recorder();
  #host = History.EMPTY;
  #sent = 0;
  #visible = false;
  state: State = INITIAL;

  push(frame: Frame): void {
    this.#worker.push(frame);
  }

  /** What has arisen goes to the host, and on to the panel where that is shown. */
  flush(lost: boolean): void {
    const host = this.#host.extended(this.#worker.since(this.#host.tally.step));
    assert.ok(host);
    this.#host = host;
    if (!this.#visible) return;
    this.#answer({ type: "behind", run: run.id, step: this.#sent }, lost);
  }

  /** A panel that is shown is a new one: it holds nothing, and asks for the state. */
  show(): void {
    this.#visible = true;
    this.state = reduce(INITIAL, stateOf([run], this.#host.since(0)));
    this.#sent = this.#host.tally.step;
  }

  hide(): void {
    this.#visible = false;
  }

  #answer({ step }: FromWebview & { type: "behind" }, lost: boolean): void {
    const history: Increment = this.#host.since(step);
    this.#sent = this.#host.tally.step;
    if (lost) return;
    const message = { type: "frames", run: run.id, history } as const;
    const lack = lacking(this.state, message);
    this.state = reduce(this.state, message);
    if (lack?.type === "behind") this.#answer(lack, false);
  }
}

function play(story: Story): { readonly view: View; readonly full: FullStream } {
  const random = generator(story.seed + 1);
  const burst = Math.max(story.burst, story.length / MESSAGES);
  const full = fullStream(layers.length);
  const scene = new Scene();
  scene.show();
  let left = 0;
  for (const frame of framesOf(story)) {
    full.push(frame);
    scene.push(frame);
    if (left-- > 0) continue;
    left = Math.floor(random() * burst);
    if (random() * 100 < story.hidden) scene.hide();
    scene.flush(random() * 100 < story.lost);
    if (random() * 100 < story.hidden) scene.show();
  }
  if (story.hidden > 0) scene.show();
  scene.flush(false);
  const view = viewOf(scene.state);
  assert.ok(view);
  return { view, full };
}

function assertPanel({ view, full }: ReturnType<typeof play>): void {
  if (full.loss.some(Number.isFinite)) assert.equal(loss.reading(view), lossReadingOf(full));
  assertLossTable(loss.table(view), full);
  assertOverTimeTable(
    (overTime.data ?? overTime.table)(view),
    full,
    layers.map(({ path }) => path),
  );
  assertCurve(view, "each batch", courseOf("loss"));
  assertCurve(view, "smoothed", courseOf("smooth"));
  assertDots(view, full);
  assertBand(view, full);
  assertCells(view);
}

/** Every extreme of the buckets that share a place is a point of the line, within their steps; the line begins and ends with the run. */
function assertCurve(view: View, label: string, figure: number): void {
  const points = seriesOf(view, label);
  const all = view.history.course.buckets;
  let [at, next] = [0, 0];
  for (const { from, to } of bucketsOf(view.history, budgetOf(3) / 4).map(spanOf)) {
    const first = next;
    while (next < all.length && spanOf(all[next]).to <= to) next++;
    const its: number[] = [];
    while (at < points.length && points[at].x <= to) {
      if (points[at].x >= from) its.push(points[at].y);
      at++;
    }
    const ranges = all.slice(first, next).map((bucket) => rangeOf(bucket, figure));
    const finite = ranges.filter((range) => range.finite > 0);
    const extremes = [Math.min(...finite.map(({ min }) => min)), Math.max(...finite.map(({ max }) => max))];
    for (const value of [ranges[0].first, ranges[ranges.length - 1].last, ...extremes]) {
      if (Number.isFinite(value)) assert.ok(its.includes(value), `${label}: ${value} in ${from} to ${to}`);
    }
  }
}

const seriesOf = (view: View, label: string) => {
  const plot = loss.plot(view);
  assert.ok(plot.kind === "lines");
  return plot.series.find((series) => series.label === label)?.points ?? [];
};

function assertDots(view: View, { steps, validation }: FullStream): void {
  const evaluated = steps.flatMap((x, i) => (Number.isNaN(validation[i]) ? [] : [{ x, y: validation[i] }]));
  const dots = seriesOf(view, "validation");
  if (evaluated.length <= 512) return assert.deepEqual(dots, evaluated);
  const extremes = (of: readonly { y: number }[]) => [
    of.reduce((a, { y }) => Math.min(a, y), Infinity),
    of.reduce((a, { y }) => Math.max(a, y), -Infinity),
  ];
  assert.deepEqual(extremes(dots), extremes(evaluated));
}

/** The band of the gradient's flow spans the last 20 steps: steps, not frames. */
function assertBand(view: View, { steps, delta }: FullStream): void {
  const since = steps.findIndex((step) => step > (steps.at(-1) ?? 0) - 20);
  const plot = gradientFlow.plot(view);
  assert.ok(plot.kind === "lines");
  const band = plot.series.find(({ draw }) => draw === "band")?.points ?? [];
  for (const [layer, norms] of delta.entries()) {
    const last = norms.slice(since);
    if (last.length > 1)
      assert.deepEqual(band[layer], { x: layer, y: Math.max(...last), low: Math.min(...last) });
  }
}

/** The heat map has each bucket between its own steps. */
function assertCells(view: View): void {
  const plot = overTime.plot(view);
  assert.ok(plot.kind === "heat");
  const { buckets } = view.history.course;
  const columns = plot.cells.flatMap((cells, i) =>
    cells.length > 0 ? [{ cells, left: plot.edges[i], right: plot.edges[i + 1] }] : [],
  );
  assert.equal(columns.length, buckets.length);
  for (const [i, bucket] of buckets.entries()) {
    const { cells, left, right } = columns[i];
    const { from, to, broken } = spanOf(bucket);
    assert.ok(left < from && right === to);
    assert.deepEqual(cells, logSharesOf(meansOf(bucket), broken > 0));
  }
}

const meansOf = (bucket: Bucket): readonly number[] =>
  layers.map((_, row) => rangeOf(bucket, deltaOf(row)).mean);

suite("whatever reaches the panel when", () => {
  test("every figure is the one of the full stream, and every curve has all extremes", () => {
    fc.assert(
      fc.property(stories, (story) => assertPanel(play(story))),
      { numRuns: 60, seed: 7 },
    );
  });

  test("a run of a million steps is no exception", () => {
    const story = { length: 1_000_000, seed: 3, sampled: 1, validateEvery: 100, clips: 0.1 };
    assertPanel(play({ ...story, burst: 3000, lost: 5, hidden: 5 }));
  });

  test("the panel is the same as one that has seen every frame", () => {
    fc.assert(
      fc.property(stories, (story) => {
        const short = { ...story, length: Math.min(story.length, 1500) };
        const { view } = play(short);
        const { view: other } = play({ ...short, burst: 1, lost: 0, hidden: 0 });
        assert.deepEqual(view, other);
      }),
      { numRuns: 20, seed: 7 },
    );
  });
});
