import { spoken } from "../chain.ts";
import type { Share } from "../share.ts";
import type { Evidence, FindingType } from "./finding.ts";

export const zeroGradient: FindingType = {
  id: "zero-gradient",
  why: "A gradient of exactly 0 is not a small one: something lets nothing through, and what lies before it never learns.",

  find(evidence) {
    const { layers, shares, links, course } = evidence;
    const zero = links.findLast((layer) => shares[layer] === -Infinity);
    if (zero === undefined) return undefined;
    const pathOf = (layer: number): string => layers[layer]?.path ?? "";
    const marks = zeros(evidence);
    const culprit = links.find((layer) => layer > zero);
    if (culprit === undefined) {
      // A loss that is next to nothing may send nothing back: there is nothing left to learn.
      const trained = course.training === "trains";
      return {
        severity: trained ? "info" : "warning",
        layer: pathOf(zero),
        message: "The loss sends no gradient back: ∂L/∂h is exactly 0 at every layer.",
        marks: trained ? new Map<number, Share>() : marks,
      };
    }
    const layer = pathOf(culprit);
    return {
      severity: "warning",
      layer,
      message: `No gradient gets through ${spoken(layer)}: ∂L/∂h is exactly 0 at ${spoken(pathOf(zero))}.`,
      marks,
    };
  },
};

const zeros = ({ shares }: Evidence): ReadonlyMap<number, Share> =>
  new Map(
    [...shares.entries()].flatMap(([layer, share]) =>
      share === -Infinity ? [[layer, "vanishing3"] as const] : [],
    ),
  );
