import { type Shape, sizeOf } from "../tensor.ts";
import type { Dataset } from "./data.ts";

/** Elements that are gone through at a time. */
const SLICE = 2 ** 20;

/** Normalises the inputs, in place. Yields now and then, for whoever has to look at something else meanwhile. */
export const normalize = ({ inputs, input }: Dataset): Generator<void, void> => normalized(inputs, input);

/** The targets likewise: numbers, not classes. */
export const normalizeTargets = ({ targets, target }: Dataset): Generator<void, void> =>
  normalized(targets, target);

/**
 * Makes of numbers, in place, the numbers less their mean and divided by their population standard deviation, over all samples:
 * for each column of a vector, for each index of the first axis of an array. What is constant is only centred. In double
 * precision.
 */
function* normalized(numbers: Float32Array, shape: Shape): Generator<void, void> {
  const groups = shape[0] ?? 1;
  const size = sizeOf(shape) / groups;
  const count = numbers.length / groups;
  const sums = new Float64Array(groups);
  const least = new Float64Array(groups).fill(Infinity);
  const most = new Float64Array(groups).fill(-Infinity);
  const squares = new Float64Array(groups);
  const slices = () => slicesOf(numbers, groups * size);

  for (const x of slices()) {
    addUp(x, size, sums, least, most);
    yield;
  }
  const isConstant = (group: number): boolean => least[group] === most[group];
  // The mean of a constant may miss it by a rounding error, which the division would blow up.
  const means = sums.map((sum, group) => (isConstant(group) ? least[group] : sum / count));
  for (const x of slices()) {
    addSquares(x, size, means, squares);
    yield;
  }
  const deviations = squares.map((sum, group) => (isConstant(group) ? 1 : Math.sqrt(sum / count)));
  for (const x of slices()) {
    scale(x, size, means, deviations);
    yield;
  }
}

/** Whole samples of `stride` elements, some at a time. */
function* slicesOf(x: Float32Array, stride: number): Generator<Float32Array> {
  const length = Math.max(1, Math.floor(SLICE / stride)) * stride;
  for (let at = 0; at < x.length; at += length) yield x.subarray(at, at + length);
}

/** Adds up the runs of `size` elements that belong to each group, and keeps their bounds. */
function addUp(
  x: Float32Array,
  size: number,
  sums: Float64Array,
  least: Float64Array,
  most: Float64Array,
): void {
  const groups = sums.length;
  for (let at = 0; at < x.length;) {
    for (let group = 0; group < groups; group++) {
      for (const end = at + size; at < end; at++) {
        sums[group] += x[at];
        least[group] = Math.min(least[group], x[at]);
        most[group] = Math.max(most[group], x[at]);
      }
    }
  }
}

function addSquares(x: Float32Array, size: number, means: Float64Array, squares: Float64Array): void {
  const groups = means.length;
  for (let at = 0; at < x.length;) {
    for (let group = 0; group < groups; group++) {
      for (const end = at + size; at < end; at++) squares[group] += (x[at] - means[group]) ** 2;
    }
  }
}

function scale(x: Float32Array, size: number, means: Float64Array, deviations: Float64Array): void {
  const groups = means.length;
  for (let at = 0; at < x.length;) {
    for (let group = 0; group < groups; group++) {
      for (const end = at + size; at < end; at++) x[at] = (x[at] - means[group]) / deviations[group];
    }
  }
}
