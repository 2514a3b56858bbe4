import { size, place, number, type Args, descriptor, kernel } from "./kernel.ts";
import { eachBin, eachWindow, means, shares } from "./averages.ts";
import { enter, leave, window } from "./window.ts";

/** How a pool's window slides. */
const poolDescriptor = descriptor("PoolDescriptor", window);

/** Elements that lie under the window, at all of its places. */
const tapsOf = ({ planes, outHeight, outWidth, kernelHeight, kernelWidth }: Args<Pool>): number =>
  planes * outHeight * outWidth * kernelHeight * kernelWidth;

/** A window of 2 × 2 that moves by its own size has kernels of its own. */
const is2x2 = ({ kernelHeight, kernelWidth, strideY, strideX }: Args<Pool>): boolean =>
  kernelHeight === 2 && kernelWidth === 2 && strideY === 2 && strideX === 2;

/** Elements of a plane, and of what comes out of it. */
const elementsOf = ({ height, width, outHeight, outWidth }: Args<Planes>) => ({
  plane: height * width,
  out: outHeight * outWidth,
});

type Planes = Pick<typeof window, "height" | "width" | "outHeight" | "outWidth">;

type Pool = typeof window & { readonly planes: typeof size };

/** Pooling of `planes` planes (samples · channels), one after the other in memory. */
export const poolingKernels = {
  /**
   * y = the greatest element under the window, the first of several; NaN where there is one. `taps` keeps which of the
   * window's elements it was, −1 where none lay inside the plane.
   */
  maxPool2d: kernel({
    descriptor: poolDescriptor,
    params: { planes: size, x: place, y: place, taps: place },

    scalar:
      ({ floats: f }) =>
      (pool, planes, x, y, taps) => {
        const { height, width, outHeight, outWidth, kernelHeight: kh, kernelWidth: kw } = pool;
        const { strideY: sy, strideX: sx, padY, padX, dilationY, dilationX } = pool;
        for (let plane = 0, out = 0; plane < planes; plane++, x += height * width) {
          for (let row = 0; row < outHeight; row++) {
            const top = row * sy - padY;
            const [firstRow, lastRow] = [enter(top, dilationY), leave(top, dilationY, height, kh)];
            for (let column = 0; column < outWidth; column++, out++) {
              const left = column * sx - padX;
              const [start, end] = [enter(left, dilationX), leave(left, dilationX, width, kw)];
              let max = -Infinity;
              let tap = -1;
              for (let r = firstRow; r < lastRow; r++) {
                const from = x + (top + r * dilationY) * width + left;
                for (let c = start; c < end; c++) {
                  const value = f[from + c * dilationX];
                  if (value > max || value !== value || tap < 0) {
                    max = value;
                    tap = r * kw + c;
                  }
                }
              }
              f[y + out] = max;
              f[taps + out] = tap;
            }
          }
        }
      },
    access(args) {
      const { plane, out } = elementsOf(args);
      return { reads: { x: args.planes * plane }, writes: { y: args.planes * out, taps: args.planes * out } };
    },
    split: {
      along: "planes",
      moves(args) {
        const { plane, out } = elementsOf(args);
        return { x: plane, y: out, taps: out };
      },
    },
    cost: (args) => (is2x2(args) ? 0.25 : 3) * tapsOf(args),
  }),

  /** dx from dy: each goes to the element that was taken. */
  maxPool2dGrad: kernel({
    descriptor: poolDescriptor,
    params: { planes: size, taps: place, dy: place, dx: place },

    scalar:
      ({ floats: f }) =>
      (pool, planes, taps, dy, dx) => {
        const { height, width, outHeight, outWidth, kernelWidth: kw } = pool;
        const { strideY: sy, strideX: sx, padY, padX, dilationY, dilationX } = pool;
        f.fill(0, dx, dx + planes * height * width);
        for (let plane = 0, out = 0; plane < planes; plane++, dx += height * width) {
          for (let row = 0; row < outHeight; row++) {
            for (let column = 0; column < outWidth; column++, out++) {
              const tap = f[taps + out];
              if (tap < 0) continue;
              const r = row * sy - padY + Math.floor(tap / kw) * dilationY;
              f[dx + r * width + column * sx - padX + (tap % kw) * dilationX] += f[dy + out];
            }
          }
        }
      },
    access(args) {
      const { plane, out } = elementsOf(args);
      return {
        reads: { taps: args.planes * out, dy: args.planes * out },
        writes: { dx: args.planes * plane },
      };
    },
    split: {
      along: "planes",
      moves(args) {
        const { plane, out } = elementsOf(args);
        return { taps: out, dy: out, dx: plane };
      },
    },
    cost: (args) => (is2x2(args) ? 0.2 : 0.5) * tapsOf(args),
  }),

  /**
   * y = the sum of what lies inside the plane, divided by `divisor`, or where that is 0 by the number of elements of the
   * window inside the plane and its padding on both sides, −1: inside the plane. The window has no dilation.
   */
  avgPool2d: kernel({
    descriptor: poolDescriptor,
    params: { planes: size, divisor: number, x: place, y: place },

    scalar:
      ({ floats: f }) =>
      (pool, planes, divisor, x, y) => {
        eachWindow(planes, pool, divisor, means(f, x, y, pool.width));
      },
    access(args) {
      const { plane, out } = elementsOf(args);
      return { reads: { x: args.planes * plane }, writes: { y: args.planes * out } };
    },
    split: {
      along: "planes",
      moves(args) {
        const { plane, out } = elementsOf(args);
        return { x: plane, y: out };
      },
    },
    cost: (args) => 2 * tapsOf(args),
  }),

  avgPool2dGrad: kernel({
    descriptor: poolDescriptor,
    params: { planes: size, divisor: number, dy: place, dx: place },

    scalar:
      ({ floats: f }) =>
      (pool, planes, divisor, dy, dx) => {
        const { height, width } = pool;
        f.fill(0, dx, dx + planes * height * width);
        eachWindow(planes, pool, divisor, shares(f, dy, dx, width));
      },
    access(args) {
      const { plane, out } = elementsOf(args);
      return { reads: { dy: args.planes * out }, writes: { dx: args.planes * plane } };
    },
    split: {
      along: "planes",
      moves(args) {
        const { plane, out } = elementsOf(args);
        return { dy: out, dx: plane };
      },
    },
    cost: (args) => 2 * tapsOf(args),
  }),

  /** y = means over outHeight × outWidth bins, which overlap where the sizes do not divide. */
  adaptiveAvgPool2d: kernel({
    params: { planes: size, height: size, width: size, outHeight: size, outWidth: size, x: place, y: place },

    scalar:
      ({ floats: f }) =>
      (planes, height, width, outHeight, outWidth, x, y) => {
        eachBin(planes, height, width, outHeight, outWidth, means(f, x, y, width));
      },
    access(args) {
      const { plane, out } = elementsOf(args);
      return { reads: { x: args.planes * plane }, writes: { y: args.planes * out } };
    },
    split: {
      along: "planes",
      moves(args) {
        const { plane, out } = elementsOf(args);
        return { x: plane, y: out };
      },
    },
    cost: ({ planes, height, width }) => 0.7 * planes * height * width,
  }),

  adaptiveAvgPool2dGrad: kernel({
    params: {
      planes: size,
      height: size,
      width: size,
      outHeight: size,
      outWidth: size,
      dy: place,
      dx: place,
    },

    scalar:
      ({ floats: f }) =>
      (planes, height, width, outHeight, outWidth, dy, dx) => {
        f.fill(0, dx, dx + planes * height * width);
        eachBin(planes, height, width, outHeight, outWidth, shares(f, dy, dx, width));
      },
    access(args) {
      const { plane, out } = elementsOf(args);
      return { reads: { dy: args.planes * out }, writes: { dx: args.planes * plane } };
    },
    split: {
      along: "planes",
      moves(args) {
        const { plane, out } = elementsOf(args);
        return { dy: out, dx: plane };
      },
    },
    cost: ({ planes, height, width }) => 0.7 * planes * height * width,
  }),
};
