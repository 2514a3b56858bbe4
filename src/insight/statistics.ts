import type { Stat } from "../protocol/frame.ts";
import { compact, count, figure, percent } from "./format.ts";

/** How a statistic's value is written. */
export type Format = "figure" | "percent" | "count";

/** The lenses of layers with parameters, and of those without. */
export type LensKind = "gradients" | "activations";

/** What a column of a frame means, wherever it is shown. */
export interface Statistic {
  readonly column: Stat;
  /** What it is called next to its value. */
  readonly symbol: string;
  /** `""` where it has none. */
  readonly unit: string;
  readonly format: Format;
  /** In a few words. */
  readonly meaning: string;
  /** As a formula, in Markdown, with θ, x, y, L and δ of `docs/statistics.md`. */
  readonly definition: string;
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

/** Every column of a frame, in the order in which they are shown. */
const TABLE: Readonly<Record<Stat, Omit<Statistic, "column">>> = {
  delta_norm: {
    symbol: "‖∂L/∂h‖",
    unit: "loss per output",
    format: "figure",
    meaning: "size of the gradient that arrives at the output",
    definition: "‖∂L/∂y‖₂",
    layers: ALL,
    hover: true,
    short: true,
  },
  grad_norm: {
    symbol: "‖∂L/∂θ‖",
    unit: "loss per weight",
    format: "figure",
    meaning: "size of the gradient of all parameters",
    definition: "‖∂L/∂θ‖₂ over all parameters of the layer",
    layers: WITH_PARAMETERS,
    lens: { gradients: 0 },
    hover: true,
    short: true,
  },
  gain: {
    symbol: "gain",
    unit: "",
    format: "figure",
    meaning: "factor by which the gradient grows on its way through",
    definition:
      "‖Jᵀδ‖₂ / ‖δ‖₂ with δ = ∂L/∂y and J = ∂y/∂x of this layer alone (a shortcut around it does not count): its factor in the chain of Jacobians",
    layers: "all but an `Embedding` that is the first",
    lens: { gradients: 1, activations: 3 },
    hover: true,
    short: true,
  },
  grad_mean: {
    symbol: "mean of ∂L/∂θ",
    unit: "loss per weight",
    format: "figure",
    meaning: "mean of the parameters' gradients",
    definition: "mean of the elements of ∂L/∂θ",
    layers: WITH_PARAMETERS,
  },
  grad_std: {
    symbol: "std of ∂L/∂θ",
    unit: "loss per weight",
    format: "figure",
    meaning: "standard deviation of the parameters' gradients",
    definition: "population standard deviation of the elements of ∂L/∂θ",
    layers: WITH_PARAMETERS,
  },
  grad_min: {
    symbol: "min of ∂L/∂θ",
    unit: "loss per weight",
    format: "figure",
    meaning: "least of the parameters' gradients",
    definition: "least element of ∂L/∂θ",
    layers: WITH_PARAMETERS,
  },
  grad_max: {
    symbol: "max of ∂L/∂θ",
    unit: "loss per weight",
    format: "figure",
    meaning: "greatest of the parameters' gradients",
    definition: "greatest element of ∂L/∂θ",
    layers: WITH_PARAMETERS,
  },
  grad_zero: {
    symbol: "zero in ∂L/∂θ",
    unit: "0…1",
    format: "percent",
    meaning: "parameters whose gradient is exactly 0",
    definition: "share of elements of ∂L/∂θ that are exactly 0",
    layers: WITH_PARAMETERS,
  },
  weight_norm: {
    symbol: "‖θ‖",
    unit: "",
    format: "figure",
    meaning: "size of all parameters",
    definition: "‖θ‖₂",
    layers: WITH_PARAMETERS,
    hover: true,
  },
  update_ratio: {
    symbol: "update",
    unit: "",
    format: "figure",
    meaning: "size of the step's update by size of the parameters",
    definition:
      "‖θ_after − θ_before‖₂ / ‖θ_before‖₂ of this step's update, after clipping; NaN where θ_before is 0 throughout, infinite where the update is",
    layers: WITH_PARAMETERS,
    lens: { gradients: 2 },
    hover: true,
    short: true,
  },
  act_mean: {
    symbol: "mean",
    unit: "",
    format: "figure",
    meaning: "mean of the outputs",
    definition: "mean of the elements of y",
    layers: ALL,
    hover: true,
  },
  act_std: {
    symbol: "std",
    unit: "",
    format: "figure",
    meaning: "standard deviation of the outputs",
    definition: "population standard deviation of the elements of y",
    layers: ALL,
    lens: { activations: 2 },
    hover: true,
  },
  act_spread: {
    symbol: "spread",
    unit: "0…1",
    format: "figure",
    meaning: "how far the samples of a batch are apart: 0 where all look alike",
    definition:
      "√(Σ variance over the batch / Σ mean square over the batch), both summed over the elements of one sample's y; 0 where y is 0 throughout, NaN for a batch of one",
    layers: ALL,
    hover: true,
  },
  act_zero: {
    symbol: "zero",
    unit: "0…1",
    format: "percent",
    meaning: "outputs that are exactly 0",
    definition: "share of elements of y that are exactly 0",
    layers: ALL,
    hover: true,
  },
  act_dead: {
    symbol: "dead",
    unit: "0…1",
    format: "percent",
    meaning: "units that are 0 for the whole batch",
    definition: "share of units (features or channels) that are 0 for the whole batch",
    layers: "`ReLU`, `ReLU6`",
    lens: { activations: 0 },
    hover: true,
    short: true,
  },
  act_saturated: {
    symbol: "saturated",
    unit: "0…1",
    format: "percent",
    meaning: "outputs where the slope is below 5 % of its maximum",
    definition:
      "share of elements of y where the activation's derivative is below 5 % of its maximum (`Softmax`: p(1 − p) against ¼)",
    layers: "`Sigmoid`, `Tanh`, `Softsign`, `Hardtanh`, `ReLU6`, `Hardsigmoid`, `Softmax`",
    lens: { activations: 1 },
    hover: true,
    short: true,
  },
  act_nonfinite: {
    symbol: "NaN or ∞",
    unit: "count",
    format: "count",
    meaning: "outputs that are no finite number",
    definition: "number of elements of y that are NaN or ±∞",
    layers: ALL,
    hover: "if any",
  },
  grad_nonfinite: {
    symbol: "NaN or ∞ in ∂L/∂θ",
    unit: "count",
    format: "count",
    meaning: "gradients that are no finite number",
    definition: "number of elements of ∂L/∂θ that are NaN or ±∞",
    layers: WITH_PARAMETERS,
    hover: "if any",
  },
};

/** The row of every column. */
export const STATISTIC = Object.fromEntries(
  Object.entries(TABLE).map(([column, row]) => [column, { column, ...row }]),
) as Readonly<Record<Stat, Statistic>>;

/** All rows, in the order in which they are shown. */
export const STATISTICS: readonly Statistic[] = Object.values(STATISTIC);

/** Those of which the panel and the CLI's table show a layer's. */
export const SHORT: readonly Statistic[] = STATISTICS.filter(({ short }) => short === true);

/** Those of a lens, in order. */
export const lensStatistics = (kind: LensKind): readonly Statistic[] =>
  STATISTICS.filter((row) => row.lens?.[kind] !== undefined).toSorted(
    (a, b) => (a.lens?.[kind] ?? 0) - (b.lens?.[kind] ?? 0),
  );

/** A value of the statistic for reading. */
export const shown = ({ format }: Pick<Statistic, "format">, value: number): string =>
  SHOWN[format](value, figure);

/** The same where a text changes in place (`compact`). */
export const shownCompact = ({ format }: Pick<Statistic, "format">, value: number): string =>
  SHOWN[format](value, compact);

const SHOWN: Readonly<Record<Format, (x: number, figure: (x: number) => string) => string>> = {
  figure: (x, write) => write(x),
  percent: (x) => percent(x),
  count,
};
