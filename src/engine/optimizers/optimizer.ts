import type { Kernels } from "../kernels/kernels.ts";
import type { Declared, Params, Values } from "../params.ts";
import type { TorchCall } from "../torch.ts";

export interface UpdatePlaces {
  readonly n: number;
  readonly theta: number;
  readonly grad: number;
  /** Places of the state, in the order of `OptimizerType.state`. */
  readonly state: readonly number[];
  /** `doubles`: clipping's scale and limit, then what `hyper` gives. */
  readonly hyper: number;
  /** `doubles`: Σ of the squared changes. */
  readonly out: number;
}

/** What a schedule may change, and the number of the step, from 1. */
export interface StepSettings {
  readonly lr: number;
  /** Momentum (SGD, RMSprop) or β₁ (Adam), where the schedule cycles it. */
  readonly momentum?: number | undefined;
  readonly step: number;
}

/** An optimizer of `torch.optim`: one row of the table. */
export interface OptimizerType<P extends Params = Params> extends Declared<P> {
  /** What it remembers of every parameter, all 0 at first. */
  state(params: Values<P>): readonly string[];
  /** Writes the numbers that its kernel reads at a step, after clipping's two, to `d` from `at` on. */
  hyper(params: Values<P>, settings: StepSettings, d: Float64Array, at: number): void;
  record(k: Kernels, places: UpdatePlaces, params: Values<P>): void;
  /** Why PyTorch refuses these parameters together. */
  check?(params: Values<P>): string | undefined;
  /** The momentum that `OneCycleLR` may cycle; `undefined`: it has none. */
  momentum?(params: Values<P>): number | undefined;
  /** As PyTorch has it, but for what it optimizes, which is the first argument: `torch.optim.SGD(…, lr=0.1)`. */
  torch(params: Values<P>): TorchCall;
}

export const optimizer = <const P extends Params>(type: OptimizerType<P>): OptimizerType => type;
