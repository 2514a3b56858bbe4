import { statOf } from "../../src/protocol/frame.ts";
import { figure } from "../format.ts";
import { columnOf, logSharesOf, typical } from "../gradient.ts";
import { isBroken, RECENT, recentSteps } from "../history.ts";
import type { View } from "../view.ts";
import { layersAxis, logAxis } from "./axis.ts";
import type { Chart, Point, Series } from "./chart.ts";
import { layerFigures, layerTable } from "./figures.ts";

export const gradientFlow: Chart = {
  id: "gradient-flow",
  title: "Gradient flow",
  hint:
    "‖∂L/∂h‖ is the norm of the loss's gradient at a layer's output, ‖∂L/∂θ‖ at its parameters, both at the latest step. " +
    "The band spans the last 20 steps. A line that falls to the left vanishes on its way back, one that rises explodes.",

  reading(view) {
    const delta = typical(view, "delta_norm");
    const [last, lowest] = [delta.length - 1, extreme(delta, Math.min)];
    const highest = extreme(delta, Math.max);
    const [from, low, high] = [delta[last] ?? NaN, delta[lowest] ?? NaN, delta[highest] ?? NaN];
    if (!Number.isFinite(from)) return "No finite gradient in the last steps";
    const falls = from / low >= high / from;
    if (high / low < STEADY) return `‖∂L/∂h‖ stays between ${figure(low)} and ${figure(high)}`;
    const [value, layer] = falls ? [low, lowest] : [high, highest];
    const path = view.layers[layer]?.path ?? "";
    return `‖∂L/∂h‖ ${falls ? "falls" : "rises"} from ${figure(from)} to ${figure(value)} at ${path}`;
  },

  plot(view) {
    const series = seriesOf(view);
    const values = series.flatMap(({ points }) =>
      points.flatMap(({ y, low }) => (low === undefined ? [y] : [y, low])),
    );
    return { kind: "lines", x: layersAxis(view.layers), y: logAxis("Norm of the gradient", values), series };
  },

  describe: layerFigures,

  table(view) {
    const frame = view.history.recent.at(-1);
    return layerTable(
      view,
      (["delta_norm", "grad_norm"] as const).map((stat) => [
        stat,
        frame ? columnOf(frame, view.layers, stat) : [],
      ]),
    );
  },
};

/** Norms within this factor are not told apart. */
const STEADY = 3;

/** Index of the least or the greatest finite value. */
const extreme = (values: readonly number[], pick: (...values: number[]) => number): number =>
  values.indexOf(pick(...values.filter(Number.isFinite)));

function seriesOf(view: View): readonly Series[] {
  const { layers, history } = view;
  const frame = history.recent.at(-1);
  if (!frame) return [];
  const delta = columnOf(frame, layers, "delta_norm");
  const shares = logSharesOf(delta, isBroken(frame));
  const points = (values: readonly number[]): readonly Point[] => values.map((y, x) => ({ x, y }));
  const infinite = shares.flatMap((share, x) => (share === Infinity ? [{ x, y: Infinity }] : []));
  return [
    { draw: "band", ink: "main", points: band(view) },
    ...compared(view),
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

/** Least and greatest ‖∂L/∂h‖ of the last steps. */
function band({ layers, history }: View): readonly Point[] {
  const frames = recentSteps(history, RECENT);
  return layers.map((_, x) => {
    const norms = frames.map((frame) => statOf(frame, x, "delta_norm")).filter(Number.isFinite);
    return norms.length < 2 ? { x, y: NaN, low: NaN } : { x, y: Math.max(...norms), low: Math.min(...norms) };
  });
}

/** The run before at its end, layer for layer by path, where it has one of that path. */
function compared({ layers, compare }: View): readonly Series[] {
  const frame = compare?.history.recent.at(-1);
  if (!compare || !frame) return [];
  const rows = new Map(compare.run.info.layers.map(({ path }, row) => [path, row]));
  const points = layers.map(({ path }, x) => ({ x, y: statOf(frame, rows.get(path) ?? -1, "delta_norm") }));
  return [
    { label: `run before (${compare.run.started})`, draw: "line", ink: "faint", points, bridged: true },
  ];
}
