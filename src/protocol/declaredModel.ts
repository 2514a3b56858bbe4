import { rulesOver, type RuleSettings } from "./rules.ts";

/** A loss, an optimizer, an initialiser…, by its name of PyTorch, with its arguments complete. */
export interface DeclaredChoice {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What the file says of one row of a run's frames. */
export interface DeclaredRow {
  /** Names joined by dots, as in a `state_dict`. */
  readonly path: string;
  readonly type: string;
  /** Arguments of the layer, defaults included; none for a `Residual`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** As the layer or the model says; absent: PyTorch's own. */
  readonly init?: DeclaredChoice;
  readonly bias_init?: DeclaredChoice;
  /** Shapes of one sample, without the batch. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** Paths of the `Residual` blocks that it lies in, outermost first. A row of a shortcut lies in `<path>.shortcut` as well. */
  readonly within: readonly string[];
}

/** A model as its file declares it: what findings go by beside the figures of a run. */
export interface DeclaredModel {
  readonly loss: DeclaredChoice;
  readonly optimizer: DeclaredChoice;
  readonly lr_scheduler?: DeclaredChoice;
  /** The largest norm of all gradients together. */
  readonly clip_grad_norm?: number;
  readonly clip_grad_value?: number;
  /** What it learns from: a generator, or a kind of file. */
  readonly data: { readonly type: string; readonly normalize: boolean };
  readonly steps: number;
  readonly batch_size: number;
  /** Rows of every frame, in order of definition. */
  readonly rows: readonly DeclaredRow[];
  /** Findings that the file, or the settings, set otherwise. */
  readonly rules: RuleSettings;
}

/** The model as it is judged where these settings hold, as far as it has none of its own. */
export const ruledBy = (declared: DeclaredModel, rules: RuleSettings): DeclaredModel => ({
  ...declared,
  rules: rulesOver(declared.rules, rules),
});
