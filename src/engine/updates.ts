import { clipCoefficient, summedNorm, totalNorm } from "./clipping.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { HYPER, type Machine, rowOf } from "./machine.ts";
import type { RowSums } from "./plan.ts";
import { schedulers, type Settings } from "./schedulers/index.ts";

/** What clipping found and did, and the learning rate of the step. */
export interface UpdateFigures {
  readonly lr: number;
  readonly grad_norm: number;
  readonly clip_coef: number;
}

/**
 * Writes the numbers of step `step` (from 1) for the optimizer's kernel: the schedule's learning rate and momentum, and
 * what clipping makes of the gradients, in PyTorch's order: by norm, then by value.
 */
export function prepareUpdate(
  machine: Machine,
  kernels: Kernels,
  rows: readonly RowSums[],
  step: number,
): UpdateFigures {
  const { spec, optimizer, layout, memory } = machine;
  const d = memory.doubles;
  const clip = spec.clip_grad_norm;
  const p = clip?.norm_type ?? 2;
  const free = p === 2 || p === Infinity;
  const grad_norm = free ? totalNorm(rows, d, p) : summedNorm(kernels, d, layout.segments, p, HYPER);
  const clip_coef = clip ? clipCoefficient(clip.max_norm, grad_norm) : 1;
  const { lr, momentum } = settingsAt(machine, step);
  const settings = { lr, step, ...(momentum !== undefined && { momentum }) };
  d[HYPER] = clip_coef;
  d[HYPER + 1] = spec.clip_grad_value ?? Infinity;
  d.set(optimizer.hyper(spec.optimizer.params, settings), HYPER + 2);
  return { lr, grad_norm, clip_coef };
}

/** What the schedule says of step `step`, from 1. */
function settingsAt({ spec, optimizer }: Machine, step: number): Settings {
  const base_lr = Number(spec.optimizer.params["lr"]);
  if (!spec.lr_scheduler) return { lr: base_lr };
  const momentum = optimizer.momentum?.(spec.optimizer.params) !== undefined;
  const context = { base_lr, steps: spec.train.steps, momentum };
  return rowOf(schedulers, spec.lr_scheduler).at(spec.lr_scheduler.params, context, step - 1);
}
