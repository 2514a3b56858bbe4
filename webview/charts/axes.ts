import { settled } from "./axis.ts";
import type { Axis, LogAxis } from "./axis.ts";
import type { Plot, RightAxis } from "./chart.ts";

/** The axes as drawn. */
export interface Axes {
  readonly x: Axis;
  readonly y: Axis;
  readonly y2?: LogAxis;
}

/**
 * The axes of a plot; given those of the same run that were drawn before, they hold still while its data move. The axis on the
 * right follows from the one on the left, so that both have one base line however far the left one was held.
 */
export function axesOf(plot: Plot, before?: Axes): Axes {
  const [x, y] = [settled(before?.x, plot.x), settled(before?.y, plot.y)];
  if (plot.kind !== "lines" || !plot.right || y.kind !== "log") return { x, y };
  return { x, y, y2: scaled(y, plot.right, before) };
}

/** Holds the factor, too, while it is no more than twice what is needed. */
function scaled(y: LogAxis, { title, times }: RightAxis, before: Axes | undefined): LogAxis {
  const held = before?.y2 && before.y.kind === "log" ? Math.round(before.y2.max / before.y.max) : 0;
  const factor = held >= times && held <= 2 * times ? held : times;
  return { ...y, title, min: y.min * factor, max: y.max * factor };
}

/** Whether both lie in the same places. */
export const isSameAxes = (a: Axes, b: Axes): boolean =>
  isSame(a.x, b.x) && isSame(a.y, b.y) && isSame(a.y2, b.y2);

function isSame(a: Axis | undefined, b: Axis | undefined): boolean {
  if (a === b || !a || !b) return a === b;
  const names = Object.keys({ ...a, ...b }) as (keyof Axis)[];
  return names.every((name) => a[name] === b[name]);
}
