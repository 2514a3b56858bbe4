import { t } from "../../src/l10n/translate.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { cellOf, COLUMN } from "../../src/protocol/frame.ts";
import { figure } from "../../src/insight/format.ts";
import { logSharesAt } from "../../src/insight/share.ts";
import { columnOf, typical } from "../../src/insight/typical.ts";
import { finiteFrames, shownFrame } from "../../src/insight/finite.ts";
import { noFigure } from "../nonFinite.ts";
import type { View } from "../view.ts";
import { layersAxis, logAxis, withRoomFor } from "./axis.ts";
import type { Chart, Point, Series } from "./chart.ts";
import { figuresAlong, nameAlong, otherFigures, underlay } from "./compared.ts";
import { cellsOf, layerFigures, layerTable } from "./figures.ts";

export const gradientFlow: Chart = {
  id: "gradient-flow",
  title: t`Gradient flow`,
  hint: t`‖∂L/∂h‖ is the norm of the loss's gradient at a layer's output, ‖∂L/∂θ‖ at its parameters, both at the latest step. The band spans the last 20 steps. A line that falls to the left vanishes on its way back, one that rises explodes.`,

  reading(view) {
    const delta = typical(view, "delta_norm");
    const finite = delta.filter(Number.isFinite);
    const [from, low, high] = [delta.at(-1) ?? NaN, Math.min(...finite), Math.max(...finite)];
    if (!Number.isFinite(from)) return noFigure(view, t`The last layer has no gradient to measure by`);
    if (high === 0) return t`‖∂L/∂h‖ is exactly 0 at every layer`;
    const falls = low === 0 || from / low >= high / from;
    if (high / low < STEADY) return t`‖∂L/∂h‖ stays between ${figure(low)} and ${figure(high)}`;
    const value = falls ? low : high;
    // Of several zeros the one nearest to the loss: there the gradient ends.
    const layer = value === 0 ? delta.lastIndexOf(0) : delta.indexOf(value);
    const name = layerName(view.layers[layer]?.path ?? "");
    return falls
      ? t`‖∂L/∂h‖ falls from ${figure(from)} to ${figure(value)} at ${name}`
      : t`‖∂L/∂h‖ rises from ${figure(from)} to ${figure(value)} at ${name}`;
  },

  plot(view) {
    const series = seriesOf(view);
    const values = series.flatMap(({ points }) =>
      points.flatMap(({ y, low }) => (low === undefined ? [y] : [y, low])),
    );
    const lines = view.others.map((other) => ({
      label: nameAlong(view, other),
      points: figuresAlong(view, other, "delta_norm"),
      place: other.place,
      bridged: true,
    }));
    const y = withRoomFor(
      logAxis(t`Norm of the gradient`, values),
      lines.flatMap(({ points }) => points.map((point) => point.y)),
    );
    const under = lines.flatMap((line) => underlay(line, y));
    return { kind: "lines", x: layersAxis(view.layers), y, series: [...under, ...series] };
  },

  describe(view, place) {
    const { title, rows } = layerFigures(view, place);
    return { title, rows: [...rows, ...otherFigures(view, place.layer ?? -1, "delta_norm")] };
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
      ? [{ label: t`NaN or ∞`, draw: "marks", ink: { shares: [Infinity] }, points: infinite } as const]
      : []),
  ];
}

/** Least and greatest ‖∂L/∂h‖ of the last steps that are finite. */
function band({ layers, history }: View): readonly Point[] {
  const frames = finiteFrames(history);
  return layers.map((_, x) => {
    let [low, high, count] = [Infinity, -Infinity, 0];
    for (const frame of frames) {
      const norm = cellOf(frame, x, COLUMN.delta_norm);
      if (!Number.isFinite(norm)) continue;
      low = Math.min(low, norm);
      high = Math.max(high, norm);
      count++;
    }
    return count < 2 ? { x, y: NaN, low: NaN } : { x, y: high, low };
  });
}
