import type { Floats } from "../tensor.ts";
import type { Window } from "./window.ts";

/** Where bin i of `bins` over `size` elements begins; it ends where `binEnd` says. */
const binStart = (i: number, size: number, bins: number): number => Math.floor((i * size) / bins);
const binEnd = (i: number, size: number, bins: number): number => Math.ceil(((i + 1) * size) / bins);

/** Elements of a window from `start` on that count: inside the plane of `size`, padded by `pad` on both sides. */
const extent = (start: number, kernel: number, size: number, pad: number): number =>
  Math.min(start + kernel, size + pad) - Math.max(start, -pad);

/** The rectangle `[top, bottom)` × `[left, right)` of the plane that begins at `plane`, and what its sum is divided by. */
type Visit = (
  plane: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  divisor: number,
) => void;

/** What lies under a window at each of its places, in the order of the output. */
export function eachWindow(planes: number, window: Window, divisor: number, visit: Visit): void {
  const { height, width, outHeight, outWidth, kernelHeight: kh, kernelWidth: kw } = window;
  const { strideY: sy, strideX: sx, padY, padX } = window;
  const [aroundY, aroundX] = divisor < 0 ? [0, 0] : [padY, padX];
  for (let plane = 0; plane < planes * height * width; plane += height * width) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * sy - padY;
      for (let column = 0; column < outWidth; column++) {
        const left = column * sx - padX;
        const counted = extent(top, kh, height, aroundY) * extent(left, kw, width, aroundX);
        const [bottom, right] = [Math.min(top + kh, height), Math.min(left + kw, width)];
        visit(plane, Math.max(top, 0), bottom, Math.max(left, 0), right, divisor > 0 ? divisor : counted);
      }
    }
  }
}

/** Every bin, in the order of the output. */
export function eachBin(
  planes: number,
  height: number,
  width: number,
  outHeight: number,
  outWidth: number,
  visit: Visit,
): void {
  for (let plane = 0; plane < planes * height * width; plane += height * width) {
    for (let row = 0; row < outHeight; row++) {
      const [top, bottom] = [binStart(row, height, outHeight), binEnd(row, height, outHeight)];
      for (let column = 0; column < outWidth; column++) {
        const [left, right] = [binStart(column, width, outWidth), binEnd(column, width, outWidth)];
        visit(plane, top, bottom, left, right, (bottom - top) * (right - left));
      }
    }
  }
}

/** Writes the means over rectangles of x, one after the other from y on. */
export const means =
  (f: Floats, x: number, y: number, width: number): Visit =>
  (plane, top, bottom, left, right, divisor) => {
    let sum = 0;
    for (let row = x + plane + top * width, r = top; r < bottom; r++, row += width) {
      for (let i = row + left; i < row + right; i++) sum += f[i];
    }
    f[y++] = sum / divisor;
  };

/** Shares the gradients from dy on, one after the other, among the elements of their rectangles of dx. */
export const shares =
  (f: Floats, dy: number, dx: number, width: number): Visit =>
  (plane, top, bottom, left, right, divisor) => {
    const share = f[dy++] / divisor;
    for (let row = dx + plane + top * width, r = top; r < bottom; r++, row += width) {
      for (let i = row + left; i < row + right; i++) f[i] += share;
    }
  };
