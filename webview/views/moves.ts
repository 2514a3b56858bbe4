import type { Place, Plot } from "../charts/chart.ts";
import { layersOf } from "../charts/overlay.ts";

/** How far along a key leads; `Infinity` to the end. */
const KEYS: ReadonlyMap<string, number> = new Map([
  ["ArrowLeft", -1],
  ["ArrowUp", -1],
  ["ArrowRight", 1],
  ["ArrowDown", 1],
  ["PageUp", -10],
  ["PageDown", 10],
  ["Home", -Infinity],
  ["End", Infinity],
]);

/** The place that a key leads to, along the layers or else along the points of a line; `undefined` for other keys. */
export function moved(key: string, plot: Plot, { layer, x }: Place): Place | undefined {
  const by = KEYS.get(key);
  if (by === undefined) return undefined;
  const axis = layersOf(plot);
  if (axis) {
    const next = at(axis.rows, axis.rows.indexOf(layer ?? -1), by);
    return next === undefined ? undefined : { layer: next };
  }
  const stops =
    plot.kind === "lines"
      ? (plot.stops ?? stopsOf(plot.series.map(({ points }) => points.map((point) => point.x))))
      : [];
  const next = at(stops, x === undefined ? -1 : stops.indexOf(x), by);
  return next === undefined ? undefined : { x: next };
}

/** From nowhere (−1) a step back leads to the last and a step forward to the first. */
function at(stops: readonly number[], from: number, by: number): number | undefined {
  if (from < 0 && by < 0 && by !== -Infinity) return stops.at(-1);
  return stops[Math.min(stops.length - 1, Math.max(0, from + by))];
}

const stopsOf = (lines: readonly (readonly number[])[]): readonly number[] => [
  ...new Set(lines.reduce((a, b) => (b.length > a.length ? b : a), [])),
];
