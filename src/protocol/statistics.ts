import { t } from "../l10n/translate.ts";
import {
  deviation,
  type Formula,
  MAX,
  MIN,
  MOVED,
  NONFINITE,
  perElement,
  ratioOfRoots,
  root,
  rootOfRatio,
  spread,
  SQUARES,
  SUM,
  value,
  ZEROS,
} from "./formulas.ts";

/** How a statistic's value is written. */
export type Format = "figure" | "percent" | "count";

/** The lenses of layers with parameters, and of those without. */
export type LensKind = "gradients" | "activations";

/**
 * Sums that the engine takes of a layer at a step: `MOMENTS` of its output, Σ of the squared deviations from the mean over the
 * batch (at some steps only; n are the samples), dead units among it, saturated elements; Σ of the
 * squares of ∂L/∂y and of Jᵀδ; `SUMMARY` of ∂L/∂θ, `UPDATE`, and Σθ² before it. Or those of a kernel that says of which tensor of
 * a layer it takes its own (`Kernel.of`), by the kernel's name.
 */
export type SumsName =
  | "output"
  | "spread"
  | "deadUnits"
  | "saturated"
  | "outputGradient"
  | "inputGradient"
  | "gradient"
  | "update"
  | "weights"
  | (string & {});

/** A column of a frame: what it is computed from, and what it means, wherever it is shown. */
export interface StatisticRow {
  /** What it is called next to its value. */
  readonly symbol: string;
  /** `""` where it has none. */
  readonly unit: string;
  readonly format: Format;
  /** In a few words. */
  readonly meaning: string;
  /** As a formula, in Markdown, with θ, x, y, L and δ of `docs/statistics.md`. */
  readonly definition: string;
  /** The sums that it is computed from. A layer that has them has it; n of the formula is what the first are over. */
  readonly of: readonly [a: SumsName, b?: SumsName];
  readonly formula: Formula;
  /** Which layers have it, in words. */
  readonly layers: string;
  /** Its place among the figures of a lens: what does not fit there is left out from the last. */
  readonly lens?: Partial<Readonly<Record<LensKind, number>>>;
  /** Shown in the hover of a layer; `"if any"`: where it is not 0. */
  readonly hover?: true | "if any";
  /** Shown in the panel's figures of a layer, and in the CLI's table. */
  readonly short?: true;
}

const ALL = "all";
const WITH_PARAMETERS = "with parameters";

/** Every column of a frame, in the order in which they lie there and are shown. */
const TABLE = {
  delta_norm: {
    symbol: "‖∂L/∂h‖",
    unit: "loss per output",
    format: "figure",
    meaning: t`size of the gradient that arrives at the output`,
    definition: "‖∂L/∂y‖₂",
    of: ["outputGradient"],
    formula: root(),
    layers: ALL,
    hover: true,
    short: true,
  },
  grad_norm: {
    symbol: "‖∂L/∂θ‖",
    unit: "loss per weight",
    format: "figure",
    meaning: t`size of the gradient of all parameters`,
    definition: "‖∂L/∂θ‖₂ over all parameters of the layer",
    of: ["gradient"],
    formula: root(SQUARES),
    layers: WITH_PARAMETERS,
    lens: { gradients: 0 },
    hover: true,
    short: true,
  },
  gain: {
    symbol: t`gain`,
    unit: "",
    format: "figure",
    meaning: t`factor by which the gradient grows on its way through`,
    definition:
      "‖Jᵀδ‖₂ / ‖δ‖₂ with δ = ∂L/∂y and J = ∂y/∂x of this layer alone (a shortcut around it does not count): its factor in the chain of Jacobians",
    of: ["inputGradient", "outputGradient"],
    formula: rootOfRatio,
    layers: "all but an `Embedding` that is the first",
    lens: { gradients: 1, activations: 3 },
    hover: true,
    short: true,
  },
  grad_mean: {
    symbol: t`mean of ∂L/∂θ`,
    unit: "loss per weight",
    format: "figure",
    meaning: t`mean of the parameters' gradients`,
    definition: "mean of the elements of ∂L/∂θ",
    of: ["gradient"],
    formula: perElement(SUM),
    layers: WITH_PARAMETERS,
  },
  grad_std: {
    symbol: t`std of ∂L/∂θ`,
    unit: "loss per weight",
    format: "figure",
    meaning: t`standard deviation of the parameters' gradients`,
    definition: "population standard deviation of the elements of ∂L/∂θ",
    of: ["gradient"],
    formula: deviation,
    layers: WITH_PARAMETERS,
  },
  grad_min: {
    symbol: t`min of ∂L/∂θ`,
    unit: "loss per weight",
    format: "figure",
    meaning: t`least of the parameters' gradients`,
    definition: "least element of ∂L/∂θ",
    of: ["gradient"],
    formula: value(MIN),
    layers: WITH_PARAMETERS,
  },
  grad_max: {
    symbol: t`max of ∂L/∂θ`,
    unit: "loss per weight",
    format: "figure",
    meaning: t`greatest of the parameters' gradients`,
    definition: "greatest element of ∂L/∂θ",
    of: ["gradient"],
    formula: value(MAX),
    layers: WITH_PARAMETERS,
  },
  grad_zero: {
    symbol: t`zero in ∂L/∂θ`,
    unit: "0…1",
    format: "percent",
    meaning: t`parameters whose gradient is exactly 0`,
    definition: "share of elements of ∂L/∂θ that are exactly 0",
    of: ["gradient"],
    formula: perElement(ZEROS),
    layers: WITH_PARAMETERS,
  },
  weight_norm: {
    symbol: "‖θ‖",
    unit: "",
    format: "figure",
    meaning: t`size of all parameters`,
    definition: "‖θ‖₂",
    of: ["weights"],
    formula: root(),
    layers: WITH_PARAMETERS,
    hover: true,
  },
  update_ratio: {
    symbol: t`update`,
    unit: "",
    format: "figure",
    meaning: t`size of the step's update by size of the parameters`,
    definition:
      "‖θ_after − θ_before‖₂ / ‖θ_before‖₂ of this step's update, after clipping; NaN where θ_before is 0 throughout, infinite where the update is",
    of: ["update", "weights"],
    formula: ratioOfRoots(MOVED),
    layers: WITH_PARAMETERS,
    lens: { gradients: 2 },
    hover: true,
    short: true,
  },
  act_mean: {
    symbol: t`mean`,
    unit: "",
    format: "figure",
    meaning: t`mean of the outputs`,
    definition: "mean of the elements of y",
    of: ["output"],
    formula: perElement(SUM),
    layers: ALL,
    hover: true,
  },
  act_std: {
    symbol: t`std`,
    unit: "",
    format: "figure",
    meaning: t`standard deviation of the outputs`,
    definition: "population standard deviation of the elements of y",
    of: ["output"],
    formula: deviation,
    layers: ALL,
    lens: { activations: 2 },
    hover: true,
  },
  act_spread: {
    symbol: t`spread`,
    unit: "0…1",
    format: "figure",
    meaning: t`how far the samples of a batch are apart: 0 where all look alike`,
    definition:
      "√(Σ variance over the batch / Σ mean square over the batch), both summed over the elements of one sample's y; 0 where y is 0 throughout, NaN for a batch of one",
    of: ["spread", "output"],
    formula: spread,
    layers: ALL,
    hover: true,
  },
  act_zero: {
    symbol: t`zero`,
    unit: "0…1",
    format: "percent",
    meaning: t`outputs that are exactly 0`,
    definition: "share of elements of y that are exactly 0",
    of: ["output"],
    formula: perElement(ZEROS),
    layers: ALL,
    hover: true,
  },
  act_dead: {
    symbol: t`dead`,
    unit: "0…1",
    format: "percent",
    meaning: t`units that are 0 for the whole batch`,
    definition: "share of units (features or channels) that are 0 for the whole batch",
    of: ["deadUnits"],
    formula: perElement(),
    layers: "`ReLU`, `ReLU6`",
    lens: { activations: 0 },
    hover: true,
    short: true,
  },
  act_saturated: {
    symbol: t`saturated`,
    unit: "0…1",
    format: "percent",
    meaning: t`outputs where the slope is below 5 % of its maximum`,
    definition:
      "share of elements of y where the activation's derivative is below 5 % of its maximum (`Softmax`: p(1 − p) against ¼)",
    of: ["saturated"],
    formula: perElement(),
    layers: "`Sigmoid`, `Tanh`, `Softsign`, `Hardtanh`, `ReLU6`, `Hardsigmoid`, `Softmax`",
    lens: { activations: 1 },
    hover: true,
    short: true,
  },
  act_nonfinite: {
    symbol: t`NaN or ∞`,
    unit: "count",
    format: "count",
    meaning: t`outputs that are no finite number`,
    definition: "number of elements of y that are NaN or ±∞",
    of: ["output"],
    formula: value(NONFINITE),
    layers: ALL,
    hover: "if any",
  },
  grad_nonfinite: {
    symbol: t`NaN or ∞ in ∂L/∂θ`,
    unit: "count",
    format: "count",
    meaning: t`gradients that are no finite number`,
    definition: "number of elements of ∂L/∂θ that are NaN or ±∞",
    of: ["gradient"],
    formula: value(NONFINITE),
    layers: WITH_PARAMETERS,
    hover: "if any",
  },
} satisfies Readonly<Record<string, StatisticRow>>;

export type Stat = keyof typeof TABLE;

/** A row, with the name of its column. */
export interface Statistic extends StatisticRow {
  readonly column: Stat;
}

/** The row of every column. */
export const STATISTIC = Object.fromEntries(
  (Object.entries(TABLE) as [Stat, StatisticRow][]).map(([column, row]) => [column, { column, ...row }]),
) as Readonly<Record<Stat, Statistic>>;

/** All rows, in order. */
export const STATISTICS: readonly Statistic[] = Object.values(STATISTIC);
