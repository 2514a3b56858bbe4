import { type Args, size, place, number, flag, descriptor, kernel } from "./kernel.ts";
import { DRAWN, products } from "./costs.ts";
import type { Floats } from "../tensor.ts";

const attentionDescriptor = descriptor("AttentionDescriptor", {
  time: size,
  heads: size,
  width: size,
  causal: flag,
});

type Shape = Args<typeof attentionDescriptor.fields>;
type Batch = Shape & { readonly batch: number };

/** Elements of a sample: of queries, keys and values, of what comes out, and of the probabilities of all heads. */
const elementsOf = ({ time, heads, width }: Shape) => ({
  packed: time * 3 * width,
  out: time * width,
  pairs: heads * time * time,
});

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

/** `attention`, with a mask or, where that is −1, without. */
function attentionLoop(f: Floats) {
  const { dot, combine, softmaxRow } = headLoops(f);
  return (
    { time, heads, width, causal }: Shape,
    batch: number,
    qkv: number,
    out: number,
    probabilities: number,
    mask: number,
  ): void => {
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
}

/** `attentionGrad`, with a mask or, where that is −1, without. */
// With S = q·kᵀ/√d, P = softmax(S), Y = (P ⊙ M)·v:  dP = M ⊙ dY·vᵀ    dS = P ⊙ (dP − ⟨dP, P⟩ of the row)
// dq = dS·k/√d    dk = dSᵀ·q/√d    dv = (P ⊙ M)ᵀ·dY
function attentionGradLoop(f: Floats) {
  const { dot, combine } = headLoops(f);
  return (
    { time, heads, width, causal }: Shape,
    batch: number,
    qkv: number,
    probabilities: number,
    mask: number,
    dout: number,
    dqkv: number,
    scratch: number,
  ): void => {
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
        for (let j = 0; j < seen; j++) f[scratch + row + j] = f[P + row + j] * (f[scratch + row + j] - sum);
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
}

// What follows from the sizes, with and without a mask.

const forwardAccess = (args: Batch) => {
  const { packed, out, pairs } = elementsOf(args);
  const { batch } = args;
  return { reads: { qkv: batch * packed }, writes: { out: batch * out, probabilities: batch * pairs } };
};

const forwardMoves = (shape: Shape) => {
  const { packed, out, pairs } = elementsOf(shape);
  return { qkv: packed, out, probabilities: pairs };
};

const forwardCost = ({ batch, time, heads, width }: Batch): number =>
  products(2 * batch * time * time * width) + 1.8 * batch * heads * time * time;

const backwardAccess = (args: Batch) => {
  const { packed, out, pairs } = elementsOf(args);
  const { batch } = args;
  return {
    reads: { qkv: batch * packed, probabilities: batch * pairs, dout: batch * out },
    writes: { dqkv: batch * packed, scratch: batch * args.time ** 2 },
  };
};

const backwardMoves = (shape: Shape) => {
  const { packed, out, pairs } = elementsOf(shape);
  return { qkv: packed, probabilities: pairs, dout: out, dqkv: packed, scratch: shape.time ** 2 };
};

const backwardCost = ({ batch, time, heads, width }: Batch): number =>
  products(4 * batch * time * time * width) + 0.5 * batch * heads * time * time;

/**
 * Scaled dot-product attention over a batch and all of its heads (Vaswani et al., Attention Is All You Need, 2017,
 * §3.2). `qkv` is [batch, time, 3·width]: queries, keys and values side by side, and within each the heads side by side,
 * d = width / heads columns a head. `causal` 1: step i attends to the steps up to i only. `mask` is [batch, heads, time,
 * time] of 0 and 1/(1 − p), where the attention drops out.
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
   * out[batch, time, width] = softmax(q·kᵀ/√d)·v of each head. The softmax is kept in probabilities[batch, heads, time, time], 0
   * where `causal` hides a step.
   */
  attention: kernel({
    descriptor: attentionDescriptor,
    params: { batch: size, qkv: place, out: place, probabilities: place },

    scalar: ({ floats: f }) => {
      const loop = attentionLoop(f);
      return (shape, batch, qkv, out, probabilities) => loop(shape, batch, qkv, out, probabilities, -1);
    },
    access: forwardAccess,
    split: { along: "batch", moves: forwardMoves },
    cost: forwardCost,
  }),

  /** The same with a mask: (softmax ⊙ mask)·v. */
  dropoutAttention: kernel({
    descriptor: attentionDescriptor,
    params: { batch: size, qkv: place, out: place, probabilities: place, mask: place },

    scalar: ({ floats: f }) => attentionLoop(f),
    access(args) {
      const { reads, writes } = forwardAccess(args);
      return { reads: { ...reads, mask: args.batch * elementsOf(args).pairs }, writes };
    },
    split: { along: "batch", moves: (args) => ({ ...forwardMoves(args), mask: elementsOf(args).pairs }) },
    cost: forwardCost,
  }),

  /** Backward pass of `attention`: dqkv from dout. `scratch` is a place for time² elements a sample. */
  attentionGrad: kernel({
    descriptor: attentionDescriptor,
    params: { batch: size, qkv: place, probabilities: place, dout: place, dqkv: place, scratch: place },

    scalar: ({ floats: f }) => {
      const loop = attentionGradLoop(f);
      return (shape, batch, qkv, probabilities, dout, dqkv, scratch) =>
        loop(shape, batch, qkv, probabilities, -1, dout, dqkv, scratch);
    },
    access: backwardAccess,
    split: { along: "batch", moves: backwardMoves },
    cost: backwardCost,
  }),

  /** Backward pass of `dropoutAttention`. */
  dropoutAttentionGrad: kernel({
    descriptor: attentionDescriptor,
    params: {
      batch: size,
      qkv: place,
      probabilities: place,
      mask: place,
      dout: place,
      dqkv: place,
      scratch: place,
    },

    scalar: ({ floats: f }) => attentionGradLoop(f),
    access(args) {
      const { reads, writes } = backwardAccess(args);
      return { reads: { ...reads, mask: args.batch * elementsOf(args).pairs }, writes };
    },
    split: { along: "batch", moves: (args) => ({ ...backwardMoves(args), mask: elementsOf(args).pairs }) },
    cost: backwardCost,
  }),
};
