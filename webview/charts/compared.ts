import { figure } from "../../src/insight/format.ts";
import { runName } from "../progress.ts";
import type { View } from "../view.ts";
import { position } from "./axis.ts";
import type { Axis } from "./axis.ts";
import type { Point, Series } from "./chart.ts";

/** The run that lies under the shown one. */
export type Compared = NonNullable<View["compare"]>;

/** What it is called, as in the list of runs. */
export const comparedName = ({ run }: Compared): string => runName(run);

/** Arrows at an edge of the axes, at most: more would be a bar. */
const MOST_ARROWS = 12;

/**
 * A line of the other run, faint, under axes that are made for the run that is shown. Where it leaves them, arrows at the edge mark
 * it, and the legend says how far it goes.
 */
export function underlay(line: Pick<Series, "label" | "points" | "bridged">, y: Axis): readonly Series[] {
  const { points } = line;
  return [
    { ...line, draw: "line", ink: "faint" },
    ...beyond("above", points.filter(isAbove(y)), y),
    ...beyond("below", points.filter(isBelow(y)), y),
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

function beyond(draw: "above" | "below", points: readonly Point[], axis: Axis): readonly Series[] {
  if (points.length === 0) return [];
  const edge = draw === "above" ? axis.max : axis.min;
  const y = axis.kind === "log" ? 10 ** edge : edge;
  const every = Math.ceil(points.length / MOST_ARROWS);
  const farthest = points.reduce(
    (far, point) => (draw === "above" ? Math.max(far, point.y) : Math.min(far, point.y)),
    draw === "above" ? -Infinity : Infinity,
  );
  const label = `beyond the axis, ${draw === "above" ? "up" : "down"} to ${figure(farthest, 1)}`;
  const arrows = points.filter((_, i) => i % every === 0).map(({ x }) => ({ x, y }));
  return [{ label, draw, ink: "faint", points: arrows }];
}
