import { size, place, number, flag, extent, kernel } from "./kernel.ts";
import { DRAWN } from "./costs.ts";

/** Plain loops over elements. */
export const elementwiseKernels = {
  /** x = value, n elements. */
  fill: kernel({
    params: { n: size, x: place, value: number },

    scalar:
      ({ floats: f }) =>
      (n, x, value) =>
        void f.fill(value, x, x + n),
    access: ({ n }) => ({ writes: { x: n } }),
    split: { along: "n", moves: () => ({ x: 1 }) },
  }),

  /** y = x, for each of `rows` rows of `n` elements. */
  copyRows: kernel({
    params: { rows: size, n: size, x: place, ldx: size, y: place, ldy: size },

    scalar:
      ({ floats: f }) =>
      (rows, n, x, ldx, y, ldy) => {
        for (let r = 0; r < rows; r++) f.copyWithin(y + r * ldy, x + r * ldx, x + r * ldx + n);
      },
    access: ({ rows, n, ldx, ldy }) => ({
      reads: { x: extent(rows, n, ldx) },
      writes: { y: extent(rows, n, ldy) },
    }),
    split: { along: "rows", moves: ({ ldx, ldy }) => ({ x: ldx, y: ldy }) },
    cost: ({ rows, n }) => 0.1 * rows * n,
  }),

  /** out = a + b, n elements; out may be a or b. */
  add: kernel({
    params: { n: size, a: place, b: place, out: place },

    scalar:
      ({ floats: f }) =>
      (n, a, b, out) => {
        for (let i = 0; i < n; i++) f[out + i] = f[a + i] + f[b + i];
      },
    access: ({ n }) => ({ reads: { a: n, b: n }, writes: { out: n } }),
    split: { along: "n", moves: () => ({ a: 1, b: 1, out: 1 }) },
  }),

  /** out = a · b, n elements; out may be a or b. */
  multiply: kernel({
    params: { n: size, a: place, b: place, out: place },

    scalar:
      ({ floats: f }) =>
      (n, a, b, out) => {
        for (let i = 0; i < n; i++) f[out + i] = f[a + i] * f[b + i];
      },
    access: ({ n }) => ({ reads: { a: n, b: n }, writes: { out: n } }),
    split: { along: "n", moves: () => ({ a: 1, b: 1, out: 1 }) },
  }),

  /** Draws a mask of 0 and 1/(1 − p), and y = x · mask (Srivastava et al., Dropout, 2014); y may be x. */
  dropout: kernel({
    params: { n: size, x: place, y: place, mask: place, p: number },

    scalar:
      ({ floats: f }, random) =>
      (n, x, y, mask, p) => {
        const keep = p < 1 ? 1 / (1 - p) : 0;
        for (let i = 0; i < n; i++) {
          f[mask + i] = random() < p ? 0 : keep;
          f[y + i] = f[x + i] * f[mask + i];
        }
      },
    access: ({ n }) => ({ reads: { x: n }, writes: { y: n, mask: n } }),
    draws: true,
    cost: ({ n }) => DRAWN * n,
  }),

  /** y = x for x > 0, else x · slope; `slopes` holds one for all or one per channel of x[outer, channels, inner]. */
  prelu: kernel({
    params: { outer: size, channels: size, inner: size, x: place, y: place, slopes: place, shared: flag },

    scalar:
      ({ floats: f }) =>
      (outer, channels, inner, x, y, slopes, shared) => {
        for (let o = 0, i = 0; o < outer; o++) {
          for (let c = 0; c < channels; c++) {
            const slope = f[shared ? slopes : slopes + c];
            for (const end = i + inner; i < end; i++) f[y + i] = f[x + i] < 0 ? slope * f[x + i] : f[x + i];
          }
        }
      },
    access: ({ outer, channels, inner, shared }) => ({
      reads: { x: outer * channels * inner, slopes: shared ? 1 : channels },
      writes: { y: outer * channels * inner },
    }),
    split: { along: "outer", moves: ({ channels, inner }) => ({ x: channels * inner, y: channels * inner }) },
    cost: ({ outer, channels, inner }) => 0.2 * outer * channels * inner,
  }),

  /** dx and dslopes of `prelu`. */
  preluGrad: kernel({
    params: {
      outer: size,
      channels: size,
      inner: size,
      x: place,
      dy: place,
      dx: place,
      slopes: place,
      dslopes: place,
      shared: flag,
    },

    scalar:
      ({ floats: f }) =>
      (outer, channels, inner, x, dy, dx, slopes, dslopes, shared) => {
        f.fill(0, dslopes, dslopes + (shared ? 1 : channels));
        for (let c = 0; c < channels; c++) {
          const at = shared ? 0 : c;
          const slope = f[slopes + at];
          let sum = 0;
          for (let o = 0; o < outer; o++) {
            for (let p = 0, i = (o * channels + c) * inner; p < inner; p++, i++) {
              if (!(f[x + i] > 0)) sum += f[dy + i] * f[x + i];
              f[dx + i] = f[dy + i] * (f[x + i] > 0 ? 1 : slope);
            }
          }
          f[dslopes + at] += sum;
        }
      },
    access: ({ outer, channels, inner, shared }) => ({
      reads: { x: outer * channels * inner, dy: outer * channels * inner, slopes: shared ? 1 : channels },
      writes: { dx: outer * channels * inner, dslopes: shared ? 1 : channels },
    }),
    cost: ({ outer, channels, inner }) => 0.6 * outer * channels * inner,
  }),

  /** y = softmax of each row of n; y may be x. */
  softmax: kernel({
    params: { rows: size, n: size, x: place, y: place },

    scalar:
      ({ floats: f }) =>
      (rows, n, x, y) => {
        for (let r = 0; r < rows; r++) {
          const from = x + r * n;
          const to = y + r * n;
          let max = -Infinity;
          for (let i = 0; i < n; i++) max = Math.max(max, f[from + i]);
          let sum = 0;
          for (let i = 0; i < n; i++) sum += f[to + i] = Math.exp(f[from + i] - max);
          for (let i = 0; i < n; i++) f[to + i] /= sum;
        }
      },
    access: ({ rows, n }) => ({ reads: { x: rows * n }, writes: { y: rows * n } }),
    split: { along: "rows", moves: ({ n }) => ({ x: n, y: n }) },
    cost: ({ rows, n }) => 1.8 * rows * n,
  }),

  /** dx = y ⊙ (dy − ⟨dy, y⟩) for each row of n; dx may be dy. */
  softmaxGrad: kernel({
    params: { rows: size, n: size, y: place, dy: place, dx: place },

    scalar:
      ({ floats: f }) =>
      (rows, n, y, dy, dx) => {
        for (let r = 0, at = 0; r < rows; r++, at += n) {
          let dot = 0;
          for (let i = at; i < at + n; i++) dot += f[dy + i] * f[y + i];
          for (let i = at; i < at + n; i++) f[dx + i] = f[y + i] * (f[dy + i] - dot);
        }
      },
    access: ({ rows, n }) => ({ reads: { y: rows * n, dy: rows * n }, writes: { dx: rows * n } }),
    split: { along: "rows", moves: ({ n }) => ({ y: n, dy: n, dx: n }) },
    cost: ({ rows, n }) => 0.5 * rows * n,
  }),
};
