/**
 * A call of a PyTorch class as values, of which `pytorch/calls.ts` makes text: `nn.Linear(2, 64, bias=False)`. An argument that
 * is a parameter of the table's row is written as PyTorch takes it (`Param.float`), and left out where it is its default.
 */
export interface TorchCall {
  /** `nn.Linear` */
  readonly callee: string;
  readonly args: readonly unknown[];
  /** By name, in the order in which they are written; `undefined` is left out. */
  readonly kwargs: Readonly<Record<string, unknown>>;
}

export const torchCall = (
  callee: string,
  args: TorchCall["args"] = [],
  kwargs: TorchCall["kwargs"] = {},
): TorchCall => ({ callee, args, kwargs });

/** A value that is written even where it is the default. */
export class Always {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** For defaults that are not PyTorch's, and what readers look for. */
export const always = (value: unknown): Always => new Always(value);

/** The value, or nothing where it equals the default. */
export const unless = <T extends number | string | readonly number[]>(
  value: T,
  fallback: NoInfer<T>,
): T | undefined => (String(value) === String(fallback) ? undefined : value);
