import { type Args, size } from "./kernel.ts";

/**
 * How a window slides over a plane of height × width: to outHeight × outWidth places that are `stride` apart, the first
 * of them `pad` before the plane begins. The window's elements are `dilation` apart.
 */
export const window = {
  height: size,
  width: size,
  outHeight: size,
  outWidth: size,
  kernelHeight: size,
  kernelWidth: size,
  strideY: size,
  strideX: size,
  padY: size,
  padX: size,
  dilationY: size,
  dilationX: size,
} as const;

export type Window = Args<typeof window>;

/** The first k ≥ 0 for which start + k·step is not before 0. */
export const enter = (start: number, step: number): number => (start < 0 ? Math.ceil(-start / step) : 0);

/** The first k for which start + k·step is not below `size`; at most `count`. */
export const leave = (start: number, step: number, size: number, count: number): number =>
  Math.min(count, Math.ceil((size - start) / step));
