import type { RuleSettings } from "../protocol/rules.ts";
import type { Selection } from "./params.ts";
import type { Shape } from "./tensor.ts";

/** A layer of a model, with every parameter complete and every shape known. */
export interface LayerSpec {
  readonly kind: "layer";
  readonly path: string;
  /** A row of `layers/index.ts`. */
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Overrides PyTorch's own initialisation: the layer's `init`, else the model's. */
  readonly init?: Selection;
  readonly bias_init?: Selection;
  readonly input: Shape;
  readonly output: Shape;
}

/** Layers one after the other, written `Sequential` or made by `repeat`. Has no row of its own. */
export interface SequentialSpec {
  readonly kind: "sequential";
  readonly path: string;
  readonly layers: readonly ModuleSpec[];
  readonly input: Shape;
  readonly output: Shape;
}

/** y = layers(x) + shortcut(x). An identity shortcut is the empty list; a projection is a list of one layer at `<path>.shortcut`. */
export interface ResidualSpec {
  readonly kind: "residual";
  readonly path: string;
  readonly layers: readonly ModuleSpec[];
  readonly shortcut: readonly ModuleSpec[];
  readonly input: Shape;
  readonly output: Shape;
}

export type ModuleSpec = LayerSpec | SequentialSpec | ResidualSpec;

export interface TrainSpec {
  readonly steps: number;
  readonly batch_size: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly drop_last: boolean;
  /** Absent: each epoch. */
  readonly validate_every?: number;
}

export interface DataSpec extends Selection {
  readonly normalize: boolean;
  /** Only where the loss compares numbers. */
  readonly normalize_targets: boolean;
  /** Share of the samples that is held out; 0: none. */
  readonly validation: number;
}

/** A model that can be built: what `model/parse.ts` makes of a model file's text. */
export interface ModelSpec {
  readonly name: string;
  /** Shape of one sample, without the batch. */
  readonly input: Shape;
  readonly output: Shape;
  readonly layers: readonly ModuleSpec[];
  readonly loss: Selection;
  readonly optimizer: Selection;
  readonly lr_scheduler?: Selection;
  readonly clip_grad_norm?: { readonly max_norm: number; readonly norm_type: number };
  readonly clip_grad_value?: number;
  readonly data: DataSpec;
  readonly train: TrainSpec;
  /** A `.safetensors` file, relative to the model file. */
  readonly weights?: string;
  /** How findings about its runs are set otherwise than by default. The engine goes by none of them. */
  readonly rules?: RuleSettings;
}

/** Every leaf layer and every `Residual` block in the order of a frame's rows: content, then shortcut, then the block. */
export function* modulesOf(modules: readonly ModuleSpec[]): Generator<LayerSpec | ResidualSpec> {
  for (const part of modules) {
    switch (part.kind) {
      case "layer":
        yield part;
        break;
      case "sequential":
        yield* modulesOf(part.layers);
        break;
      case "residual":
        yield* modulesOf(part.layers);
        yield* modulesOf(part.shortcut);
        yield part;
        break;
      default:
        part satisfies never;
    }
  }
}

/** Every leaf layer in the order of definition, which is the order in which PyTorch constructs (and draws random numbers). */
export function* layersOf(modules: readonly ModuleSpec[]): Generator<LayerSpec> {
  for (const row of modulesOf(modules)) if (row.kind === "layer") yield row;
}
