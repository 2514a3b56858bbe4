import { sizeOf } from "../tensor.ts";
import type { Dataset } from "./data.ts";

/** Elements that are gone through at a time. */
const SLICE = 2 ** 20;

/**
 * Makes of the inputs, in place, the inputs less their mean and divided by their population standard deviation, over all samples: for each
 * column of a vector, for each index of the first axis of an array. What is constant is only centred. In double
 * precision. Yields now and then, for whoever has to look at something else meanwhile.
 */
export function* normalize({ samples, input, inputs: x }: Dataset): Generator<void, void> {
  const groups = input[0] ?? 1;
  const size = sizeOf(input) / groups;
  const stride = groups * size;
  const count = samples * size;
  const moments = Array.from({ length: 4 }, () => new Float64Array(groups));
  const [sums, least, most, squares] = moments;
  least.fill(Infinity);
  most.fill(-Infinity);
  const rows = Math.max(1, Math.floor(SLICE / stride));
  /** Calls `run` with group after group of each sample: where it begins and ends. */
  const each = function* (run: (group: number, at: number, end: number) => void): Generator<void, void> {
    for (let row = 0; row < samples; row++) {
      for (let group = 0; group < groups; group++) {
        const at = row * stride + group * size;
        run(group, at, at + size);
      }
      if (row % rows === rows - 1) yield;
    }
  };

  yield* each((group, at, end) => {
    let [sum, min, max] = [sums[group], least[group], most[group]];
    for (let i = at; i < end; i++) {
      sum += x[i];
      min = Math.min(min, x[i]);
      max = Math.max(max, x[i]);
    }
    [sums[group], least[group], most[group]] = [sum, min, max];
  });
  // The mean of a constant may miss it by a rounding error, which the division would blow up.
  const means = sums.map((sum, group) => (least[group] === most[group] ? least[group] : sum / count));
  yield* each((group, at, end) => {
    const mean = means[group];
    let sum = squares[group];
    for (let i = at; i < end; i++) sum += (x[i] - mean) ** 2;
    squares[group] = sum;
  });
  const deviations = squares.map((sum, group) => (least[group] === most[group] ? 1 : Math.sqrt(sum / count)));
  yield* each((group, at, end) => {
    const [mean, deviation] = [means[group], deviations[group]];
    for (let i = at; i < end; i++) x[i] = (x[i] - mean) / deviation;
  });
}
