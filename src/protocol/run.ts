import type { DeclaredModel } from "./declaredModel.ts";
import type { Stat } from "./frame.ts";

/** A parameter of a layer, as `state_dict` names and shapes it. */
export interface ParameterInfo {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A row of every frame: a leaf layer, or a `Residual` block (after its content). */
export interface LayerInfo {
  /** Names joined by dots, as in a `state_dict`. */
  readonly path: string;
  readonly type: string;
  readonly parameters: readonly ParameterInfo[];
  /** Shape of one sample's output, without the batch. */
  readonly output_shape: readonly number[];
  /** The columns that it has; the others are NaN in every frame, and absent where frames are written. */
  readonly stats: readonly Stat[];
  /** Number of time steps of `time_delta_norm`; absent where the layer is not recurrent. */
  readonly time?: number;
}

/** What is known of a run before its first step. */
export interface RunInfo {
  readonly model: string;
  readonly seed: number;
  /** Number of trainable values. */
  readonly parameters: number;
  /** Steps that the run will make; absent where nobody knows. */
  readonly steps?: number;
  /** Rows of every frame, in order of definition. */
  readonly layers: readonly LayerInfo[];
  /** Histograms are taken at every n-th step. */
  readonly hist_every: number;
  /** What computes: `"scalar"` or `"wasm"`, with the number of threads. */
  readonly engine: string;
  /** The model as its file declares it; absent where nobody has the file. */
  readonly declared?: DeclaredModel;
}

/** How a run ended. */
export type RunEnd =
  | { readonly reason: "completed" | "stopped"; readonly steps: number; readonly elapsed_ms: number }
  | {
      readonly reason: "non_finite";
      readonly steps: number;
      readonly elapsed_ms: number;
      /** Where a NaN or ±∞ appeared first. `layer` is `"loss"` where every layer's output is finite but the loss is not. */
      readonly layer: string;
      readonly where: "activation" | "gradient" | "weight";
    }
  | {
      readonly reason: "failed";
      readonly steps: number;
      readonly elapsed_ms: number;
      readonly message: string;
    };
