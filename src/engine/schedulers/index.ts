import { t } from "../../l10n/translate.ts";
import {
  choice,
  integer,
  number,
  optional,
  boolean,
  type Declared,
  type Params,
  type Values,
} from "../params.ts";
import { torchCall, type TorchCall } from "../torch.ts";

/** What a schedule knows of the run. */
export interface ScheduleContext {
  readonly base_lr: number;
  readonly steps: number;
  /** The optimizer has a momentum that can be cycled. */
  readonly momentum: boolean;
}

/** A schedule of `torch.optim.lr_scheduler`, stepped once a training step: one row of the table. */
export interface SchedulerType<P extends Params = Params> extends Declared<P> {
  /** The learning rate after `t` calls of `scheduler.step()`: that of training step t + 1. */
  lr(params: Values<P>, context: ScheduleContext, t: number): number;
  /** The momentum then, where the optimizer has one; `undefined`: the optimizer's own. */
  momentum?(params: Values<P>, context: ScheduleContext, t: number): number | undefined;
  check?(params: Values<P>, context: ScheduleContext): string | undefined;
  /** As PyTorch has it, but for the optimizer, which is the first argument. */
  torch(params: Values<P>, context: ScheduleContext): TorchCall;
}

const scheduler = <const P extends Params>(type: SchedulerType<P>): SchedulerType => type;

const cosine = (from: number, to: number, share: number): number =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
const straight = (from: number, to: number, share: number): number => from + (to - from) * share;

interface Cycle {
  readonly total_steps?: number | undefined;
  readonly pct_start: number;
  readonly anneal_strategy: string;
  readonly three_phase: boolean;
}

/** `OneCycleLR` after `t` steps: from `first` to `peak`, on to `second`, and with three phases from there to `last`. */
function cycle(
  { total_steps, pct_start, anneal_strategy, three_phase }: Cycle,
  steps: number,
  t: number,
  first: number,
  peak: number,
  second: number,
  last: number,
): number {
  const total = total_steps ?? steps;
  const top = pct_start * total - 1;
  const between = anneal_strategy === "cos" ? cosine : straight;
  const at = Math.min(t, total - 1);
  if (at <= top) return between(first, peak, at / top);
  if (three_phase && at > 2 * top) return between(second, last, (at - 2 * top) / (total - 1 - 2 * top));
  const end = three_phase ? 2 * top : total - 1;
  return between(peak, second, (at - top) / (end - top));
}

/** Every schedule, by the name of the PyTorch class. */
export const schedulers = {
  StepLR: scheduler({
    doc: "Multiplies the learning rate by `gamma` every `step_size` steps.",
    params: {
      step_size: integer("Steps between two changes.", { min: 1 }),
      gamma: number("Factor of each change.", { min: 0 }, 0.1),
    },
    lr: ({ step_size, gamma }, { base_lr }, t) => base_lr * gamma ** Math.floor(t / step_size),
    torch: (params) => torchCall("torch.optim.lr_scheduler.StepLR", [], params),
  }),

  ExponentialLR: scheduler({
    doc: "Multiplies the learning rate by `gamma` at every step.",
    params: { gamma: number("Factor of each step.", { min: 0 }) },
    lr: ({ gamma }, { base_lr }, t) => base_lr * gamma ** t,
    torch: (params) => torchCall("torch.optim.lr_scheduler.ExponentialLR", [], params),
  }),

  CosineAnnealingLR: scheduler({
    doc: "Half a cosine from the learning rate down to `eta_min` in `T_max` steps, and up again (Loshchilov & Hutter, SGDR, 2017).",
    params: {
      T_max: integer("Steps of half a period.", { min: 1 }),
      eta_min: number("The smallest learning rate.", { min: 0 }, 0),
    },
    // The first is the optimizer's own, of which a large eta_min would leave no digit.
    lr: ({ T_max, eta_min }, { base_lr }, t) => (t === 0 ? base_lr : cosine(base_lr, eta_min, t / T_max)),
    torch: (params) => torchCall("torch.optim.lr_scheduler.CosineAnnealingLR", [], params),
  }),

  LinearLR: scheduler({
    doc: "Changes the learning rate linearly from `start_factor` to `end_factor` of it in `total_iters` steps.",
    params: {
      start_factor: number("Factor of the first step.", { above: 0, max: 1 }, 1 / 3),
      end_factor: number("Factor from step `total_iters` on.", { min: 0, max: 1 }, 1),
      total_iters: integer("Steps from the first factor to the last.", { min: 1 }, 5),
    },
    // PyTorch multiplies each rate by a factor to get the next.
    check: ({ start_factor, end_factor, total_iters }) =>
      Number.isFinite((end_factor - start_factor) / (total_iters * start_factor))
        ? undefined
        : t`start_factor ${start_factor} is so close to 0 that no factor leads on from it`,
    lr: ({ start_factor, end_factor, total_iters }, { base_lr }, t) =>
      base_lr * straight(start_factor, end_factor, Math.min(1, t / total_iters)),
    torch: (params) => torchCall("torch.optim.lr_scheduler.LinearLR", [], params),
  }),

  OneCycleLR: scheduler({
    doc: "Up to `max_lr` and down again in one cycle, the momentum the other way round (Smith & Topin, Super-Convergence, 2018).",
    params: {
      max_lr: number("The greatest learning rate.", { above: 0 }),
      total_steps: optional(integer("Steps of the cycle; default: those of the run.", { min: 1 })),
      pct_start: number("Share of the cycle that goes up.", { min: 0, max: 1 }, 0.3),
      anneal_strategy: choice("Shape of the way up and down.", ["cos", "linear"], "cos"),
      cycle_momentum: boolean("Cycle the momentum (or β₁) too, where the optimizer has one.", true),
      base_momentum: number("The smallest momentum.", { min: 0, max: 1 }, 0.85),
      max_momentum: number("The greatest momentum.", { min: 0, max: 1 }, 0.95),
      div_factor: number("max_lr divided by the first learning rate.", { above: 0 }, 25),
      final_div_factor: number("The first learning rate divided by the last.", { above: 0 }, 1e4),
      three_phase: boolean("A third phase takes the learning rate from the first to the last.", false),
    },
    lr(params, { steps }, t) {
      const { max_lr, div_factor, final_div_factor } = params;
      const first = max_lr / div_factor;
      const end = params.three_phase ? first : first / final_div_factor;
      return cycle(params, steps, t, first, max_lr, end, first / final_div_factor);
    },
    momentum(params, { steps, momentum }, t) {
      const { cycle_momentum, base_momentum: low, max_momentum: high } = params;
      return cycle_momentum && momentum ? cycle(params, steps, t, high, low, high, high) : undefined;
    },
    check({ total_steps, pct_start, three_phase }, { steps }) {
      if (total_steps !== undefined && total_steps < steps) {
        return t`total_steps is ${total_steps}, but the run makes ${steps} steps`;
      }
      const total = total_steps ?? steps;
      const peak = pct_start * total - 1;
      if (peak === 0) {
        return t`pct_start ${pct_start} of ${total} steps goes up in no time: the first step is the peak`;
      }
      // PyTorch divides by the length of the last phase in the call after the last step.
      return total === steps && (three_phase ? 2 * peak : peak) === total - 1
        ? t`pct_start ${pct_start} of ${total} steps comes down in no time: the last step ends the phase before the last`
        : undefined;
    },
    torch: (params, { steps, momentum }) =>
      torchCall("torch.optim.lr_scheduler.OneCycleLR", [], {
        ...params,
        total_steps: params.total_steps ?? steps,
        cycle_momentum: params.cycle_momentum && momentum,
      }),
  }),
} satisfies Record<string, SchedulerType>;
