import { t } from "../../l10n/translate.ts";
import type { Window } from "../kernels/window.ts";
import { type Shape, ShapeError } from "../tensor.ts";

/** How a window slides along one dimension. */
export interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding on either side. */
  readonly before: number;
  readonly after: number;
}

/** The height of what has none: a sequence is a plane of one row. */
const STILL: Axis = { kernel: 1, stride: 1, dilation: 1, before: 0, after: 0 };

/** Elements from the first to the last that a window covers. */
export const span = ({ kernel, dilation }: Axis): number => dilation * (kernel - 1) + 1;

/** Number of places of a window along `size` elements. With `ceil` the last one may stick out, if it does not begin outside. */
function slide(axis: Axis, size: number, ceil: boolean): number {
  const { stride, before, after } = axis;
  const room = size + before + after;
  const steps = (room - span(axis)) / stride;
  const places = 1 + (ceil ? Math.ceil(steps) : Math.floor(steps));
  if (places < 1)
    throw new ShapeError(t`the kernel spans ${span(axis)}, but its padded input only ${room} elements`);
  return ceil && (places - 1) * stride >= size + before ? places - 1 : places;
}

/** Sizes of the result for a window over `sizes`. Throws `ShapeError` where it has no place. */
export const slides = (axes: readonly Axis[], sizes: Shape, ceil = false): Shape =>
  sizes.map((size, i) => slide(axes[i], size, ceil));

/** [height, width] of a batch [batch, channels, width] or [batch, channels, height, width]. */
export const planeOf = (x: Shape): readonly [height: number, width: number] =>
  x.length === 3 ? [1, x[2]] : [x[2], x[3]];

/** A window from the planes of x to those of y, as the kernels take it. */
export function windowOf(axes: readonly Axis[], x: Shape, y: Shape): Window {
  const [down, across] = axes.length === 1 ? [STILL, axes[0]] : axes;
  const [[height, width], [outHeight, outWidth]] = [planeOf(x), planeOf(y)];
  return {
    height,
    width,
    outHeight,
    outWidth,
    kernelHeight: down.kernel,
    kernelWidth: across.kernel,
    strideY: down.stride,
    strideX: across.stride,
    padY: down.before,
    padX: across.before,
    dilationY: down.dilation,
    dilationX: across.dilation,
  };
}
