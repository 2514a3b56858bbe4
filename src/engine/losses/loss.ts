import type { TargetKind } from "../data/data.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Declared, Params, Values } from "../params.ts";
import type { Shape, Tensor } from "../tensor.ts";
import type { TorchCall } from "../torch.ts";

export interface LossPlaces {
  /** The model's output, with the batch in front. */
  readonly x: Tensor;
  readonly batch: number;
  readonly target: number;
  /** Where ∂loss/∂x goes. */
  readonly dx: number;
  /** `doubles`: the loss, then the number of right answers. */
  readonly out: number;
}

export type LossCall = (k: Kernels, places: LossPlaces) => void;

/** A loss with `reduction="mean"`: one row of the table. */
export interface LossType<P extends Params = Params> extends Declared<P> {
  readonly targets: TargetKind;
  /** Why it cannot take an output of this shape; `undefined` when it can. */
  check?(output: Shape): string | undefined;
  record(k: Kernels, places: LossPlaces, params: Values<P>): void;
  /**
   * The least loss that a prediction can have which is the same for every sample. `targets`: those of one output, or the classes at
   * one place of a sequence, of all samples; they may be put in another order. `classes`: how many there are to choose from.
   */
  floor(targets: Float32Array, params: Values<P>, classes: number): number;
  /** As PyTorch has it: `nn.HuberLoss(delta=0.7)`. */
  torch(params: Values<P>): TorchCall;
}

export const loss = <const P extends Params>(type: LossType<P>): LossType => type;

/** Shape of one sample's target. Classes: one id, or one a place of a sequence of class scores. */
export const targetShape = (kind: TargetKind, output: Shape): Shape =>
  kind === "class" ? output.slice(0, -1) : output;

/** Number of answers in a batch, of which the loss counts the right ones. */
export const answersOf = (kind: TargetKind, output: Shape, batch: number): number =>
  targetShape(kind, output).reduce((product, n) => product * n, batch);
