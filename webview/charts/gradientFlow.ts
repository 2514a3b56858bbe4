import { layerName } from "../../src/protocol/layerName.ts";
import { statOf } from "../../src/protocol/frame.ts";
import { matching, rowAt } from "../compare.ts";
import { figure } from "../../src/insight/format.ts";
import { logSharesAt } from "../../src/insight/share.ts";
import { columnOf, typical } from "../../src/insight/typical.ts";
import { finiteFrames, shownFrame } from "../../src/insight/finite.ts";
import { noFigure } from "../nonFinite.ts";
import type { View } from "../view.ts";
import { layersAxis, logAxis, withRoomFor } from "./axis.ts";
import type { Axis } from "./axis.ts";
import type { Chart, Figures, Point, Series } from "./chart.ts";
import { comparedName, underlay } from "./compared.ts";
import { cellsOf, layerFigures, layerTable } from "./figures.ts";

export const gradientFlow: Chart = {
  id: "gradient-flow",
  title: "Gradient flow",
  hint:
    "‖∂L/∂h‖ is the norm of the loss's gradient at a layer's output, ‖∂L/∂θ‖ at its parameters, both at the latest step. " +
    "The band spans the last 20 steps. A line that falls to the left vanishes on its way back, one that rises explodes.",

  reading(view) {
    const delta = typical(view, "delta_norm");
    const finite = delta.filter(Number.isFinite);
    const [from, low, high] = [delta.at(-1) ?? NaN, Math.min(...finite), Math.max(...finite)];
    if (!Number.isFinite(from)) return noFigure(view, "The last layer has no gradient to measure by");
    if (high === 0) return "‖∂L/∂h‖ is exactly 0 at every layer";
    const falls = low === 0 || from / low >= high / from;
    if (high / low < STEADY) return `‖∂L/∂h‖ stays between ${figure(low)} and ${figure(high)}`;
    const value = falls ? low : high;
    // Of several zeros the one nearest to the loss: there the gradient ends.
    const layer = value === 0 ? delta.lastIndexOf(0) : delta.indexOf(value);
    const name = layerName(view.layers[layer]?.path ?? "");
    return `‖∂L/∂h‖ ${falls ? "falls" : "rises"} from ${figure(from)} to ${figure(value)} at ${name}`;
  },

  plot(view) {
    const series = seriesOf(view);
    const values = series.flatMap(({ points }) =>
      points.flatMap(({ y, low }) => (low === undefined ? [y] : [y, low])),
    );
    const other = compared(view);
    const y = withRoomFor(
      logAxis("Norm of the gradient", values),
      other.map((point) => point.y),
    );
    return { kind: "lines", x: layersAxis(view.layers), y, series: [...under(view, other, y), ...series] };
  },

  describe(view, place) {
    const { title, rows } = layerFigures(view, place);
    return { title, rows: [...rows, ...comparedFigure(view, place.layer ?? -1)] };
  },

  table: (view) =>
    layerTable(
      view,
      (["delta_norm", "grad_norm"] as const).map((stat) => [stat, cellsOf(view, stat)]),
    ),
};

/** Norms within this factor are not told apart. */
const STEADY = 3;

function seriesOf(view: View): readonly Series[] {
  const { layers, history } = view;
  const frame = shownFrame(history);
  if (!frame) return [];
  const delta = columnOf(frame, layers, "delta_norm");
  const shares = logSharesAt(frame);
  const points = (values: readonly number[]): readonly Point[] => values.map((y, x) => ({ x, y }));
  const infinite = shares.flatMap((share, x) => (share === Infinity ? [{ x, y: Infinity }] : []));
  return [
    { draw: "band", ink: "main", points: band(view) },
    {
      label: "‖∂L/∂θ‖",
      draw: "diamonds",
      ink: "second",
      points: points(columnOf(frame, layers, "grad_norm")),
    },
    {
      label: "‖∂L/∂h‖",
      draw: "line",
      ink: { shares },
      points: points(delta.map((norm) => (norm === Infinity ? NaN : norm))),
    },
    ...(infinite.length > 0
      ? [{ label: "NaN or ∞", draw: "marks", ink: { shares: [Infinity] }, points: infinite } as const]
      : []),
  ];
}

/** Least and greatest ‖∂L/∂h‖ of the last steps that are finite. */
function band({ layers, history }: View): readonly Point[] {
  const frames = finiteFrames(history);
  return layers.map((_, x) => {
    const norms = frames.map((frame) => statOf(frame, x, "delta_norm")).filter(Number.isFinite);
    return norms.length < 2 ? { x, y: NaN, low: NaN } : { x, y: Math.max(...norms), low: Math.min(...norms) };
  });
}

/** ‖∂L/∂h‖ of the other run at its last finite step, where its layers stand along those of the shown one. */
function compared({ layers, compare }: View): readonly Point[] {
  const frame = compare && shownFrame(compare.history);
  if (!frame) return [];
  return matching(layers, compare.run.info.layers).pairs.map(({ at, row }) => ({
    x: at,
    y: statOf(frame, row, "delta_norm"),
  }));
}

/** The other run's line. Of another model, its name says how the layers were matched. */
function under({ run, layers, compare }: View, points: readonly Point[], y: Axis): readonly Series[] {
  if (!compare || points.length === 0) return [];
  const { by } = matching(layers, compare.run.info.layers);
  const how = by === "depth" || compare.run.info.model !== run.info.model ? ` (layers by ${by})` : "";
  return underlay({ label: `${comparedName(compare)}${how}`, points, bridged: true }, y);
}

/** What the other run has at this layer; its own layer is named where it is another one. */
function comparedFigure({ layers, compare }: View, layer: number): Figures["rows"] {
  const frame = compare && shownFrame(compare.history);
  if (!frame) return [];
  const row = rowAt(matching(layers, compare.run.info.layers), layer);
  const path = compare.run.info.layers[row]?.path;
  if (path === undefined) return [];
  const where = path === layers[layer]?.path ? "" : `${layerName(path)} of `;
  return [[`${where}${comparedName(compare)}`, figure(statOf(frame, row, "delta_norm"))]];
}
