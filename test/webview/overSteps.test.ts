import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Frame, Stat } from "../../src/protocol/frame.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import { activations } from "../../webview/charts/activations.ts";
import type { Chart, LinesPlot, Series } from "../../webview/charts/chart.ts";
import { clipping } from "../../webview/charts/clipping.ts";
import { gains } from "../../webview/charts/gains.ts";
import { charts } from "../../webview/charts/index.ts";
import { updates, weights } from "../../webview/charts/layerCourses.ts";
import { metric } from "../../webview/charts/metric.ts";
import { spread } from "../../webview/charts/overSteps.ts";
import { timeMap } from "../../webview/charts/timeMap.ts";
import type { View } from "../../webview/view.ts";
import { frameOf } from "../support/frames.ts";
import { historyOf } from "../support/history.ts";
import { chainLayers, framesOf, layer, runOf } from "./runs.ts";

const OF_WEIGHTS: readonly Stat[] = ["grad_norm", "update_ratio", "weight_norm", "gain", "delta_norm"];
const layers = [
  layer("a", "Linear", { stats: OF_WEIGHTS }),
  layer("act", "ReLU", { stats: ["act_dead", "gain", "delta_norm"] }),
  layer("b", "Linear", { stats: OF_WEIGHTS }),
];

const viewOf = (frames: readonly Frame[], of: readonly LayerInfo[] = layers): View => ({
  run: runOf(of),
  layers: of,
  history: historyOf(frames),
  others: [],
});

/** Rows of a step of these three layers. */
const step = (n: number, rows: readonly Partial<Record<Stat, number>>[], totals = {}): Frame =>
  frameOf(rows, { loss: 1, grad_norm: n, clip_coef: 1, ...totals }, n);

const linesOf = (chart: Chart, view: View): LinesPlot => {
  const plot = chart.plot(view);
  assert.ok(plot.kind === "lines");
  return plot;
};
const named = (chart: Chart, view: View, label: string): Series | undefined =>
  linesOf(chart, view).series.find((series) => series.label === label);

suite("update : weight", () => {
  const view = viewOf(
    [1, 2, 3].map((n) => step(n, [{ update_ratio: n * 1e-3 }, {}, { update_ratio: n * 1e-5 }])),
  );

  test("has a line for each layer with parameters, and the band around 10⁻³", () => {
    assert.deepEqual(
      named(updates, view, "b")?.points.map(({ x, y }) => [x, y]),
      [
        [1, 1e-5],
        [2, 2e-5],
        [3, 3 * 1e-5],
      ],
    );
    assert.equal(named(updates, view, "act"), undefined);
    const guide = named(updates, view, "around 10⁻³");
    assert.equal(guide?.draw, "band");
    assert.ok((guide.points[0].low ?? NaN) < 1e-3 && guide.points[0].y > 1e-3);
  });

  test("reads which layer moves least and most", () => {
    assert.equal(updates.reading(view), "‖Δθ‖ / ‖θ‖ from 2.0·10⁻⁵ at b to 0.0020 at a");
  });

  test("has lines for six of many layers, first and last among them, and a band over all", () => {
    assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 6), [0, 2, 4, 6, 8, 10]);
    const many = chainLayers(50);
    const plot = linesOf(updates, viewOf(framesOf(many, { steps: 5, gain: () => 1 }), many));
    assert.equal(plot.series.filter(({ draw }) => draw === "line").length, 6);
    assert.ok(plot.series.some(({ label }) => label === "all 51 layers"));
  });
});

test("weights' norm is drawn over the steps", () => {
  const view = viewOf([1, 2].map((n) => step(n, [{ weight_norm: n }, {}, { weight_norm: 5 }])));
  assert.deepEqual(named(weights, view, "a")?.points, [
    { x: 1, y: 1 },
    { x: 2, y: 2 },
  ]);
});

suite("the norm of the whole gradient", () => {
  const view = viewOf(
    Array.from({ length: 10 }, (_, i) => step(i + 1, [{}, {}, {}], { clip_coef: i === 9 ? 0.5 : 1 })),
  );

  test("is drawn before clipping and after", () => {
    assert.equal(named(clipping, view, "before clipping")?.points.at(-1)?.y, 10);
    assert.equal(named(clipping, view, "after clipping")?.points.at(-1)?.y, 5);
  });

  test("reads the share of clipped steps and what 90 % of the steps stay below", () => {
    // The norms are 1 to 10: nine of ten lie below 10.
    assert.equal(
      clipping.reading(view),
      "10, clipped at 10 % of the steps, 90 % of the steps that are kept lie below 10",
    );
    assert.equal(named(clipping, view, "90 % of steps below 10")?.points[0].y, 10);
  });

  test("of a run that was never clipped has one line, and says so", () => {
    const calm = viewOf([step(1, [{}, {}, {}])]);
    assert.equal(named(clipping, calm, "after clipping"), undefined);
    assert.match(clipping.reading(calm), /never clipped/);
  });
});

suite("dead and saturated", () => {
  const view = viewOf([step(1, [{}, { act_dead: 0.25 }, {}])]);

  test("shows the layers that can have any, by their share", () => {
    assert.equal(activations.reading(view), "Dead at most 25 %, at act");
    assert.deepEqual(named(activations, view, "dead")?.points, [{ x: 0, y: 0.25 }]);
    assert.equal(named(activations, view, "saturated"), undefined);
  });

  test("is not there where no layer can", () => {
    const plain = [layer("a", "Linear", { stats: ["gain"] })];
    assert.equal(activations.applies?.(viewOf([step(1, [{ gain: 1 }])], plain)), false);
  });
});

suite("the metric", () => {
  const view = viewOf([
    step(1, [{}, {}, {}], { metric: 0.5 }),
    step(2, [{}, {}, {}], { metric: 0.75, val_loss: 1, val_metric: 0.625 }),
  ]);

  test("is that of batches and of the validation set", () => {
    assert.equal(metric.reading(view), "0.750 now, 0.625 on the validation set at step 2");
    assert.deepEqual(named(metric, view, "validation")?.points, [{ x: 2, y: 0.625 }]);
  });

  test("is not there where there is none", () => {
    assert.equal(metric.applies?.(viewOf([step(1, [{}, {}, {}])])), false);
  });
});

suite("through time, over the steps", () => {
  const recurrent = [layer("rnn", "RNN", { time: 3 })];
  const view = viewOf(
    [1, 2].map((n) => ({ ...step(n, [{}]), time: Float64Array.of(0.01 / n, 0.1, 1) })),
    recurrent,
  );

  test("has a column a step and a row a time step, as shares of the last one's", () => {
    const plot = timeMap.plot(view);
    assert.ok(plot.kind === "heat");
    assert.deepEqual(plot.edges, [0, 1, 2]);
    assert.deepEqual(
      plot.cells.map((column) => column.map((share) => Math.round(share * 10) / 10)),
      [
        [-2, -1, 0],
        [-2.3, -1, 0],
      ],
    );
    assert.equal(timeMap.reading(view), "rnn: the first time step gets 0.005 of the last one's");
  });

  test("tells the figure at a place", () => {
    const { title, rows } = timeMap.describe(view, { x: 2, y: 1 });
    assert.equal(title, "rnn, step 2, t = 1");
    assert.deepEqual(rows[1], ["of the last time step's", "0.0050"]);
  });
});

test("theory's gains lie beside the measured ones where the declaration is known", () => {
  const view = viewOf([step(1, [{ gain: 1 }, { gain: 0.7 }, { gain: 1 }])]);
  const row = (path: string, type: string) => ({
    path,
    type,
    params: {},
    input: [4],
    output: [4],
    within: [],
  });
  const declared = {
    loss: { type: "MSELoss", params: {} },
    optimizer: { type: "SGD", params: {} },
    data: { type: "xor", normalize: false },
    steps: 1,
    batch_size: 1,
    rows: [row("a", "Linear"), row("act", "ReLU"), row("b", "Linear")],
    rules: {},
  };
  const known = { ...view, run: { ...view.run, info: { ...view.run.info, declared } } };
  const theory = named(gains, known, "theory, at the first step");
  assert.deepEqual(
    theory?.points.map(({ x, y }) => [x, Math.round(y * 1000) / 1000]),
    [
      [0, 0.577], // 3^-½, PyTorch's default
      [1, 0.707], // 2^-½
      [2, 0.577],
    ],
  );
  assert.deepEqual(gains.describe(known, { layer: 1 }).rows.at(-1), ["gain in theory, at the start", "0.71"]);
  assert.equal(named(gains, view, "theory, at the first step"), undefined);
});

suite("a run of 5,000 steps of 100 layers", () => {
  const many = chainLayers(50).slice(0, 100);
  const frames = framesOf(many, { steps: 5000, gain: () => 0.98, clips: (n) => n % 7 === 0 });
  const view = viewOf(frames, many);

  for (const chart of charts.filter((one) => one.applies?.(view) ?? true)) {
    test(`${chart.id} is made of at most 2,000 points, and says what it leaves out`, () => {
      const plot = chart.plot(view);
      if (plot.kind === "heat") return assert.ok(plot.cells.length <= 2000);
      const points = plot.series.reduce((sum, { points: of }) => sum + of.length, 0);
      assert.ok(points <= 2000, `${points} points`);
      if (plot.x.kind === "linear") assert.match(plot.note ?? "", /\d/);
    });
  }
});
