import { figure } from "../../src/insight/format.ts";
import { t } from "../../src/l10n/translate.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import { statOf, type Stat } from "../../src/protocol/frame.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { matching, rowAt, type Matching } from "../compare.ts";
import { runName } from "../progress.ts";
import type { Other, View } from "../view.ts";
import { position } from "./axis.ts";
import type { Axis } from "./axis.ts";
import type { Figures, Point, Series } from "./chart.ts";

/** What a run that lies under the shown one is called, as in the list of runs. */
export const otherName = ({ run }: Other): string => runName(run);

/** How the layers of a run stand beside the shown ones; they never change, so that they are matched once. */
export function matchOf({ layers }: Pick<View, "layers">, { run }: Other): Matching {
  const known = matchings.get(layers) ?? new WeakMap<readonly LayerInfo[], Matching>();
  matchings.set(layers, known);
  const match = known.get(run.info.layers) ?? matching(layers, run.info.layers);
  known.set(run.info.layers, match);
  return match;
}

const matchings = new WeakMap<readonly LayerInfo[], WeakMap<readonly LayerInfo[], Matching>>();

/** A figure of every layer of a run at its last finite step, where its layers stand along those of the shown one. */
export function figuresAlong(view: View, other: Other, stat: Stat): readonly Point[] {
  const frame = shownFrame(other.history);
  if (!frame) return [];
  return matchOf(view, other).pairs.map(({ at, row }) => ({ x: at, y: statOf(frame, row, stat) }));
}

/** The run's name; of another model's run it says how the layers were matched. */
export function nameAlong(view: View, other: Other): string {
  const { by } = matchOf(view, other);
  if (by === "depth") return t`${otherName(other)} (layers by depth)`;
  return other.run.info.model === view.run.info.model
    ? otherName(other)
    : t`${otherName(other)} (layers by path)`;
}

/** What other runs have at a layer of the shown one; their own layer is named where it is another one. */
export const otherFigures = (view: View, layer: number, stat: Stat): Figures["rows"] =>
  view.others.flatMap((other) => {
    const frame = shownFrame(other.history);
    const row = rowAt(matchOf(view, other), layer);
    const path = other.run.info.layers[row]?.path;
    if (!frame || path === undefined) return [];
    const isSame = path === view.layers[layer]?.path;
    const name = isSame ? otherName(other) : t`${layerName(path)} of ${otherName(other)}`;
    return [[name, figure(statOf(frame, row, stat))] as const];
  });

/** Arrows at an edge of the axes, at most: more would be a bar. */
const MOST_ARROWS = 12;

/**
 * A line of another run under axes that are made for the run that is shown. Where it leaves them, arrows at the edge mark it, and
 * the legend says how far it goes.
 */
export function underlay(
  line: Pick<Series, "label" | "points" | "bridged"> & { readonly place: number },
  y: Axis,
): readonly Series[] {
  const { place, ...series } = line;
  const ink = { run: place };
  const { points } = line;
  return [
    { ...series, draw: "line", ink },
    ...beyond("above", points.filter(isAbove(y)), y, place),
    ...beyond("below", points.filter(isBelow(y)), y, place),
  ];
}

const isAbove =
  (axis: Axis) =>
  ({ y }: Point) =>
    position(axis, y) > axis.max || (y === Infinity && !(axis.kind === "log" && axis.infinite));

const isBelow =
  (axis: Axis) =>
  ({ y }: Point) =>
    position(axis, y) < axis.min || (y === 0 && axis.kind === "log" && !axis.zero);

function beyond(
  draw: "above" | "below",
  points: readonly Point[],
  axis: Axis,
  place: number,
): readonly Series[] {
  if (points.length === 0) return [];
  const edge = draw === "above" ? axis.max : axis.min;
  const y = axis.kind === "log" ? 10 ** edge : edge;
  const every = Math.ceil(points.length / MOST_ARROWS);
  const farthest = points.reduce(
    (far, point) => (draw === "above" ? Math.max(far, point.y) : Math.min(far, point.y)),
    draw === "above" ? -Infinity : Infinity,
  );
  const label =
    draw === "above"
      ? t`beyond the axis, up to ${figure(farthest, 1)}`
      : t`beyond the axis, down to ${figure(farthest, 1)}`;
  const arrows = points.filter((_, i) => i % every === 0).map(({ x }) => ({ x, y }));
  return [{ label, draw, ink: { run: place }, points: arrows }];
}
