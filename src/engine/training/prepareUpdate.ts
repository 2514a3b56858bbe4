import { clipCoefficient, summedNorm, totalNorm } from "./clipping.ts";
import type { LayerSums } from "../statistics/layerSums.ts";
import { HYPER, type CompiledModel, entryOf } from "../runtime/compiledModel.ts";
import { type SchedulerType, schedulers } from "../schedulers/index.ts";

/** What clipping found and did, and the learning rate of the step. */
export interface UpdateFigures {
  lr: number;
  grad_norm: number;
  clip_coef: number;
}

/**
 * Writes the numbers of step `step` (from 1) for the optimizer's kernel: the schedule's learning rate and momentum, and
 * what clipping makes of the gradients, in PyTorch's order: by norm, then by value. Writes what it found to `figures`.
 */
export type PrepareUpdate = (layers: readonly LayerSums[], step: number, figures: UpdateFigures) => void;

export function updater({
  spec,
  optimizer,
  layout,
  memory,
  kernels,
  hasStatistics,
}: CompiledModel): PrepareUpdate {
  const d = memory.doubles;
  const clip = spec.clip_grad_norm;
  const p = clip?.norm_type ?? 2;
  const free = p === 2 || p === Infinity;
  const known = hasStatistics || clip !== undefined;
  const { params } = spec.optimizer;
  const base_lr = Number(params["lr"]);
  const schedule = spec.lr_scheduler && scheduled(spec.lr_scheduler);
  const context = { base_lr, steps: spec.train.steps, momentum: optimizer.momentum?.(params) !== undefined };
  const settings: { lr: number; momentum: number | undefined; step: number } = {
    lr: base_lr,
    momentum: undefined,
    step: 0,
  };

  return (layers, step, figures) => {
    settings.step = step;
    if (schedule) {
      settings.lr = schedule.type.lr(schedule.params, context, step - 1);
      settings.momentum = schedule.type.momentum?.(schedule.params, context, step - 1);
    }
    const norm = free ? totalNorm(layers, d, p) : summedNorm(kernels, d, layout.segments, p, HYPER);
    const coefficient = clip ? clipCoefficient(clip.max_norm, norm) : 1;
    d[HYPER] = coefficient;
    d[HYPER + 1] = spec.clip_grad_value ?? Infinity;
    optimizer.hyper(params, settings, d, HYPER + 2);
    figures.lr = settings.lr;
    figures.grad_norm = known ? norm : NaN;
    figures.clip_coef = coefficient;
  };
}

const scheduled = (choice: NonNullable<CompiledModel["spec"]["lr_scheduler"]>) => ({
  type: entryOf<SchedulerType>(schedulers, choice),
  params: choice.params,
});
