import { t } from "../../l10n/translate.ts";
import { type Shape, ShapeError, show } from "../tensor.ts";
import { at, op } from "./op.ts";

export interface AttentionAttrs {
  readonly heads: number;
  /** No step attends to a later one. */
  readonly causal: boolean;
  /** Share of the attention probabilities that drop out; 0 where it does not train. */
  readonly p: number;
}

/** Elements of the probabilities [batch, heads, time, time]. */
const pairsOf = ([batch, time]: Shape, heads: number): number => batch * heads * time * time;

/**
 * y[batch, time, width] of each head: softmax(q·kᵀ/√d)·v, with d = width / heads, from
 * qkv[batch, time, 3·width] (Vaswani et al., Attention Is All You Need, 2017).
 */
export const attention = op<AttentionAttrs>({
  name: "attention",

  shape([qkv], { heads }) {
    const [batch, time, packed] = qkv;
    if (qkv.length !== 3 || packed % 3 !== 0) {
      throw new ShapeError(t`attention needs [batch, time, 3·width], but gets ${show(qkv)}`);
    }
    const width = packed / 3;
    if (width % heads !== 0) throw new ShapeError(t`${heads} heads do not divide the width ${width}`);
    return [batch, time, width];
  },

  savedTensors: ([qkv], { heads, p }) => Array<number>(p > 0 ? 2 : 1).fill(pairsOf(qkv, heads)),

  forward(k, { inputs: [qkv], out, saved: [probabilities, mask], attrs: { heads, causal, p } }) {
    const [batch, time, width] = out.shape;
    const shape = { time, heads, width, causal: causal ? 1 : 0 };
    if (mask === undefined) return k.attention(shape, batch, qkv.at, out.at, probabilities);
    k.dropoutMask(pairsOf(qkv.shape, heads), mask, p);
    k.dropoutAttention(shape, batch, qkv.at, out.at, probabilities, mask);
  },

  backward(k, { inputs: [qkv], dOut, saved: [probabilities, mask], dInputs: [dqkv], attrs, scratch }) {
    const [batch, time, width] = dOut.shape;
    const { heads, causal } = attrs;
    const shape = { time, heads, width, causal: causal ? 1 : 0 };
    const [dx, pairs] = [at(dqkv), scratch(batch * time * time)];
    if (mask === undefined) k.attentionGrad(shape, batch, qkv.at, probabilities, dOut.at, dx, pairs);
    else k.dropoutAttentionGrad(shape, batch, qkv.at, probabilities, mask, dOut.at, dx, pairs);
  },

  neededForBackward: () => ({ inputs: [0], out: false }),
  samples: [
    { shapes: [[2, 3, 12]], attrs: { heads: 2, causal: false, p: 0 } },
    { shapes: [[2, 5, 9]], attrs: { heads: 1, causal: true, p: 0 } },
    { shapes: [[3, 1, 18]], attrs: { heads: 3, causal: false, p: 0 } }, // one step attends to itself
    { shapes: [[1, 1, 6]], attrs: { heads: 2, causal: true, p: 0 } },
    { shapes: [[2, 7, 45]], attrs: { heads: 5, causal: true, p: 0 } },
    { shapes: [[1, 5, 21]], attrs: { heads: 7, causal: false, p: 0.3 } },
    { shapes: [[2, 4, 18]], attrs: { heads: 2, causal: true, p: 0.5 } },
  ],
});
