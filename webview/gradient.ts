import { statOf } from "../src/protocol/frame.ts";
import type { Frame, Stat } from "../src/protocol/frame.ts";
import type { LayerInfo } from "../src/protocol/run.ts";
import { chainOf } from "./layers.ts";
import { finiteFrames } from "./finite.ts";
import type { View } from "./view.ts";

/** One figure of every layer at one step. */
export const columnOf = (frame: Frame, layers: readonly LayerInfo[], stat: Stat): readonly number[] =>
  layers.map((_, layer) => statOf(frame, layer, stat));

/** The median, over the steps kept whole that are finite, of one figure of every layer. NaN where no step has one. */
export function typical({ layers, history }: View, stat: Stat): readonly number[] {
  const frames = finiteFrames(history);
  return layers.map((_, layer) => median(frames.map((frame) => statOf(frame, layer, stat))));
}

/** The middle of the finite values; NaN if there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * log₁₀(‖∂L/∂h_ℓ‖ / ‖∂L/∂h_L‖) of every layer: the share of the gradient that reaches it. −∞ for a gradient of exactly 0,
 * +∞ for one that is not finite (at a `broken` step a missing figure counts as such), NaN where there is no figure.
 */
export function logSharesOf(delta: ArrayLike<number>, broken: boolean): readonly number[] {
  const last = delta[delta.length - 1] ?? NaN;
  return Array.from(delta, (norm) => {
    if (norm === Infinity || (Number.isNaN(norm) && broken)) return Infinity;
    if (norm === 0) return -Infinity;
    return Number.isFinite(last) && last > 0 ? Math.log10(norm / last) : NaN;
  });
}

/**
 * Π gain_k over the links of the chain from each layer to the last: what reaches the layer's input, as a part of what the
 * loss sends. NaN at rows within a `Residual`, whose own row stands for them, and before a link without a gain.
 */
export function runningProduct(layers: readonly LayerInfo[], gains: readonly number[]): readonly number[] {
  const chain = chainOf(layers);
  const products = new Array<number>(layers.length).fill(NaN);
  let product = 1;
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    if (!chain[layer]) continue;
    product *= gains[layer] ?? NaN;
    products[layer] = product;
  }
  return products;
}
