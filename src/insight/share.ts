import { t } from "../l10n/translate.ts";
import { figure } from "./format.ts";
import { isBroken, isNonFinite, layerCount, statOf, type Frame } from "../protocol/frame.ts";

/**
 * How much of the gradient reaches a layer, from hardly any to far too much: one classification for gutter, hover, sentence and
 * terminal. A class says how large a share is, not that it is bad: that a finding says (`findings/`), which looks at the loss, too.
 * No share is `faulty`: so a finding marks a layer that it is about whatever the gradient does there.
 */
export const SHARES = [
  "vanishing3",
  "vanishing2",
  "vanishing1",
  "even",
  "exploding1",
  "exploding2",
  "exploding3",
  "faulty",
  "nonfinite",
] as const;

export type Share = (typeof SHARES)[number];

/** Decades away from 1 beyond which a share is of the next class. Within the first the gradient arrives whole, as far as a reader cares. */
const DECADES = [1.5, 3, 6] as const;

/**
 * log₁₀(‖∂L/∂h_ℓ‖ / ‖∂L/∂h_L‖) of every layer, h_ℓ being its output and h_L that of the last one. −∞ for a gradient of exactly 0,
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

/** The same of a frame's layers; +∞ also where an activation or a gradient of the layer holds a NaN or ∞. */
export function logSharesAt(frame: Frame): readonly number[] {
  const delta = Array.from({ length: layerCount(frame) }, (_, layer) => statOf(frame, layer, "delta_norm"));
  const shares = logSharesOf(delta, isBroken(frame));
  return shares.map((share, layer) => (isNonFinite(frame, layer) ? Infinity : share));
}

/** The class of a share; a layer without a figure is of no class but `even`. */
export function shareOf(logShare: number): Share {
  if (logShare === Infinity) return "nonfinite";
  const size = DECADES.filter((decades) => Math.abs(logShare) > decades).length;
  return SHARES[EVEN + Math.sign(logShare) * size] ?? "even";
}

const EVEN = SHARES.indexOf("even");

const distance = (share: Share): number => Math.abs(SHARES.indexOf(share) - EVEN);

/** The class that tells most about a layer that is repeated: the one farthest from even; NaN before all else. */
export const worst = (shares: readonly Share[]): Share =>
  shares.reduce<Share>((a, b) => (distance(b) > distance(a) ? b : a), "even");

/** More than three decades, or not finite: a lens warns of it, and the overview ruler shows it. */
export const isConcern = (share: Share): boolean => distance(share) > 1;

interface Words {
  /** What it is called where a finding says that it is bad. */
  readonly name: string;
  readonly fact: string;
}

const WORDS: Readonly<Record<Share, Words>> = {
  vanishing3: {
    name: t`Vanishing`,
    fact: t`less than a millionth of the last layer's gradient arrives here`,
  },
  vanishing2: {
    name: t`Vanishing`,
    fact: t`less than a thousandth of the last layer's gradient arrives here`,
  },
  vanishing1: { name: t`Thin`, fact: t`less than a thirtieth of the last layer's gradient arrives here` },
  even: { name: t`Even`, fact: t`the gradient here is of the size of the last layer's` },
  exploding1: { name: t`Growing`, fact: t`the gradient here is more than 30 times the last layer's` },
  exploding2: { name: t`Exploding`, fact: t`the gradient here is more than 1,000 times the last layer's` },
  exploding3: {
    name: t`Exploding`,
    fact: t`the gradient here is more than a million times the last layer's`,
  },
  faulty: { name: t`Found`, fact: t`something is wrong here, whatever the gradient does` },
  nonfinite: { name: t`Not finite`, fact: t`a NaN or ∞ is among the activations, gradients or weights here` },
};

/** What a class says, without a verdict: `Less than a thousandth of the last layer's gradient arrives here`. */
export const factOf = (share: Share): string => {
  const { fact } = WORDS[share];
  return fact.charAt(0).toUpperCase() + fact.slice(1);
};

/** The same with its verdict, as a sentence: `Vanishing: less than a thousandth of …`. */
export const verdictOf = (share: Share): string => `${WORDS[share].name}: ${WORDS[share].fact}.`;

/** What of the gradient a layer gets: `3·10⁻¹² of`, `0.42 of`, `4·10⁶ times`. */
export const partOf = (logShare: number): string => {
  const share = 10 ** logShare;
  return share > 1.05
    ? t`${figure(share, share < 100 ? 2 : 1)} times`
    : t`${figure(share, share < 1e-2 ? 1 : 2)} of`;
};
