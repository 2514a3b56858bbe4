import type { RunInfo } from "../../protocol/run.ts";
import { taken } from "./fields.ts";

/** The settings of an optimizer that a model file takes. */
export const OPTIMIZERS: Readonly<Record<string, readonly string[]>> = {
  SGD: ["lr", "momentum", "dampening", "weight_decay", "nesterov"],
  Adam: ["lr", "betas", "eps", "weight_decay", "amsgrad"],
  AdamW: ["lr", "betas", "eps", "weight_decay", "amsgrad"],
  RMSprop: ["lr", "alpha", "eps", "weight_decay", "momentum", "centered"],
  Adagrad: ["lr", "lr_decay", "weight_decay", "eps"],
};

/** The losses that a model file takes. */
export const LOSSES: ReadonlySet<string> = new Set([
  ...["MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss", "BCELoss", "BCEWithLogitsLoss"],
  ...["CrossEntropyLoss", "NLLLoss"],
]);

/** The loss, the optimizer and the clipping, as far as the run tells them, and what it does not. */
export function trainingOf({ watched }: RunInfo): {
  readonly lines: readonly string[];
  readonly isWhole: boolean;
} {
  const [made] = watched?.optimizers.length === 1 ? watched.optimizers : [];
  const type = String(made?.["type"]);
  const takes = Object.hasOwn(OPTIMIZERS, type) ? OPTIMIZERS[type] : undefined;
  const optimizer = made && takes !== undefined ? { type, ...taken(made, takes) } : undefined;
  const loss = watched?.loss !== undefined && LOSSES.has(watched.loss) ? watched.loss : undefined;
  const clip = watched?.clip_grad_norm ?? NaN;
  const lines = [
    `"loss": ${JSON.stringify(loss ?? "MSELoss")},`,
    `"optimizer": ${JSON.stringify(optimizer ?? { type: "SGD", lr: 0.01 })},`,
    ...(clip > 0 && Number.isFinite(clip) ? [`"clip_grad_norm": ${clip},`] : []),
  ];
  return { lines, isWhole: optimizer !== undefined && loss !== undefined };
}
