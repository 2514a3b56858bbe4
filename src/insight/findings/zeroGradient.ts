import { t } from "../../l10n/translate.ts";
import { spoken } from "../chain.ts";
import type { Share } from "../share.ts";
import { pathOf } from "./evidence.ts";
import { runFinding, type Evidence } from "./finding.ts";

export const zeroGradient = runFinding({
  id: "zero-gradient",
  title: t`A gradient of exactly 0`,
  condition:
    "∂L/∂h of a layer is exactly 0 over the last steps, or the norm of all gradients is; an error unless the model is trained or does well without that layer.",
  severity: "error",
  why: t`A gradient of exactly 0 is not a small one: something lets nothing through, and what lies before it never learns. No rate and no initialisation scale helps, since 0 times anything is 0.`,
  source: {
    title: "Lu, Shin, Su, Karniadakis: Dying ReLU and initialization, 2019",
    url: "https://arxiv.org/abs/1903.06733",
  },
  fixes: ["default-init", "leaky-relu", "he-init"],

  find(evidence) {
    const { shares, links, loss, silent, judged, layers } = evidence;
    const zero = links.findLast((layer) => shares[layer] === -Infinity);
    const isHarmless = loss.trained || !(loss.bad || !judged);
    if (zero === undefined) {
      if (!silent || !judged) return undefined;
      const first = evidence.weighted[0] ?? 0;
      return {
        layer: pathOf(evidence, first),
        message: t`No weight moves: the gradient of all weights is exactly 0.`,
        figures: { grad_norm: 0 },
        ...(isHarmless && { severity: "info" as const, marks: new Map<number, Share>() }),
      };
    }
    const marks = zeros(evidence);
    const culprit = links.find((layer) => layer > zero);
    const severity = isHarmless || !judged ? "warning" : "error";
    if (culprit === undefined) {
      // A loss that is next to nothing may send nothing back: there is nothing left to learn.
      const trained = loss.trained || (evidence.course.training === "trains" && !loss.bad);
      return {
        layer: pathOf(evidence, zero),
        message: t`The loss sends no gradient back: ∂L/∂h is exactly 0 at every layer.`,
        figures: { rows: layers.length },
        marks: trained ? new Map<number, Share>() : marks,
        severity: trained ? "info" : severity,
      };
    }
    return {
      layer: pathOf(evidence, culprit),
      message: t`No gradient gets through ${spoken(pathOf(evidence, culprit))}: ∂L/∂h is exactly 0 at ${spoken(pathOf(evidence, zero))}.`,
      figures: { rows: marks.size },
      marks,
      severity,
    };
  },
});

const zeros = ({ shares }: Evidence): ReadonlyMap<number, Share> =>
  new Map(
    [...shares.entries()].flatMap(([layer, share]) =>
      share === -Infinity ? [[layer, "vanishing3"] as const] : [],
    ),
  );
