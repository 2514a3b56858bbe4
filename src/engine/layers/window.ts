import { t } from "../../l10n/translate.ts";
import { span, type Axis } from "../ops/window.ts";
import { sizes } from "../params.ts";
import { type Shape, ShapeError, show } from "../tensor.ts";

/** What conv and pooling layers over `dims` dimensions take. */
const EXPECTED: Readonly<Record<number, string>> = {
  1: t`[channels, length]`,
  2: t`[channels, height, width]`,
};

/** The dimensions of one sample that a window slides along. Throws where there are not `dims` of them. */
export function planeOf(name: string, dims: number, input: Shape): Shape {
  if (input.length !== dims + 1)
    throw new ShapeError(t`${name} needs ${EXPECTED[dims]}, but gets ${show(input)}`);
  return input.slice(1);
}

/** Places are counted in 32 bits, by PyTorch's pooling and by the kernels. */
export const MOST_PLACES = 2 ** 31 - 1;

/** The parameters that they share. */
export const windowParams = (dims: number) => ({
  kernel_size: sizes("Size of the kernel.", dims, { min: 1 }),
  dilation: sizes(
    "Distance between the elements of the kernel.",
    dims,
    { min: 1, max: MOST_PLACES },
    ones(dims),
  ),
});

export const ones = (dims: number): readonly number[] => Array<number>(dims).fill(1);
export const zeros = (dims: number): readonly number[] => Array<number>(dims).fill(0);

/** A param of `sizes` as PyTorch users write it: one number where all are equal. */
export const compact = (values: readonly number[]): number | readonly number[] =>
  values.every((value) => value === values[0]) ? values[0] : values;

interface Windows {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation?: readonly number[];
}

/** A window with the same padding on both sides. */
export const axesOf = (
  { kernel_size, stride, dilation = ones(kernel_size.length) }: Windows,
  padding: readonly number[],
): readonly Axis[] =>
  kernel_size.map((kernel, i) => ({
    kernel,
    stride: stride[i],
    dilation: dilation[i],
    before: padding[i],
    after: padding[i],
  }));

/** A window padded so that the result has the size of the input; an odd element of padding goes to the end. */
export const sameAxes = (windows: Windows): readonly Axis[] =>
  axesOf(windows, zeros(windows.kernel_size.length)).map((axis) => {
    const padding = span(axis) - 1;
    return { ...axis, before: Math.floor(padding / 2), after: Math.ceil(padding / 2) };
  });
