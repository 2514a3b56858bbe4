import type { Kernels } from "../kernels/kernels.ts";
import { SUMMARY } from "../../protocol/sums.ts";
import type { ParameterSums } from "../statistics/layerSums.ts";

const [SQUARES, MIN, MAX] = (["squares", "min", "max"] as const).map((name) => SUMMARY.indexOf(name));

/**
 * Norm of all gradients, from the sums that the statistics have taken: the p-norm over all elements equals the p-norm of
 * the parameters' p-norms, which `torch.nn.utils.clip_grad_norm_` takes. Only 2 and ∞ come free; others are summed anew.
 */
export function totalNorm(
  layers: readonly { readonly parameters: Pick<ParameterSums, "gradient"> | undefined }[],
  d: Float64Array,
  p: number,
): number {
  let total = 0;
  for (const { parameters } of layers) {
    const gradient = parameters?.gradient;
    if (gradient === undefined) continue;
    if (p === 2) total += d[gradient + SQUARES];
    else if (p === Infinity)
      total = Math.max(total, Math.abs(d[gradient + MIN]), Math.abs(d[gradient + MAX]));
  }
  return p === 2 ? Math.sqrt(total) : total;
}

/** The factor of `clip_grad_norm_`: max_norm / (total + 1e-6), at most 1. */
export const clipCoefficient = (maxNorm: number, total: number): number => {
  const coefficient = maxNorm / (total + 1e-6);
  return coefficient > 1 ? 1 : coefficient; // NaN stays NaN, as in PyTorch
};

/** The same norm for any other p, by a pass of its own over each block of gradients. */
export function summedNorm(
  k: Kernels,
  d: Float64Array,
  blocks: readonly { readonly grad: number; readonly size: number }[],
  p: number,
  slot: number,
): number {
  let total = 0;
  for (const { grad, size } of blocks) {
    k.powerSum(size, grad, p, slot);
    total += d[slot];
  }
  return total ** (1 / p);
}
