import type { DeclaredModel } from "./declaredModel.ts";
import type { Stat } from "./frame.ts";
import type { RuleSettings } from "./rules.ts";

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
  /** The call that made it, of a layer of somebody's program. */
  readonly where?: Where;
  /** What a layer of somebody's program was made with, by PyTorch's names, but for defaults; absent where nobody says. */
  readonly arguments?: Arguments;
}

/** What a module or an optimizer of PyTorch was made with. */
export type Arguments = Readonly<Record<string, Argument>>;
export type Argument = boolean | number | string | readonly (boolean | number)[];

/** A line of a program, counted from 1. */
export interface ProgramLine {
  /** As seen from the folder that the run lies in, or an absolute path, or what Python calls it. */
  readonly file: string;
  readonly line: number;
}

/** The lines of a call, and the other lines that were running then, innermost first. */
export interface Where extends ProgramLine {
  readonly end_line: number;
  readonly via: readonly ProgramLine[];
}

/** What is known of a run that another process makes, by what its stream says. */
export interface Watched {
  /** Every n-th step is written. */
  readonly every: number | "auto";
  /** The process, on the machine that is called so; absent where the stream does not say. */
  readonly pid?: number;
  readonly host?: string;
  /** So many seconds at most pass between two signs of life. */
  readonly heartbeat?: number;
  /** Milliseconds since 1970. */
  readonly started?: number;
  readonly optimizer?: string;
  /** Of each optimizer its settings, with its class as `type`; the loss's class; to what the first step's gradients were clipped. */
  readonly optimizers: readonly Arguments[];
  readonly loss?: string;
  readonly clip_grad_norm?: number;
  readonly world_size: number;
  /** By the names of files, SHA-256 of what they held. */
  readonly sources: ReadonlyMap<string, string>;
  /** Cells of a notebook that have made layers, by their names, and the notebook's file where that is known. */
  readonly notebook?: { readonly file?: string; readonly cells: ReadonlySet<string> };
}

/**
 * What is known of the data that a run trains on. What is said of targets is of the samples to train on, without those that are held
 * out; where a sample has several targets, each is looked at apart, and the figure is that of the one where it is most extreme.
 */
export interface DataFacts {
  /** Samples to train on. */
  readonly samples: number;
  /** Share of each class among the targets, by its id, or of 0 and of 1; absent where targets are numbers, or the classes are many. */
  readonly class_shares?: readonly number[];
  /** The mean that is farthest from 0. This and what follows of targets is absent where they are no numbers. */
  readonly target_mean?: number;
  /** The greatest population standard deviation. */
  readonly target_std?: number;
  /** The greatest |mean| / standard deviation; infinite where a target is constant and not 0. */
  readonly target_offset?: number;
  readonly target_min?: number;
  readonly target_max?: number;
  /** √(mean of the squares) of all inputs, normalised where the model says so; absent for ids of tokens. */
  readonly input_rms?: number;
  /** The largest magnitude of an input, likewise. */
  readonly input_max?: number;
  /** Inputs that are NaN or ±∞; the other figures are of the rest. */
  readonly input_nonfinite: number;
  /** The loss of the best prediction that is the same for every sample. Who does no better has learned nothing. */
  readonly floor: number;
}

/** What is known of a run before its first step. */
export interface RunInfo {
  readonly model: string;
  /** Absent where nobody knows, or where it is no number that can be held: PyTorch draws 64 bits. */
  readonly seed?: number;
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
  /** How findings are set for a model that nobody has the file of; of one that is declared its own say it. */
  readonly rules?: RuleSettings;
  /** Absent before the data are read, and where nobody knows. */
  readonly data?: DataFacts;
  /** Absent where the run is the engine's own. */
  readonly watched?: Watched;
}

/** How a run ended. */
export type RunEnd =
  /** `interrupted`: the window that it ran in was closed or loaded anew. `lost`: the process is gone, and did not say why. */
  | {
      readonly reason: "completed" | "stopped" | "interrupted" | "lost";
      readonly steps: number;
      readonly elapsed_ms: number;
    }
  | {
      readonly reason: "non_finite";
      readonly steps: number;
      readonly elapsed_ms: number;
      /** Where a NaN or ±∞ appeared first. `layer` is `"loss"` where every layer's output is finite but the loss is not. */
      readonly layer: string;
      readonly where: "activation" | "gradient" | "weight";
      /** What computed it: an operation of the layer (`linear`, `softmax`), a loss or an optimizer; absent where that is not known. */
      readonly op?: string;
      /** The least and the greatest of the numbers that it was computed from, all of which were finite. */
      readonly inputs?: { readonly min: number; readonly max: number };
    }
  | {
      readonly reason: "failed";
      readonly steps: number;
      readonly elapsed_ms: number;
      readonly message: string;
    };
