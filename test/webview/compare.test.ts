import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { DeclaredModel } from "../../src/protocol/declaredModel.ts";
import { logAxis, position } from "../../webview/charts/axis.ts";
import type { LinearAxis } from "../../webview/charts/axis.ts";
import type { LinesPlot, Series } from "../../webview/charts/chart.ts";
import { underlay } from "../../webview/charts/compared.ts";
import { differences as table } from "../../webview/charts/differences.ts";
import { gradientFlow } from "../../webview/charts/gradientFlow.ts";
import { loss } from "../../webview/charts/loss.ts";
import { matching, rowAt } from "../../webview/compare.ts";
import { historyOf } from "../support/history.ts";
import { alone } from "../../webview/view.ts";
import type { Other, View } from "../../webview/view.ts";
import { chainLayers, framesOf, layer, runOf } from "./runs.ts";

const names = (...paths: readonly string[]) => paths.map((path) => layer(path, "Linear"));

suite("layers of two runs", () => {
  test("are matched by path where half of the shown ones have a namesake", () => {
    const { by, pairs } = matching(names("stem", "a", "b", "head"), names("b", "a", "x"));
    assert.equal(by, "path");
    assert.deepEqual(
      pairs.map(({ at, row }) => [at, row]),
      [
        [0, -1],
        [1, 1],
        [2, 0],
        [3, -1],
      ],
    );
  });

  test("are matched by their share of the way where paths tell nothing", () => {
    const found = matching(names("0", "1", "2", "3", "4"), names("a", "b", "c"));
    assert.equal(found.by, "depth");
    assert.deepEqual(
      found.pairs.map(({ at, row }) => [at, row]),
      [
        [0, 0],
        [2, 1],
        [4, 2],
      ],
    );
    assert.deepEqual(
      [0, 1.2, 3, 4].map((at) => rowAt(found, at)),
      [0, 1, 1, 2],
    );
  });

  test("one layer stands at the beginning, and none nowhere", () => {
    assert.deepEqual(matching(names("a", "b", "c"), names("x")).pairs, [{ at: 0, row: 0 }]);
    assert.equal(rowAt(matching(names("a"), []), 0), -1);
  });
});

const linesOf = (plot: ReturnType<typeof gradientFlow.plot>): LinesPlot => {
  assert.equal(plot.kind, "lines");
  return plot;
};

const isOther = ({ ink }: Series): boolean => typeof ink === "object" && "run" in ink;

const inLegend = (series: readonly Series[]): readonly (string | undefined)[] =>
  series.filter(isOther).map(({ label }) => label);

suite("a line of another run", () => {
  const axis: LinearAxis = { kind: "linear", title: "Loss", min: 0, max: 1 };
  const line = (
    ys: readonly number[],
    y: LinearAxis | ReturnType<typeof logAxis> = axis,
  ): readonly Series[] =>
    underlay({ label: "other", place: 0, points: ys.map((value, x) => ({ x, y: value })) }, y);

  test("is alone where it stays within the axes", () => {
    assert.deepEqual(inLegend(line([0, 0.5, NaN, 1])), ["other"]);
  });

  test("has arrows at the edge that it leaves by, and the legend says how far it goes", () => {
    const series = line([0.5, 3, 1e20, -2]);
    assert.deepEqual(inLegend(series), [
      "other",
      "beyond the axis, up to 10²⁰",
      "beyond the axis, down to −2",
    ]);
    assert.deepEqual(
      series.slice(1).map(({ draw, points }) => [draw, points]),
      [
        [
          "above",
          [
            { x: 1, y: 1 },
            { x: 2, y: 1 },
          ],
        ],
        ["below", [{ x: 3, y: 0 }]],
      ],
    );
  });

  test("goes beyond a logarithmic axis at 0 and ∞, unless it has a place for them", () => {
    const without = logAxis("", [0.1, 1]);
    const series = line([0, Infinity, 0.5], without);
    assert.deepEqual(inLegend(series), ["other", "beyond the axis, up to ∞", "beyond the axis, down to 0"]);
    for (const [i, edge] of [without.max, without.min].entries()) {
      assert.equal(position(without, series[i + 1].points[0].y), edge);
    }
    assert.deepEqual(inLegend(line([0, Infinity], logAxis("", [0, 1, Infinity]))), ["other"]);
  });

  test("has few arrows however many points lie beyond", () => {
    const [, above] = line(Array.from({ length: 500 }, () => 9));
    assert.ok(above.points.length <= 12 && above.points.length > 6, String(above.points.length));
  });
});

const under = ({ run, history }: Pick<View, "run" | "history">, place = 0): Other => ({
  run,
  history,
  because: "before",
  place,
});

suite("a remedy over the run before it", () => {
  const viewOf = (model: string, gain: number, losses: (step: number) => number): View => {
    const layers = chainLayers(20);
    return {
      run: runOf(layers, { model, state: "ended" }),
      layers,
      history: historyOf(framesOf(layers, { steps: 30, gain: () => gain, loss: losses })),
      others: [],
    };
  };
  const sigmoid = viewOf("sigmoid", 0.5, () => 0.69);
  const relu = { ...viewOf("relu-he", 1, (step) => 0.7 / step), others: [under(sigmoid)] };

  test("is named with its model and its start, and the legend says how layers were matched", () => {
    assert.equal(inLegend(linesOf(gradientFlow.plot(relu)).series)[0], "sigmoid · 14:03:22 (layers by path)");
    assert.equal(inLegend(linesOf(loss.plot(relu)).series)[0], "sigmoid · 14:03:22");
  });

  test("keeps at least half of its own axis, however far the other falls", () => {
    const own = linesOf(gradientFlow.plot(alone(relu))).y;
    const both = linesOf(gradientFlow.plot(relu)).y;
    assert.ok(both.min < own.min, "no room for the other run");
    assert.ok(both.max - both.min <= 2 * (own.max - own.min));
    // 40 gains of about 0.5 from 0.12 on: 1.1·10⁻¹³.
    assert.equal(inLegend(linesOf(gradientFlow.plot(relu)).series)[1], "beyond the axis, down to 10⁻¹³");
  });

  test("is not flattened by a loss that exploded", () => {
    const exploded = viewOf("boom", 1, (step) => 10 ** step);
    const own = linesOf(loss.plot(alone(relu))).y;
    const both = linesOf(loss.plot({ ...relu, others: [under(exploded)] })).y;
    assert.equal(both.kind, own.kind);
    assert.ok(both.max - both.min <= 2 * (own.max - own.min));
  });

  test("tells the other run's figures beside its own", () => {
    const { rows } = gradientFlow.describe(relu, { layer: 3 });
    assert.match(String(rows.at(-1)), /^sigmoid · 14:03:22,\d\.\d·10⁻/);
    assert.deepEqual(loss.describe(relu, { x: 30 }).rows.at(-1)?.[0], "sigmoid · 14:03:22");
  });

  test("names the other run's layer where it is another one", () => {
    const few = [layer("0", "Linear"), layer("1", "Linear")];
    const other = {
      run: runOf(few, { model: "two" }),
      history: historyOf(framesOf(few, { steps: 3, gain: () => 1 })),
    };
    const { rows } = gradientFlow.describe({ ...relu, others: [under(other)] }, { layer: 40 });
    assert.equal(rows.at(-1)?.[0], "layer 1 of two · 14:03:22");
  });

  test("lies under the shown run: what comes later is drawn on top", () => {
    const { series } = linesOf(gradientFlow.plot(relu));
    assert.ok(series.findIndex(isOther) < series.findIndex(({ label }) => label === "‖∂L/∂h‖"));
  });
});

suite("the table of differences", () => {
  const model = (type: string, lr: number): DeclaredModel => ({
    loss: { type: "MSELoss", params: {} },
    optimizer: { type: "SGD", params: { lr } },
    data: { type: "spiral", normalize: false },
    steps: 30,
    batch_size: 8,
    rows: [{ path: "act", type, params: {}, input: [2], output: [2], within: [] }],
    rules: {},
  });
  const layers = [layer("act", "Tanh")];
  const seen = (name: string, declared: DeclaredModel, lossAt: (step: number) => number): View => {
    const run = runOf(layers, { model: name, state: "ended" });
    const frames = framesOf(layers, { steps: 30, gain: () => 1, loss: lossAt });
    return {
      run: { ...run, info: { ...run.info, declared } },
      layers,
      history: historyOf(frames),
      others: [],
    };
  };
  const sigmoid = seen("sigmoid", model("Sigmoid", 0.1), () => 0.7);
  const tanh = seen("tanh", model("Tanh", 0.01), (step) => 0.7 / step);

  test("has what differs in the declaration, in results and in findings, a column a run", () => {
    const { columns, rows } = table.table({ ...tanh, others: [under(sigmoid)] });
    assert.deepEqual(columns, ["what", "tanh · 14:03:22", "sigmoid · 14:03:22"]);
    const row = (name: string) => rows.find(([what]) => what === name)?.slice(1);
    assert.deepEqual(row("optimizer.lr"), ["0.01", "0.1"]);
    assert.deepEqual(row("type of act"), ["Tanh", "Sigmoid"]);
    assert.equal(row("train.steps"), undefined);
    assert.deepEqual(row("steps"), ["30", "30"]);
    assert.match(String(row("loss")), /^0\.02\d+,0\.[67]\d+$/);
    const found = rows.filter(([what]) => String(what).startsWith("found: "));
    assert.ok(found.some(([, here, there]) => here === "–" && there === "yes"));
  });

  test("is there only where a run lies under the shown one", () => {
    assert.equal(table.applies?.(tanh), false);
    assert.equal(table.applies?.({ ...tanh, others: [under(sigmoid)] }), true);
  });

  test("says where a declaration is not known, instead of that nothing differs", () => {
    const { declared: _, ...info } = sigmoid.run.info;
    const nameless = { ...sigmoid, run: { ...sigmoid.run, info } };
    const view = { ...tanh, others: [under(nameless)] };
    assert.match(table.reading(view), /^What one of them declares is not known/);
    assert.ok(table.table(view).rows.every(([what]) => what !== "optimizer.lr"));
  });
});
