import { t } from "../../l10n/translate.ts";
import { spoken } from "../chain.ts";
import { figure } from "../format.ts";
import { pathOf } from "./evidence.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { offsetOf } from "./static/dataScale.ts";
import { stays } from "./words.ts";

/** Layers whose units' weights are compared. */
const COMPARED: ReadonlySet<string> = new Set(["Linear", "Conv1d", "Conv2d"]);

/** Part of the best constant's loss above which a run that rests has not got over its beginning. */
const HIGH = 0.75;

/** Targets that lie farther from 0, in standard deviations, make any first loss large. */
const OFFSET = 3;

/** So many times beyond its threshold a norm tells in the first steps already. */
const CLEAR = 2;

export const poorInit = runFinding({
  id: "poor-init",
  title: t`Poor initialisation`,
  condition:
    "The loss of the first step is above `loss` times that of the best constant (unless the targets lie far from 0), or the norm of a unit's weights, ‖θ‖ / √out, is below `small` or above `large` in at least half of the layers; and the model does not do well. The norms are a warning in the first half of a run, up to step 200, unless they are twice as far off, or the loss is worse than a constant's.",
  thresholds: {
    loss: { is: 10, of: t`The first loss is so many times that of the best constant prediction.` },
    small: { is: 0.2, of: t`Norm of a unit's weights, below which half of the layers begin.` },
    large: { is: 3, of: t`Norm of a unit's weights, above which half of the layers begin.` },
  },
  severity: "error",
  why: t`The scale of the first weights decides whether anything gets through: too small, and outputs and gradients shrink from layer to layer; too large, and the first loss is far above what a constant would cost, activations saturate and the first updates are huge. Any scale is fine where the model trains.`,
  source: {
    title: "He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015",
    url: "https://arxiv.org/abs/1502.01852",
  },
  fixes: ["default-init", "he-init", "xavier-init", "batch-norm"],

  find(evidence, { loss: times, small, large }) {
    const { loss, judged, broken, early, data } = evidence;
    if (!judged || !(loss.notWell || broken || (loss.bad && loss.relative > HIGH))) return undefined;
    const first = evidence.history.first[0]?.loss ?? NaN;
    const isFar = data !== undefined && offsetOf(data) > OFFSET;
    const norms = unitNorms(evidence);
    const beyond = (is: (norm: number) => boolean) => {
      const rows = norms.filter(({ norm }) => is(norm));
      return rows.length > 0 && rows.length * 2 >= norms.length ? rows : undefined;
    };
    const compared = { first_loss: first, floor: loss.floor };
    if (!isFar && loss.floor > 0 && !(first <= times * loss.floor)) {
      const row = norms.toSorted((a, b) => b.norm - a.norm)[0]?.row ?? evidence.weighted[0] ?? 0;
      const floor = figure(loss.floor, 3);
      return {
        layer: pathOf(evidence, row),
        message: Number.isFinite(first)
          ? t`The first loss is ${figure(first, 3)}, ${figure(first / loss.floor)} times what predicting the mean alone would give (${floor}): the weights begin too large.`
          : t`The first loss is not finite, instead of what predicting the mean alone would give (${floor}): the weights begin too large.`,
        figures: { ...compared, unit_norm: norms.find((one) => one.row === row)?.norm ?? NaN },
      };
    }
    if (!loss.notWell && !broken) return undefined;
    const few = beyond((norm) => norm < small);
    const many = few ? undefined : beyond((norm) => norm > large);
    const worst = few ?? many;
    const extreme = worst?.toSorted((a, b) => (few ? a.norm - b.norm : b.norm - a.norm))[0];
    if (!worst || !extreme) return undefined;
    const subject = worst[0] ?? extreme;
    const isClear = beyond((norm) => (few ? norm * CLEAR < small : norm > CLEAR * large)) !== undefined;
    return {
      layer: pathOf(evidence, subject.row),
      message: t`The weights of a unit of ${spoken(pathOf(evidence, subject.row))} begin with a norm of ${figure(subject.norm)}, ${few ? t`too small` : t`too large`} for anything to get through, and ${stays(loss)}.`,
      figures: { ...compared, unit_norm: subject.norm, extreme_unit_norm: extreme.norm, loss: loss.now },
      related: worst.slice(1).map(({ row }) => pathOf(evidence, row)),
      // Any scale is fine where the model trains, and at its beginning this one may.
      ...(early && !broken && !loss.worse && !isClear && { severity: "warning" as const }),
    };
  },
});

/** ‖θ‖ / √out of every layer that multiplies by a matrix, at the first step. */
export function unitNorms(evidence: Evidence): readonly { readonly row: number; readonly norm: number }[] {
  const start = evidence.start("weight_norm");
  return evidence.weighted.flatMap((row) => {
    const { type = "", parameters = [] } = evidence.layers[row] ?? {};
    const out = parameters[0]?.shape[0] ?? 1;
    const norm = (start[row] ?? NaN) / Math.sqrt(out);
    return COMPARED.has(type) && Number.isFinite(norm) ? [{ row, norm }] : [];
  });
}
