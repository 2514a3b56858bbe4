import { statOf, type Frame } from "../protocol/frame.ts";

/** How much of the gradient reaches a layer, from hardly any to far too much: one scale everywhere. */
export const SHARES = [
  "starving3",
  "starving2",
  "starving1",
  "healthy",
  "exploding1",
  "exploding2",
  "exploding3",
  "nonfinite",
] as const;

export type Share = (typeof SHARES)[number];

/** Class bounds of log₁₀(‖∂L/∂h_ℓ‖ / ‖∂L/∂h_L‖), beside `SHARES`: a share below `BOUNDS[i]` is of class i. */
const BOUNDS = [-6, -3, -1, 1, 3, 6] as const;

/**
 * log₁₀(‖∂L/∂h_ℓ‖ / ‖∂L/∂h_L‖), h_ℓ being the output of the layer and h_L that of the last one: 0 there, −∞ where no gradient
 * arrives, NaN where one of the two is not finite.
 */
export function logShare(frame: Frame, layer: number, last: number): number {
  const delta = statOf(frame, layer, "delta_norm");
  if (delta === 0) return -Infinity;
  return Number.isFinite(delta) ? Math.log10(delta / statOf(frame, last, "delta_norm")) : NaN;
}

/** The class of a layer's share; `nonfinite` also where an activation or a gradient of the layer holds a NaN or ±∞. */
export function shareOf(frame: Frame, layer: number, last: number): Share {
  if (isNonFinite(frame, layer)) return "nonfinite";
  const share = logShare(frame, layer, last);
  if (Number.isNaN(share)) return "nonfinite";
  return SHARES[BOUNDS.findIndex((bound) => share < bound)] ?? "exploding3";
}

/** A NaN or ±∞ is among the layer's activations, its gradients, or the gradient that arrives at its output. */
export const isNonFinite = (frame: Frame, layer: number): boolean =>
  statOf(frame, layer, "act_nonfinite") > 0 ||
  statOf(frame, layer, "grad_nonfinite") > 0 ||
  !Number.isFinite(statOf(frame, layer, "delta_norm"));

/** The class that tells most about a layer that is repeated: the one farthest from healthy; NaN before all else. */
export const worst = (shares: readonly Share[]): Share =>
  shares.reduce<Share>((a, b) => (distance(b) > distance(a) ? b : a), "healthy");

const distance = (share: Share): number => Math.abs(SHARES.indexOf(share) - SHARES.indexOf("healthy"));

/** What a class means, as a sentence for the gutter mark's hover. */
export const SHARE_TEXT: Readonly<Record<Share, string>> = {
  starving3: "Starving: less than a millionth of the last layer's gradient arrives here.",
  starving2: "Starving: less than a thousandth of the last layer's gradient arrives here.",
  starving1: "Thin: less than a tenth of the last layer's gradient arrives here.",
  healthy: "Healthy: the gradient here is of the size of the last layer's.",
  exploding1: "Growing: the gradient here is more than 10 times the last layer's.",
  exploding2: "Exploding: the gradient here is more than 1,000 times the last layer's.",
  exploding3: "Exploding: the gradient here is more than a million times the last layer's.",
  nonfinite: "Not finite: a NaN or ∞ is among the activations or gradients here.",
};
