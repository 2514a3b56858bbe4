import { groupsOf } from "../../src/insight/chain.ts";
import type { Group } from "../../src/insight/chain.ts";
import { t } from "../../src/l10n/translate.ts";
import type { View } from "../view.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";

/** Layers in order, one unit each, the first at 0. */
export interface LayersAxis {
  readonly kind: "layers";
  readonly title: string;
  /** Index of the layer at each unit: all of them, or those that have the figure. */
  readonly rows: readonly number[];
  /** Units, not indices of layers. */
  readonly groups: readonly Group[];
  readonly min: number;
  readonly max: number;
}

/** Steps, time steps, numbers of values, or a loss. */
export interface LinearAxis {
  readonly kind: "linear";
  readonly title: string;
  /** Stands before the first label: `step 0`, then `100`, `200`, …. */
  readonly prefix?: string;
  /** What is counted along it, if anything: then only whole numbers have a tick. */
  readonly counts?: "steps" | "time steps" | "values";
  /** From top to bottom, as rows go. */
  readonly downwards?: true;
  readonly min: number;
  readonly max: number;
}

/** Positions are exponents of ten; `min` and `max` too. */
export interface LogAxis {
  readonly kind: "log";
  readonly title: string;
  readonly min: number;
  readonly max: number;
  /** The lowest position stands for exactly 0, the highest for ∞. */
  readonly zero: boolean;
  readonly infinite: boolean;
}

export type Axis = LayersAxis | LinearAxis | LogAxis;

/** Of all layers, or of some. They never change, so that an axis is made once for the same ones. */
export function layersAxis(
  layers: readonly LayerInfo[],
  rows: readonly number[] = [...layers.keys()],
): LayersAxis {
  const axes = layersAxes.get(layers) ?? new Map<string, LayersAxis>();
  layersAxes.set(layers, axes);
  const key = rows.join();
  const axis = axes.get(key) ?? newLayersAxis(layers, rows);
  axes.set(key, axis);
  return axis;
}

const layersAxes = new WeakMap<readonly LayerInfo[], Map<string, LayersAxis>>();

const newLayersAxis = (layers: readonly LayerInfo[], rows: readonly number[]): LayersAxis => ({
  kind: "layers",
  title: "",
  rows,
  groups: groupsOf(rows.flatMap((row) => layers[row] ?? [])),
  min: -0.5,
  max: rows.length - 0.5,
});

/**
 * From 0 to the end of the run; to the power of two above the last step where the end is far off, so that the axis
 * seldom moves.
 */
export function stepsAxis({ run, history }: View): LinearAxis {
  const last = history.recent.at(-1)?.step ?? 1;
  const end =
    run.state === "ended"
      ? last
      : Math.min(run.info.steps ?? Infinity, Math.max(16, 2 ** Math.ceil(Math.log2(last))));
  return {
    kind: "linear",
    title: t`Step`,
    prefix: t`step `,
    counts: "steps",
    min: 0,
    max: Math.max(1, last, end),
  };
}

/** Whole decades around all finite positive values, at least two; room below and above where a 0 or an ∞ has to be shown. */
export function logAxis(title: string, values: Iterable<number>): LogAxis {
  let [min, max, zero, infinite] = [Infinity, -Infinity, false, false];
  for (const value of values) {
    if (value === 0) zero = true;
    else if (value === Infinity) infinite = true;
    else if (value > 0) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  [min, max] = min <= max ? [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max)) + 0] : [-1, 0];
  if (max - min < 2) min = max - 2;
  return { kind: "log", title, min: zero ? min - 1 : min, max: infinite ? max + 1 : max, zero, infinite };
}

/** Where a value stands on an axis. NaN where it has no place. */
export function position(axis: Axis, value: number): number {
  if (axis.kind !== "log") return value;
  if (value === 0) return axis.min;
  if (value === Infinity) return axis.max;
  return value > 0 ? Math.log10(value) : NaN;
}

/**
 * The axis with room for the figures of another run, as far as the run that is shown keeps half of it: one that exploded must not
 * flatten it. What lies beyond is clipped there, and marked (`compared.ts`).
 */
export function withRoomFor(axis: LinearAxis | LogAxis, values: readonly number[]): LinearAxis | LogAxis {
  const places = values.map((value) => position(axis, value)).filter(Number.isFinite);
  const least = places.reduce((a, b) => Math.min(a, b), axis.min);
  const greatest = places.reduce((a, b) => Math.max(a, b), axis.max);
  const whole = axis.kind === "log" ? Math.ceil : (x: number): number => x;
  const [below, above] = [whole(axis.min - least), whole(greatest - axis.max)];
  const part = Math.min(1, (axis.max - axis.min) / Math.max(below + above, Number.MIN_VALUE));
  const trimmed = axis.kind === "log" ? Math.floor : (x: number): number => x;
  return { ...axis, min: axis.min - trimmed(below * part), max: axis.max + trimmed(above * part) };
}

/**
 * The axis to draw, given the one drawn before: it grows at once and shrinks only when much of it is empty,
 * so that a chart holds still while its data move.
 */
export function settled<A extends Axis>(before: Axis | undefined, next: A): A {
  if (before?.kind !== next.kind || next.kind === "layers" || before.title !== next.title) return next;
  const [min, max] = [Math.min(before.min, next.min), Math.max(before.max, next.max)];
  const slack = next.kind === "log" ? next.max - next.min + 3 : (next.max - next.min) * 2;
  return max - min > slack ? next : { ...next, min, max };
}
