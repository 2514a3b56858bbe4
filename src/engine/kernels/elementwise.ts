import type { Memory, Random } from "./memory.ts";

/** Plain loops over elements. */
export interface ElementwiseKernels {
  /** x = value, n elements. */
  fill(n: number, x: number, value: number): void;
  /** y = x, for each of `rows` rows of `n` elements. */
  copyRows(rows: number, n: number, x: number, ldx: number, y: number, ldy: number): void;
  /** out = a + b, n elements; out may be a or b. */
  add(n: number, a: number, b: number, out: number): void;
  /** out = a · b, n elements; out may be a or b. */
  multiply(n: number, a: number, b: number, out: number): void;
  /** Draws a mask of 0 and 1/(1 − p), and y = x · mask (Srivastava et al., Dropout, 2014); y may be x. */
  dropout(n: number, x: number, y: number, mask: number, p: number): void;
  /** y = x for x > 0, else x · slope; `slopes` holds one for all or one per channel of x[outer, channels, inner]. */
  prelu(
    outer: number,
    channels: number,
    inner: number,
    x: number,
    y: number,
    slopes: number,
    shared: number,
  ): void;
  /** dx and dslopes of `prelu`. */
  preluGrad(
    outer: number,
    channels: number,
    inner: number,
    x: number,
    dy: number,
    dx: number,
    slopes: number,
    dslopes: number,
    shared: number,
  ): void;
  /** y = softmax of each row of n; y may be x. */
  softmax(rows: number, n: number, x: number, y: number): void;
  /** dx = y ⊙ (dy − ⟨dy, y⟩) for each row of n; dx may be dy. */
  softmaxGrad(rows: number, n: number, y: number, dy: number, dx: number): void;
}

export function elementwiseKernels({ floats: f }: Memory, random: Random): ElementwiseKernels {
  return {
    fill: (n, x, value) => void f.fill(value, x, x + n),

    copyRows(rows, n, x, ldx, y, ldy) {
      for (let r = 0; r < rows; r++) f.copyWithin(y + r * ldy, x + r * ldx, x + r * ldx + n);
    },

    add(n, a, b, out) {
      for (let i = 0; i < n; i++) f[out + i] = f[a + i] + f[b + i];
    },

    multiply(n, a, b, out) {
      for (let i = 0; i < n; i++) f[out + i] = f[a + i] * f[b + i];
    },

    dropout(n, x, y, mask, p) {
      const keep = p < 1 ? 1 / (1 - p) : 0;
      for (let i = 0; i < n; i++) {
        f[mask + i] = random() < p ? 0 : keep;
        f[y + i] = f[x + i] * f[mask + i];
      }
    },

    prelu(outer, channels, inner, x, y, slopes, shared) {
      for (let o = 0, i = 0; o < outer; o++) {
        for (let c = 0; c < channels; c++) {
          const slope = f[shared ? slopes : slopes + c];
          for (const end = i + inner; i < end; i++) f[y + i] = f[x + i] < 0 ? slope * f[x + i] : f[x + i];
        }
      }
    },

    preluGrad(outer, channels, inner, x, dy, dx, slopes, dslopes, shared) {
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

    softmax(rows, n, x, y) {
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

    softmaxGrad(rows, n, y, dy, dx) {
      for (let r = 0, at = 0; r < rows; r++, at += n) {
        let dot = 0;
        for (let i = at; i < at + n; i++) dot += f[dy + i] * f[y + i];
        for (let i = at; i < at + n; i++) f[dx + i] = f[y + i] * (f[dy + i] - dot);
      }
    },
  };
}
