import { size, place, number, flag, kernel } from "./kernel.ts";
import { DRAWN, products } from "./costs.ts";
import type { Floats } from "../tensor.ts";

function headLoops(f: Floats) {
  // One row of a head, so that sums are kept in double precision and loops run along rows.
  let sums = new Float64Array(0);

  function dot(n: number, a: number, b: number): number {
    let sum = 0;
    for (let c = 0; c < n; c++) sum += f[a + c] * f[b + c];
    return sum;
  }

  /** y[d] = scale · Σ over the rows of weight · mask · x[d]. */
  function combine(
    rows: number,
    d: number,
    weight: number,
    mask: number,
    stride: number,
    x: number,
    ldx: number,
    y: number,
    scale: number,
  ): void {
    if (sums.length < d) sums = new Float64Array(d);
    sums.fill(0, 0, d);
    for (let r = 0; r < rows; r++) {
      const w = scale * f[weight + r * stride] * (mask < 0 ? 1 : f[mask + r * stride]);
      for (let c = 0, from = x + r * ldx; c < d; c++) sums[c] += w * f[from + c];
    }
    for (let c = 0; c < d; c++) f[y + c] = sums[c];
  }

  /** Softmax in place over the first n of `time` elements; the others become 0. */
  function softmaxRow(row: number, n: number, time: number): void {
    let max = -Infinity;
    for (let j = row; j < row + n; j++) max = Math.max(max, f[j]);
    let sum = 0;
    for (let j = row; j < row + n; j++) sum += f[j] = Math.exp(f[j] - max);
    for (let j = row; j < row + n; j++) f[j] /= sum;
    f.fill(0, row + n, row + time);
  }

  return { dot, combine, softmaxRow };
}

/**
 * Scaled dot-product attention over a batch and all of its heads (Vaswani et al., Attention Is All You Need, 2017,
 * §3.2). `qkv` is [batch, time, 3·width]: queries, keys and values side by side, and within each the heads side by side,
 * d = width / heads columns a head. `causal` 1: step i attends to the steps up to i only. `mask` is [batch, heads, time,
 * time] of 0 and 1/(1 − p) where the attention drops out, else −1.
 */
export const attentionKernels = {
  /** Draws a mask of 0, with probability p, and 1/(1 − p), n elements. */
  dropoutMask: kernel({
    params: { n: size, mask: place, p: number },

    scalar:
      ({ floats: f }, random) =>
      (n, mask, p) => {
        const keep = p < 1 ? 1 / (1 - p) : 0;
        for (let i = mask; i < mask + n; i++) f[i] = random() < p ? 0 : keep;
      },
    access: ({ n }) => ({ writes: { mask: n } }),
    draws: true,
    cost: ({ n }) => DRAWN * n,
  }),

  /**
   * out[batch, time, width] = (softmax(q·kᵀ/√d) ⊙ mask)·v of each head. The softmax is kept in
   * probabilities[batch, heads, time, time], 0 where `causal` hides a step.
   */
  attention: kernel({
    params: {
      batch: size,
      time: size,
      heads: size,
      width: size,
      qkv: place,
      out: place,
      probabilities: place,
      mask: place,
      causal: flag,
    },

    scalar: ({ floats: f }) => {
      const { dot, combine, softmaxRow } = headLoops(f);
      return (batch, time, heads, width, qkv, out, probabilities, mask, causal) => {
        const d = width / heads;
        const scale = 1 / Math.sqrt(d);
        for (let head = 0; head < batch * heads; head++) {
          const [b, column] = [Math.floor(head / heads), (head % heads) * d];
          const q = qkv + b * time * 3 * width + column;
          const [k, v] = [q + width, q + 2 * width];
          for (let i = 0; i < time; i++) {
            const seen = causal ? i + 1 : time;
            const place = (head * time + i) * time;
            const row = probabilities + place;
            for (let j = 0; j < seen; j++) f[row + j] = scale * dot(d, q + i * 3 * width, k + j * 3 * width);
            softmaxRow(row, seen, time);
            const y = out + (b * time + i) * width + column;
            combine(seen, d, row, mask < 0 ? -1 : mask + place, 1, v, 3 * width, y, 1);
          }
        }
      };
    },
    access: ({ batch, time, heads, width }) => {
      const pairs = batch * heads * time * time;
      return {
        reads: { qkv: batch * time * 3 * width, mask: pairs },
        writes: { out: batch * time * width, probabilities: pairs },
      };
    },
    split: {
      along: "batch",
      moves({ time, heads, width }) {
        const pairs = heads * time * time;
        return { qkv: time * 3 * width, out: time * width, probabilities: pairs, mask: pairs };
      },
    },
    cost: ({ batch, time, heads, width }) =>
      products(2 * batch * time * time * width) + 1.8 * batch * heads * time * time,
  }),

  /** Backward pass of `attention`: dqkv from dout. `scratch` is a place for time² elements a sample. */
  attentionGrad: kernel({
    params: {
      batch: size,
      time: size,
      heads: size,
      width: size,
      qkv: place,
      probabilities: place,
      mask: place,
      dout: place,
      dqkv: place,
      scratch: place,
      causal: flag,
    },
    // With S = q·kᵀ/√d, P = softmax(S), Y = (P ⊙ M)·v:  dP = M ⊙ dY·vᵀ    dS = P ⊙ (dP − ⟨dP, P⟩ of the row)
    // dq = dS·k/√d    dk = dSᵀ·q/√d    dv = (P ⊙ M)ᵀ·dY
    scalar: ({ floats: f }) => {
      const { dot, combine } = headLoops(f);
      return (batch, time, heads, width, qkv, probabilities, mask, dout, dqkv, scratch, causal) => {
        const d = width / heads;
        const scale = 1 / Math.sqrt(d);
        const ld = 3 * width;
        for (let head = 0; head < batch * heads; head++) {
          const [b, column] = [Math.floor(head / heads), (head % heads) * d];
          const first = b * time * ld + column;
          const [q, k, v] = [qkv + first, qkv + first + width, qkv + first + 2 * width];
          const dy = dout + b * time * width + column;
          const P = probabilities + head * time * time;
          const M = mask < 0 ? -1 : mask + head * time * time;

          for (let i = 0; i < time; i++) {
            const seen = causal ? i + 1 : time;
            const row = i * time;
            let sum = 0;
            for (let j = 0; j < seen; j++) {
              f[scratch + row + j] = dot(d, dy + i * width, v + j * ld) * (M < 0 ? 1 : f[M + row + j]);
              sum += f[scratch + row + j] * f[P + row + j]; // of dP as rounded: where P is 1, dS is exactly 0
            }
            for (let j = 0; j < seen; j++)
              f[scratch + row + j] = f[P + row + j] * (f[scratch + row + j] - sum);
            combine(seen, d, scratch + row, -1, 1, k, ld, dqkv + first + i * ld, scale);
          }

          for (let j = 0; j < time; j++) {
            const from = causal ? j : 0;
            const at = from * time + j;
            const to = dqkv + first + j * ld;
            combine(time - from, d, scratch + at, -1, time, q + from * ld, ld, to + width, scale);
            const m = M < 0 ? -1 : M + at;
            combine(time - from, d, P + at, m, time, dy + from * width, width, to + 2 * width, 1);
          }
        }
      };
    },
    access: ({ batch, time, heads, width }) => {
      const pairs = batch * heads * time * time;
      return {
        reads: {
          qkv: batch * time * 3 * width,
          probabilities: pairs,
          mask: pairs,
          dout: batch * time * width,
        },
        writes: { dqkv: batch * time * 3 * width, scratch: batch * time * time },
      };
    },
    split: {
      along: "batch",
      moves({ time, heads, width }) {
        const [packed, pairs] = [time * 3 * width, heads * time * time];
        return {
          qkv: packed,
          probabilities: pairs,
          mask: pairs,
          dout: time * width,
          dqkv: packed,
          scratch: time * time,
        };
      },
    },
    cost: ({ batch, time, heads, width }) =>
      products(4 * batch * time * time * width) + 0.5 * batch * heads * time * time,
  }),
};
