import { t } from "../../l10n/translate.ts";
import { repetitionOf, chainOf, nameOf } from "../chain.ts";
import { figure, fold } from "../format.ts";
import { partOf, shareOf, type Share } from "../share.ts";
import { depthRatio, pathOf } from "./evidence.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { stays } from "./words.ts";

/** A ratio this close to 1 per block is not worth naming. */
const STEADY = 1.02;

export const vanishingDepth = runFinding({
  id: "vanishing-depth",
  title: t`The gradient vanishes along depth`,
  condition:
    "‖∂L/∂h‖ of the first layer with weights is below `first` of the last one's at the first step and below `ratio` of it over the last steps (or the other way round), at least `hops` layers lie between, and the model has learned nothing, has not moved, or is above `poor` times the loss of the best constant, and is not worse than that.",
  thresholds: {
    first: { is: 0.03, of: t`‖∂L/∂h‖ of the first layer with weights : the last one's, at the first step.` },
    ratio: { is: 0.01, of: t`The same over the window.` },
    hops: { is: 3, of: t`Layers with weights between the two, and one.` },
    poor: { is: 0.85, of: t`Loss : that of the best constant prediction, above which it counts.` },
  },
  severity: "error",
  why: t`On its way back the gradient is multiplied by one factor for each layer; where the factors are below 1 the first layers get next to nothing and stay as they were drawn, so that all that follows works on noise. A small share alone is no fault, and many nets that train well begin with one: what tells is that it stays small and that the loss does not fall.`,
  source: {
    title: "Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010",
    url: "https://proceedings.mlr.press/v9/glorot10a.html",
  },
  fixes: ["relu", "he-init", "batch-norm", "residual", "adam"],

  find(evidence, { first, ratio, hops, poor }) {
    const { loss, weighted, silent, judged, broken } = evidence;
    if (!judged || broken || silent || weighted.length - 1 < hops) return undefined;
    if (!(loss.nothing || loss.unmoved || loss.relative > poor) || loss.worse) return undefined;
    const [begin, now] = [
      depthRatio(evidence, evidence.start("delta_norm")),
      depthRatio(evidence, evidence.delta),
    ];
    const small = (begin < first && now < ratio) || (begin < ratio && now < first);
    if (!(begin > 0) || !small) return undefined;
    const subject = weighted[0] ?? 0;
    const thin = farthest(evidence) ?? subject;
    return {
      layer: pathOf(evidence, subject),
      message: t`The gradient ${rateOf(evidence, thin)}: ${gets(evidence, subject)} (${figure(begin, 1)} at the first step), and ${stays(loss)}.`,
      figures: { ratio: now, first_ratio: begin, loss: loss.now, floor: loss.floor },
      related: [pathOf(evidence, weighted.at(-1) ?? 0)],
      marks: marksOn(evidence, -1),
    };
  },
});

export const explodingDepth = runFinding({
  id: "exploding-depth",
  title: t`The gradient or the outputs explode along depth`,
  condition:
    "At the first step ‖∂L/∂h‖ of the first layer with weights is above `ratio` times the last one's, or the outputs' standard deviation grows more than `growth`-fold over at least `layers` layers with weights; and the model does no better than a constant, has not moved, or ended with NaN or ∞, where a fifth of either is enough.",
  thresholds: {
    ratio: { is: 1000, of: t`‖∂L/∂h‖ of the first layer with weights : the last one's, at the first step.` },
    growth: { is: 100, of: t`Growth of the outputs' standard deviation from the first layer to the last.` },
    layers: { is: 4, of: t`Layers with weights that it takes to call it depth.` },
  },
  severity: "error",
  why: t`Where the factors along depth are above 1, the outputs or the gradients of the other end are thousands of times too large for any one learning rate: what is right for the last layers blows the first ones up. A net of many layers with BatchNorm may begin with a ratio of a thousand and train: what tells is that this one does not.`,
  source: {
    title: "He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015",
    url: "https://arxiv.org/abs/1502.01852",
  },
  fixes: ["he-init", "batch-norm", "residual", "lower-rate", "clip-grad-norm"],

  find(evidence, { ratio, growth, layers }) {
    const { loss, weighted, judged, broken } = evidence;
    if (!judged || !(loss.notWell || broken)) return undefined;
    const begin = depthRatio(evidence, evidence.start("delta_norm"));
    const spread = weighted.map((row) => evidence.start("act_std")[row] ?? NaN).filter(Number.isFinite);
    const grown = spread.length > 1 ? Math.max(...spread) / Math.max(spread[0] ?? NaN, 1e-30) : 1;
    // Where numbers that are not finite prove that something exploded, less of a tilt explains it.
    const proof = broken ? PROVEN : 1;
    const gradient = begin > ratio * proof;
    if (!gradient && !(weighted.length >= layers && grown > growth * proof)) return undefined;
    // Outputs grow where blocks repeat; a gradient has grown when it gets to the first layer.
    const blocks = gradient ? 0 : (repetitionOf(evidence.layers)?.groups[0]?.from ?? 0);
    const subject = weighted.find((row) => row >= blocks) ?? 0;
    const last = weighted.at(-1) ?? 0;
    const name = (row: number): string => nameOf(evidence.layers, row);
    const what = gradient
      ? t`The gradient grows on its way back: at the first step ${name(subject)} gets ${partOf(Math.log10(begin))} what ${name(last)} gets`
      : t`The outputs grow ${fold(grown)} from ${name(subject)} to ${name(last)} at the first step`;
    return {
      layer: pathOf(evidence, subject),
      message: t`${what}, and ${stays(loss)}.`,
      figures: { ratio: begin, growth: grown, loss: loss.now, floor: loss.floor },
      related: [pathOf(evidence, last)],
      marks: marksOn(evidence, 1),
    };
  },
});

/** Part of the thresholds that is enough in a run that ended with NaN or ∞. */
const PROVEN = 0.2;

/** The link whose share is farthest from 1; `undefined` where there are not two links to compare. */
export function farthest({ links, shares }: Pick<Evidence, "links" | "shares">): number | undefined {
  if (links.length < 2) return undefined;
  const size = (layer: number): number => Math.abs(shares[layer] ?? 0);
  return links.reduce((a, b) => (size(b) > size(a) ? b : a));
}

/** All rows whose share lies outside of the even ones, on this side. */
function marksOn({ shares }: Evidence, side: 1 | -1): ReadonlyMap<number, Share> {
  const marks = new Map<number, Share>();
  for (const [layer, share] of shares.entries()) {
    if (Math.sign(share) === side && shareOf(share) !== "even") marks.set(layer, shareOf(share));
  }
  return marks;
}

/** `block.0 gets 3·10⁻⁴ of what the head gets` */
export const gets = ({ layers, shares }: Evidence, layer: number): string =>
  t`${nameOf(layers, layer)} gets ${partOf(shares[layer] ?? NaN)} what ${nameOf(layers, layers.length - 1)} gets`;

/** `shrinks 4.2-fold at each block`, with a rate only where it is one. */
export function rateOf({ layers, delta, shares }: Evidence, subject: number): string {
  const share = shares[subject] ?? NaN;
  const isLess = share < 0;
  const blocks = repetitionOf(layers);
  const [first, last] = [blocks?.groups[0], blocks?.groups.at(-1)];
  const [noun, decades, links] =
    blocks && first && last
      ? [
          blocks.noun,
          Math.log10((delta[first.to] ?? NaN) / (delta[last.to] ?? NaN)),
          blocks.groups.length - 1,
        ]
      : [
          t`layer`,
          share,
          chainOf(layers)
            .slice(subject + 1)
            .filter(Boolean).length,
        ];
  const rate = 10 ** (decades / links);
  const steady = Math.sign(decades) === Math.sign(share) && Math.max(rate, 1 / rate) > STEADY;
  if (!steady) return isLess ? t`shrinks on its way back` : t`grows on its way back`;
  return isLess ? t`shrinks ${fold(rate)} at each ${noun}` : t`grows ${fold(rate)} at each ${noun}`;
}
