import type { DeclaredRow } from "../../../protocol/declaredModel.ts";

export const ACTIVATIONS: ReadonlySet<string> = new Set([
  "ReLU",
  "LeakyReLU",
  "PReLU",
  "ELU",
  "SELU",
  "CELU",
  "GELU",
  "SiLU",
  "Mish",
  "Softplus",
  "Hardtanh",
  "ReLU6",
  "Hardswish",
  "Hardsigmoid",
  "Sigmoid",
  "Tanh",
  "Softsign",
  "LogSigmoid",
  "Softmax",
]);

export const NORMALISATIONS: ReadonlySet<string> = new Set([
  "BatchNorm1d",
  "BatchNorm2d",
  "LayerNorm",
  "GroupNorm",
  "InstanceNorm2d",
  "RMSNorm",
]);

/** Layers that y = W·x + b describes. */
export const LINEAR: ReadonlySet<string> = new Set(["Linear", "Conv1d", "Conv2d"]);

/** Layers that change neither which numbers there are nor their order of size. */
const TRANSPARENT: ReadonlySet<string> = new Set(["Dropout", "Flatten", "Unflatten", "Identity"]);

export const isTransparent = ({ type }: Pick<DeclaredRow, "type">): boolean => TRANSPARENT.has(type);

/** The last row that does something to the numbers: where the loss looks. */
export const lastRow = (rows: readonly DeclaredRow[]): DeclaredRow | undefined =>
  rows.findLast((row) => !isTransparent(row));

/** Rows that lie in the same `Residual` blocks, so that one may follow the other. */
export const areTogether = (a: DeclaredRow, b: DeclaredRow): boolean => a.within.join() === b.within.join();
