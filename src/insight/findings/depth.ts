import { repetitionOf, chainOf, nameOf } from "../chain.ts";
import { fold } from "../format.ts";
import { partOf, shareOf, type Share } from "../share.ts";
import type { Evidence, FindingType, Found } from "./finding.ts";

/** A ratio this close to 1 per block is not worth naming. */
const STEADY = 1.02;

export const vanishingDepth: FindingType = {
  id: "vanishing-depth",
  why: "The first layers get too little of the gradient to learn, and the loss does not fall: a small share alone is no fault.",
  find: (evidence) => alongDepth(evidence, -1),
};

export const explodingDepth: FindingType = {
  id: "exploding-depth",
  why: "The first layers get so much of the gradient that a step overshoots, and the loss does not fall: a large share alone is no fault.",
  find: (evidence) => alongDepth(evidence, 1),
};

/** The link whose share is farthest from 1; `undefined` where there are not two links to compare. */
export function farthest({ links, shares }: Evidence): number | undefined {
  if (links.length < 2) return undefined;
  const size = (layer: number): number => Math.abs(shares[layer] ?? 0);
  return links.reduce((a, b) => (size(b) > size(a) ? b : a));
}

/** Holds where the farthest share lies on this side of 1, and the loss has had its time and does not fall. */
function alongDepth(evidence: Evidence, side: 1 | -1): Found | undefined {
  const { shares, layers, course } = evidence;
  const subject = farthest(evidence);
  const share = shares[subject ?? -1] ?? 0;
  if (subject === undefined || course.training !== "stuck") return undefined;
  if (Math.sign(share) !== side || !Number.isFinite(share) || shareOf(share) === "even") return undefined;
  const isSerious = shareOf(share) !== (side < 0 ? "vanishing1" : "exploding1");
  return {
    severity: isSerious ? "warning" : "info",
    message: `The gradient ${rateOf(evidence, subject)}: ${gets(evidence, subject)}.`,
    layer: layers[subject]?.path ?? "",
    marks: marksOn(evidence, side),
  };
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
  `${nameOf(layers, layer)} gets ${partOf(shares[layer] ?? NaN)} what ${nameOf(layers, layers.length - 1)} gets`;

/** `shrinks 4.2-fold at each block`, with a rate only where it is one. */
export function rateOf({ layers, delta, shares }: Evidence, subject: number): string {
  const share = shares[subject] ?? NaN;
  const verb = share < 0 ? "shrinks" : "grows";
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
          "layer",
          share,
          chainOf(layers)
            .slice(subject + 1)
            .filter(Boolean).length,
        ];
  const rate = 10 ** (decades / links);
  const steady = Math.sign(decades) === Math.sign(share) && Math.max(rate, 1 / rate) > STEADY;
  return steady ? `${verb} ${fold(rate)} at each ${noun}` : `${verb} on its way back`;
}
