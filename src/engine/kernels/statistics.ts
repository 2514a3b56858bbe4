import { size, place, doublesPlace, extent, number, kernel } from "./kernel.ts";
import { HIST_BINS, HIST_OFFSET } from "../../protocol/frame.ts";
import { MOMENTS, SUMMARY } from "../../protocol/sums.ts";
import { counts, statisticsOf } from "./costs.ts";

const bits = new DataView(new ArrayBuffer(8));

/** ⌊log₂ g⌋ of a normal double, from its exponent; every nonzero f32 is one. */
const exponent = (g: number): number => {
  bits.setFloat64(0, g);
  return ((bits.getUint16(0) >> 4) & 0x7ff) - 1023;
};

const moments = kernel({
  params: { n: size, x: place, out: doublesPlace },

  scalar:
    ({ floats: f, doubles: d }) =>
    (n, x, out) => {
      let sum = 0;
      let squares = 0;
      let zeros = 0;
      let nonfinite = 0;
      for (let i = x; i < x + n; i++) {
        const v = f[i];
        sum += v;
        squares += v * v;
        if (v === 0) zeros++;
        if (v - v !== 0) nonfinite++;
      }
      d[out] = sum;
      d[out + 1] = squares;
      d[out + 2] = zeros;
      d[out + 3] = nonfinite;
    },
  access: ({ n }) => ({ reads: { x: n }, writes: { out: MOMENTS.length } }),
  statistics: ({ n }) => statisticsOf(n),
});

/** Sums over elements, in double precision; results go to `doubles`. */
export const statisticsKernels = {
  /** Σx, Σx², number of elements equal to 0, number that are NaN or ±∞. */
  moments,

  /** The moments, min, max; these are NaN if any element is. */
  summary: kernel({
    params: { n: size, x: place, out: doublesPlace },

    scalar: (memory, random) => {
      const { floats: f, doubles: d } = memory;
      const sums = moments.scalar(memory, random);
      return (n, x, out) => {
        sums(n, x, out);
        let min = Infinity;
        let max = -Infinity;
        for (let i = x; i < x + n; i++) {
          min = Math.min(min, f[i]);
          max = Math.max(max, f[i]);
        }
        d[out + MOMENTS.length] = min;
        d[out + MOMENTS.length + 1] = max;
      };
    },
    access: ({ n }) => ({ reads: { x: n }, writes: { out: SUMMARY.length } }),
    statistics: ({ n }) => statisticsOf(n),
  }),

  /** Σx². */
  sumSquares: kernel({
    params: { n: size, x: place, out: doublesPlace },

    scalar:
      ({ floats: f, doubles: d }) =>
      (n, x, out) => {
        let squares = 0;
        for (let i = x; i < x + n; i++) squares += f[i] * f[i];
        d[out] = squares;
      },
    access: ({ n }) => ({ reads: { x: n }, writes: { out: 1 } }),
    statistics: ({ n }) => statisticsOf(n),
  }),

  /** Σ|x|ᵖ, or the greatest |x| where p is ∞; NaN if any element is. */
  powerSum: kernel({
    params: { n: size, x: place, p: number, out: doublesPlace },

    scalar:
      ({ floats: f, doubles: d }) =>
      (n, x, p, out) => {
        let sum = 0;
        for (let i = x; i < x + n; i++) {
          const v = Math.abs(f[i]);
          sum = p === Infinity ? Math.max(sum, v) : sum + v ** p;
        }
        d[out] = sum;
      },
  }),

  /** Counts by power of two, as `grad_hist` defines them. */
  histogram: kernel({
    params: { n: size, x: place, out: doublesPlace },

    scalar:
      ({ floats: f, doubles: d }) =>
      (n, x, out) => {
        d.fill(0, out, out + HIST_BINS);
        for (let i = x; i < x + n; i++) {
          const g = f[i];
          if (g === 0 || g - g !== 0) continue;
          d[out + Math.min(Math.max(exponent(g) + HIST_OFFSET, 0), HIST_BINS - 1)]++;
        }
      },
    access: ({ n }) => ({ reads: { x: n }, writes: { out: HIST_BINS } }),
    cost: ({ n }) => counts(n),
  }),

  /** Number of channels of x[outer, channels, inner] that are 0 throughout. */
  deadUnits: kernel({
    params: { outer: size, channels: size, inner: size, x: place, out: doublesPlace },

    scalar:
      ({ floats: f, doubles: d }) =>
      (outer, channels, inner, x, out) => {
        let dead = 0;
        for (let c = 0; c < channels; c++) {
          let alive = false;
          for (let o = 0; o < outer && !alive; o++) {
            const from = x + (o * channels + c) * inner;
            for (let i = from; i < from + inner; i++) {
              if (f[i] !== 0) {
                alive = true;
                break;
              }
            }
          }
          if (!alive) dead++;
        }
        d[out] = dead;
      },
    access: ({ outer, channels, inner }) => ({ reads: { x: outer * channels * inner }, writes: { out: 1 } }),
    statistics: ({ outer, channels, inner }) => statisticsOf(outer * channels * inner),
  }),

  /** Σ over n columns of Σ over the rows, which are `ld` apart, of (x − the column's mean)². */
  spread: kernel({
    params: { rows: size, n: size, x: place, ld: size, out: doublesPlace },

    scalar:
      ({ floats: f, doubles: d }) =>
      (rows, n, x, ld, out) => {
        let squares = 0;
        for (let j = x; j < x + n; j++) {
          let sum = 0;
          for (let i = 0, at = j; i < rows; i++, at += ld) sum += f[at];
          const mean = sum / rows;
          for (let i = 0, at = j; i < rows; i++, at += ld) squares += (f[at] - mean) ** 2;
        }
        d[out] = squares;
      },
    access: ({ rows, n, ld }) => ({ reads: { x: extent(rows, n, ld) }, writes: { out: 1 } }),
    statistics: ({ rows, n }) => statisticsOf(rows * n),
  }),

  /** Number of elements ≤ low or ≥ high. */
  outside: kernel({
    params: { n: size, x: place, low: number, high: number, out: doublesPlace },

    scalar:
      ({ floats: f, doubles: d }) =>
      (n, x, low, high, out) => {
        let count = 0;
        for (let i = x; i < x + n; i++) if (f[i] <= low || f[i] >= high) count++;
        d[out] = count;
      },
    access: ({ n }) => ({ reads: { x: n }, writes: { out: 1 } }),
    statistics: ({ n }) => statisticsOf(n),
  }),
};
