import { t } from "../../l10n/translate.ts";
import { choiceOf, type Draft, type Fields, without } from "./draft.ts";
import { isSame } from "./difference.ts";
import type { Case, Changed, FixType } from "./fix.ts";
import { rounded } from "./words.ts";

const rateOf = ({ spec }: Pick<Case, "spec">): number => Number(spec.optimizer.params.lr);

const withOptimizer = (draft: Draft, fields: Fields): Draft => ({ ...draft, optimizer: fields });

/** The optimizer as it is written, as an object. */
const written = ({ draft, spec }: Case): Fields => choiceOf(draft.optimizer) ?? { type: spec.optimizer.type };

export const exactRate =
  (rate: number): FixType =>
  (patient) =>
    withRate(patient, rate);

/** So many times the rate. */
export const scaledRate =
  (factor: number): FixType =>
  (patient) =>
    withRate(patient, rateOf(patient) * factor);

/** Another rate, and nothing else: a schedule stays, since it scales the rate. */
function withRate(patient: Case, rate: number): Changed | undefined {
  const before = rateOf(patient);
  const lr = rounded(rate);
  if (!(lr > 0) || lr === before) return undefined;
  return {
    title:
      lr < before
        ? t`Lower the learning rate from ${before} to ${lr}`
        : t`Raise the learning rate from ${before} to ${lr}`,
    draft: withOptimizer(patient.draft, { ...written(patient), lr }),
  };
}

/** The update : weight ratio that a rate is set to where a finding tells the one that it has now (Karpathy: near 10⁻³). */
const UPDATE = 1e-2;

/** A power of ten by which the rate is wrong, at least one. */
const decades = (ratio: number | undefined): number =>
  ratio === undefined || !(ratio > 0) || !Number.isFinite(ratio)
    ? 1
    : Math.max(1, Math.ceil(Math.log10(ratio)));

export const lowerRate: FixType = (patient) => {
  const { update } = patient.cause.figures ?? {};
  const off = update === undefined ? 1 : decades(update / UPDATE);
  return withRate(patient, rateOf(patient) / 10 ** Math.min(off, 3));
};

/** Σ of the update ratios over a run in which a layer has moved. */
const MOVED = 0.5;

export const raiseRate: FixType = (patient) => {
  const { moved } = patient.cause.figures ?? {};
  const off = moved === undefined ? 1 : decades(MOVED / moved);
  return withRate(patient, rateOf(patient) * 10 ** Math.min(off, 6));
};

/** PyTorch's eps, and one that lies below gradients of 10⁻¹². */
const [EPS, TINY_EPS] = [1e-8, 1e-14] as const;

/** The rate with which most models learn under Adam. */
const ADAM_RATE = 3e-3;

/**
 * Adam with this rate. A schedule was made for the other rate, and goes; so do averages and an eps that are not PyTorch's own,
 * unless that is a smaller one.
 */
export const adamAt =
  (lr: number): FixType =>
  ({ draft, spec }) => {
    const { type, params } = spec.optimizer;
    if (type !== "Adam" && type !== "AdamW") {
      const title = t`Replace ${type} by Adam with a learning rate of ${lr}`;
      return { title, draft: without(withOptimizer(draft, { type: "Adam", lr }), "lr_scheduler") };
    }
    const odd = ["betas", ...(Number(params.eps) > EPS ? ["eps"] : [])];
    const before = choiceOf(draft.optimizer) ?? { type };
    const fields = { ...without(before, ...odd), lr };
    if (isSame(before, fields) && !spec.lr_scheduler) return undefined;
    const how = odd.some((name) => name in before) ? t`, and what else it has to PyTorch's` : "";
    const title = t`Set ${type}'s learning rate to ${lr}${how}`;
    return { title, draft: without(withOptimizer(draft, fields), "lr_scheduler") };
  };

export const adam = adamAt(ADAM_RATE);

export const eps: FixType = (patient) => {
  const before = patient.spec.optimizer.params.eps;
  if (typeof before !== "number" || before <= TINY_EPS) return undefined;
  const fields = written(patient);
  const isDefault = before > EPS;
  return {
    title: t`Lower eps from ${before} to ${isDefault ? EPS : TINY_EPS}`,
    draft: withOptimizer(patient.draft, isDefault ? without(fields, "eps") : { ...fields, eps: TINY_EPS }),
  };
};

export const noWeightDecay: FixType = (patient) => {
  const before = patient.spec.optimizer.params.weight_decay;
  if (typeof before !== "number" || before === 0) return undefined;
  const fields = written(patient);
  return {
    title: t`Leave out the weight decay of ${before}`,
    draft: withOptimizer(
      patient.draft,
      patient.spec.optimizer.type === "AdamW"
        ? { ...fields, weight_decay: 0 }
        : without(fields, "weight_decay"),
    ),
  };
};

export const noSchedule: FixType = ({ draft, spec }) =>
  spec.lr_scheduler && {
    title: t`Keep the learning rate as it is, without ${spec.lr_scheduler.type}`,
    draft: without(draft, "lr_scheduler"),
  };

/** `clip_grad_norm` with the norm that nine of ten steps stay below, as the run has it; 1 where nobody knows. */
export const clipGradNorm: FixType = ({ draft, spec, cause }) => {
  const { typical_norm = 1 } = cause.figures ?? {};
  if (!(typical_norm > 0) || !Number.isFinite(typical_norm)) return undefined;
  const max_norm = rounded(typical_norm);
  if (spec.clip_grad_norm?.max_norm === max_norm) return undefined;
  const before = choiceOf(draft.clip_grad_norm);
  const title = spec.clip_grad_norm
    ? t`Clip the gradient to a norm of ${max_norm} instead of ${spec.clip_grad_norm.max_norm}`
    : t`Clip the gradient to a norm of ${max_norm}`;
  return { title, draft: { ...draft, clip_grad_norm: before ? { ...before, max_norm } : max_norm } };
};

export const noClip: FixType = ({ draft, spec }) =>
  spec.clip_grad_norm || spec.clip_grad_value !== undefined
    ? { title: t`Leave the gradient unclipped`, draft: without(draft, "clip_grad_norm", "clip_grad_value") }
    : undefined;
