import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { HIST_BINS } from "../../src/protocol/frame.ts";
import type { Frame } from "../../src/protocol/frame.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import { axesOf } from "../../webview/charts/axes.ts";
import { layersAxis, position } from "../../webview/charts/axis.ts";
import type { Chart, LinesPlot } from "../../webview/charts/chart.ts";
import { axesAroundOne, gains } from "../../webview/charts/gains.ts";
import { gradientFlow } from "../../webview/charts/gradientFlow.ts";
import { histogram, medianSize } from "../../webview/charts/histogram.ts";
import { charts } from "../../webview/charts/index.ts";
import { loss, lossAxis } from "../../webview/charts/loss.ts";
import { overTime } from "../../webview/charts/overTime.ts";
import { throughTime } from "../../webview/charts/throughTime.ts";
import { toCsv } from "../../webview/csv.ts";
import { runningProduct } from "../../src/insight/chain.ts";
import { logSharesOf } from "../../src/insight/share.ts";
import type { View } from "../../webview/view.ts";
import { moved } from "../../webview/views/moves.ts";
import { frameOf } from "../support/frames.ts";
import { rowsOf } from "../support/fullStream.ts";
import { historyOf } from "../support/history.ts";
import { chainLayers, framesOf, layer, runOf } from "./runs.ts";

const three = [layer("a", "Linear"), layer("b", "ReLU"), layer("c", "Linear")];

const viewOf = (layers: readonly LayerInfo[], frames: readonly Frame[], more: Partial<View> = {}): View => ({
  run: runOf(layers),
  layers,
  history: historyOf(frames),
  others: [],
  ...more,
});

const deltas = (norms: readonly number[], step: number, loss = 0.5): Frame =>
  frameOf(
    norms.map((delta_norm, i) => ({ delta_norm, gain: 0.5, ...(i !== 1 && { grad_norm: delta_norm * 2 }) })),
    { loss, grad_norm: 1, clip_coef: 1 },
    step,
  );

const linesOf = (chart: Chart, view: View): LinesPlot => {
  const plot = chart.plot(view);
  assert.equal(plot.kind, "lines");
  return plot;
};

const ysOf = (chart: Chart, view: View, label: string): readonly number[] | undefined =>
  linesOf(chart, view)
    .series.find((series) => series.label === label)
    ?.points.map(({ y }) => y);

suite("shares and products", () => {
  test("the share of a layer is the decades between it and the last", () => {
    assert.deepEqual(logSharesOf([1e-5, 0.1, 10], false), [-6, -2, 0]);
  });

  test("a gradient of 0, an infinite one and a missing one are told apart", () => {
    assert.deepEqual(logSharesOf([0, Infinity, NaN, 1], false), [-Infinity, Infinity, NaN, 0]);
    assert.deepEqual(logSharesOf([0, Infinity, NaN, 1], true), [-Infinity, Infinity, Infinity, 0]);
  });

  test("the running product goes from the last layer back", () => {
    assert.deepEqual(runningProduct(three, [0.5, 2, 0.25]), [0.25, 0.5, 0.25]);
  });

  test("a residual block counts once, by its own row", () => {
    const layers = [layer("in", "Linear"), layer("res.0", "Linear"), layer("res", "Residual")];
    assert.deepEqual(runningProduct(layers, [0.5, 100, 2]), [1, NaN, 2]);
  });
});

suite("gradient flow", () => {
  test("draws both norms of the latest step and the band of the last ones", () => {
    const view = viewOf(three, [deltas([1e-4, 1e-2, 1], 1), deltas([1e-6, 1e-2, 2], 2)]);
    assert.deepEqual(ysOf(gradientFlow, view, "‖∂L/∂h‖"), [1e-6, 1e-2, 2]);
    assert.deepEqual(ysOf(gradientFlow, view, "‖∂L/∂θ‖"), [2e-6, NaN, 4]);
    const band = linesOf(gradientFlow, view).series.find(({ draw }) => draw === "band");
    assert.deepEqual(band?.points[0], { x: 0, y: 1e-4, low: 1e-6 });
  });

  test("draws what is not finite as marks at the edge and leaves a gap in the line", () => {
    const view = viewOf(three, [deltas([NaN, Infinity, 1], 1, NaN)]);
    const plot = linesOf(gradientFlow, view);
    assert.deepEqual(ysOf(gradientFlow, view, "‖∂L/∂h‖"), [NaN, NaN, 1]);
    const marks = plot.series.find(({ label }) => label === "NaN or ∞");
    assert.deepEqual(
      marks?.points.map(({ x, y }) => [x, position(plot.y, y)]),
      [
        [0, plot.y.max],
        [1, plot.y.max],
      ],
    );
  });

  test("lays the run before under it, layer for layer by path", () => {
    const before = viewOf([layer("b", "ReLU"), layer("a", "Linear")], [deltas([7, 5], 1)]);
    const view = viewOf(three, [deltas([1, 1, 1], 1)], {
      others: [{ run: before.run, history: before.history, because: "before", place: 0 }],
    });
    assert.deepEqual(ysOf(gradientFlow, view, "deep-sigmoid · 14:03:22"), [5, 7, NaN]);
  });

  test("reads where it falls to", () => {
    assert.equal(
      gradientFlow.reading(viewOf(three, [deltas([3e-7, 1e-2, 0.1], 1)])),
      "‖∂L/∂h‖ falls from 0.10 to 3.0·10⁻⁷ at a",
    );
    assert.equal(
      gradientFlow.reading(viewOf(three, [deltas([0.1, 0.12, 0.2], 1)])),
      "‖∂L/∂h‖ stays between 0.10 and 0.20",
    );
  });
});

suite("chain of gains", () => {
  const plotOf = (factors: readonly number[], products: readonly number[]): LinesPlot => ({
    kind: "lines",
    x: layersAxis(three),
    ...axesAroundOne(factors, products),
    series: [],
  });

  test("puts 1 at the same height on both axes, whatever they span", () => {
    for (const [factors, products] of [
      [
        [0.2, 1.1],
        [1e-9, 1],
      ],
      [
        [1.5, 2],
        [1, 1e7],
      ],
      [
        [0.5, 3],
        [1e-3, 40],
      ],
    ]) {
      const { y: left, y2: right } = axesOf(plotOf(factors, products));
      assert.ok(left.kind === "log" && right);
      const height = ({ min, max }: { min: number; max: number }): number => -min / (max - min);
      assert.ok(Math.abs(height(left) - height(right)) < 1e-12);
      assert.ok(left.min < Math.log10(Math.min(...factors)) && left.max > Math.log10(Math.max(...factors)));
      assert.ok(
        right.min <= Math.log10(Math.min(...products)) && right.max >= Math.log10(Math.max(...products)),
      );
    }
  });

  test("reads the range of the factors and their product", () => {
    assert.equal(
      gains.reading(viewOf(three, [deltas([1, 1, 1], 1)])),
      "Factors from 0.50 to 0.50, their product is 0.13",
    );
  });
});

suite("over time", () => {
  const view = viewOf(three, [deltas([1e-3, 0.1, 1], 1), deltas([NaN, 0, 1], 2, NaN)]);
  const plot = overTime.plot(view);

  test("has a column per step, each from the first layer to the last", () => {
    assert.ok(plot.kind === "heat");
    assert.deepEqual(plot.cells, [
      [-3, -1, 0],
      [Infinity, -Infinity, 0],
    ]);
    assert.deepEqual(plot.edges, [0, 1, 2]);
  });

  test("reads what the first layer gets now", () => {
    const finite = viewOf(three, [deltas([1e-3, 0.1, 1], 1), deltas([1e-4, 0.1, 1], 2)]);
    assert.equal(overTime.reading(finite), "a: 10⁻⁴ of the last layer's, 0.001 at step 1");
    assert.equal(overTime.reading(view), "a: 0.001 of the last layer's");
  });
});

suite("loss", () => {
  test("is drawn on a log axis only where it is positive and falls far", () => {
    assert.equal(lossAxis([2.3, 0.01]).kind, "log");
    assert.equal(lossAxis([0.7, 0.5]).kind, "linear");
    assert.equal(lossAxis([-3, 100]).kind, "linear");
    assert.equal(lossAxis([]).kind, "linear");
  });

  test("marks clipped steps at the bottom and shows evaluations", () => {
    const some = framesOf(three, {
      steps: 30,
      gain: () => 1,
      clips: (step) => step === 4 || step === 9,
      totals: (step) => (step === 20 ? { val_loss: 0.9 } : {}),
    });
    const view = viewOf(three, some);
    const plot = linesOf(loss, view);
    const marks = plot.series.find(({ label }) => label === "clipped");
    assert.deepEqual(
      marks?.points,
      [4, 9].map((x) => ({ x, y: plot.y.min })),
    );
    assert.deepEqual(ysOf(loss, view, "validation"), [0.9]);
    assert.match(loss.reading(view), /, clipped at 2 of 30 steps$/);
  });
});

suite("a run of more steps than a chart has places for", () => {
  const frames = framesOf(three, {
    steps: 5000,
    gain: () => 1,
    clips: () => true,
    totals: (step) => ({
      loss: step === 777 ? 99 : 1 + step / 1000,
      ...(step % 100 === 0 && { val_loss: 2 }),
    }),
  });
  const view = viewOf(three, frames);

  test("is said to be what it was at every step", () => {
    assert.equal(loss.reading(view), "6.00 now, lowest 1.00 at step 1, clipped at 5,000 of 5,000 steps");
  });

  test("has every spike and every evaluation in its chart, from the first step to the last", () => {
    const raw = linesOf(loss, view).series.find(({ label }) => label === "each batch")?.points ?? [];
    assert.ok(raw.some(({ y }) => y === 99));
    assert.deepEqual(
      [raw[0], raw.at(-1)],
      [
        { x: 1, y: 1.001 },
        { x: 5000, y: 6 },
      ],
    );
    assert.equal(ysOf(loss, view, "validation")?.length, 50);
  });

  test("is described by ranges, which the keyboard goes through one by one", () => {
    const { title, rows } = loss.describe(view, { x: 780 });
    assert.equal(title, "Steps 769 to 784"); // of 16 each: the 49th begins at 48 · 16 + 1
    assert.deepEqual(rows[0], ["loss", "1.77 … 99.0"]);
    assert.deepEqual(rows.at(-1), ["clipped", "16 of 16 steps"]);
    assert.deepEqual(moved("ArrowRight", linesOf(loss, view), { x: 784 }), { x: 800 });
    assert.deepEqual(overTime.describe(view, { layer: 0, x: 780 }).rows[0], ["steps", "769 to 784"]);
  });

  test("has tables whose rows say which steps they are of", () => {
    const rows = rowsOf(loss.table(view));
    assert.deepEqual(
      [rows[0]["first_step"], rows[0]["last_step"], rows[0]["steps"], rows[0]["series"]],
      [1, 16, 16, "training"],
    );
    assert.deepEqual(rowsOf((overTime.data ?? overTime.table)(view))[1]["first_step"], 17);
  });
});

suite("a run that gives a frame at every n-th step", () => {
  const frames = framesOf(three, { steps: 800, gain: () => 1, clips: () => true });
  const view = viewOf(
    three,
    frames.filter(({ step }) => step % 100 === 1 && step !== 301),
  );

  test("is drawn as a line that is broken where frames are missing", () => {
    const raw = linesOf(loss, view).series.find(({ label }) => label === "each batch")?.points ?? [];
    assert.deepEqual(
      raw.filter(({ y }) => Number.isNaN(y)).map(({ x }) => x),
      [201],
    );
    const plot = overTime.plot(view);
    assert.ok(plot.kind === "heat");
    assert.deepEqual(plot.edges, [0, 1, 101, 201, 400, 401, 501, 601, 701]);
    assert.deepEqual(plot.cells[3], []);
  });

  test("counts steps that were sampled", () => {
    assert.match(loss.reading(view), /, clipped at 7 of 7 sampled steps$/);
  });
});

suite("through time", () => {
  const layers = [
    layer("gru", "GRU", { time: 3 }),
    layer("tanh", "Tanh"),
    layer("lstm", "LSTM", { time: 2 }),
  ];
  const view = viewOf(layers, [{ ...deltas([1, 1, 1], 1), time: Float64Array.of(1e-6, 1e-3, 1, 0.5, 2) }]);

  test("has a line for each recurrent layer", () => {
    assert.deepEqual(ysOf(throughTime, view, "gru"), [1e-6, 1e-3, 1]);
    assert.deepEqual(ysOf(throughTime, view, "lstm"), [0.5, 2]);
    assert.equal(throughTime.reading(view), "10⁻⁶ of it gets back over the 3 steps of gru");
  });

  test("is there only where a layer is recurrent", () => {
    assert.equal(throughTime.applies?.(view), true);
    assert.equal(throughTime.applies?.(viewOf(three, [deltas([1, 1, 1], 1)])), false);
  });
});

suite("sizes of the gradient's elements", () => {
  const hist = new Float64Array(3 * HIST_BINS);
  hist[40] = 10; // layer a: 10 elements from 2⁻⁸
  hist[41] = 40;
  hist[2 * HIST_BINS + 48] = 5; // layer c: 5 elements from 2⁰
  const view = viewOf(three, [{ ...deltas([1, 1, 1], 1), hist }]);

  test("has a row for each layer with parameters, each relative to its most frequent size", () => {
    const plot = histogram.plot(view);
    assert.ok(plot.kind === "heat" && plot.y.kind === "layers");
    assert.deepEqual(plot.y.rows, [0, 2]);
    assert.deepEqual(
      [plot.cells[40], plot.cells[41], plot.cells[48]],
      [
        [0.25, 0],
        [1, 0],
        [0, 1],
      ],
    );
  });

  test("the median is the upper end of the bin that holds the middle element", () => {
    assert.ok(Math.abs(medianSize(hist.subarray(0, HIST_BINS)) / 2 ** -6 - 1) < 1e-12);
    assert.ok(Number.isNaN(medianSize(new Float64Array(HIST_BINS))));
  });

  test("says which step was counted where not every step is", () => {
    assert.match(histogram.reading(view), / \(at step 1: counted every 10 steps\)$/);
    const always = { ...view, run: { ...view.run, info: { ...view.run.info, hist_every: 1 } } };
    assert.match(histogram.reading(always), / \(at step 1\)$/);
  });

  test("says which step was counted however many have followed", () => {
    const later = [...Array(200).keys()].map((i) => deltas([1, 1, 1], i + 2));
    assert.match(
      histogram.reading(viewOf(three, [{ ...deltas([1, 1, 1], 1), hist }, ...later])),
      / \(at step 1: counted every 10 steps\)$/,
    );
  });

  test("does not call elements 0 that are not finite", () => {
    const nothing = new Float64Array(3 * HIST_BINS);
    const zero = { ...deltas([1, 1, 1], 1), hist: nothing };
    const broken = { ...frameOf([{ grad_nonfinite: 5 }, {}, {}], { loss: NaN }), hist: nothing };
    assert.match(histogram.reading(viewOf(three, [zero])), /^Every element is 0/);
    assert.match(histogram.reading(viewOf(three, [broken])), /^No element is finite and not 0/);
  });

  test("is there only where a histogram was taken", () => {
    assert.equal(histogram.applies?.(view), true);
    assert.equal(histogram.applies?.(viewOf(three, [deltas([1, 1, 1], 1)])), false);
  });
});

suite("every chart", () => {
  const layers = chainLayers(3);
  const recurrent = [layer("rnn", "RNN", { time: 2 }), layer("head", "Linear")];
  const nothing = frameOf(layers.map(() => ({})));
  const views: Readonly<Record<string, View>> = {
    "no step": viewOf(layers, []),
    "one step": viewOf(layers, framesOf(layers, { steps: 1, gain: () => 0.5 })),
    "figures that are all missing": viewOf(layers, [nothing]),
    zeros: viewOf(layers, [deltas([0, 0, 0, 0, 0, 0, 0], 1, 0)]),
    infinities: viewOf(layers, [
      deltas(
        layers.map(() => Infinity),
        1,
        Infinity,
      ),
    ]),
    "no layer": viewOf([], []),
    "a recurrent layer whose gradient is 0": viewOf(recurrent, [
      { ...deltas([0, 0], 1), time: Float64Array.of(0, 0) },
    ]),
  };
  for (const chart of charts) {
    for (const [what, view] of Object.entries(views)) {
      test(`${chart.id} copes with ${what}`, () => {
        const plot = chart.plot(view);
        for (const axis of [plot.x, plot.y]) {
          if (axis.kind !== "layers") assert.ok(axis.max > axis.min && Number.isFinite(axis.max - axis.min));
        }
        assert.ok(chart.reading(view).length > 0);
        assert.doesNotMatch(chart.reading(view), /undefined/);
        for (const row of chart.table(view).rows) assert.equal(row.length, chart.table(view).columns.length);
      });
    }
  }

  test("has an id of its own", () => {
    assert.equal(new Set(charts.map(({ id }) => id)).size, charts.length);
  });
});

suite("the keyboard", () => {
  const plot = gradientFlow.plot(viewOf(three, [deltas([1, 1, 1], 1)]));

  test("moves along the layers and stays at the ends", () => {
    assert.deepEqual(moved("ArrowRight", plot, { layer: 0 }), { layer: 1 });
    assert.deepEqual(moved("ArrowLeft", plot, { layer: 0 }), { layer: 0 });
    assert.deepEqual(moved("End", plot, { layer: 0 }), { layer: 2 });
  });

  test("begins at the end that it comes from", () => {
    assert.deepEqual(moved("ArrowRight", plot, { layer: -1 }), { layer: 0 });
    assert.deepEqual(moved("ArrowLeft", plot, { layer: -1 }), { layer: 2 });
  });

  test("moves along the steps where there are no layers", () => {
    const steps = loss.plot(viewOf(three, framesOf(three, { steps: 3, gain: () => 1 })));
    assert.deepEqual(moved("ArrowRight", steps, { x: 2 }), { x: 3 });
  });

  test("leaves other keys alone", () => assert.equal(moved("a", plot, { layer: 0 }), undefined));
});

suite("CSV", () => {
  test("has numbers in full and quotes what needs it", () => {
    const table = {
      columns: ["layer", "x, y"],
      rows: [
        ['say "a"', 0.1 + 0.2],
        ["b", NaN],
      ],
    };
    assert.equal(toCsv(table), 'layer,"x, y"\r\n"say ""a""",0.30000000000000004\r\nb,NaN\r\n');
  });
});
