import { sizeOf, type Floats } from "../tensor.ts";
import type { Generator } from "../rng.ts";
import type { Dataset } from "./data.ts";
import { DataError } from "./error.ts";

/**
 * The inputs less their mean and divided by their population standard deviation, over all samples: for each column of a
 * vector, for each index of the first axis of an array. What is constant is only centred.
 */
export function normalize(dataset: Dataset): Dataset {
  const inputs = dataset.inputs.slice();
  const groups = dataset.input[0] ?? 1;
  const size = sizeOf(dataset.input) / groups;
  for (let group = 0; group < groups; group++) standardize(inputs, group * size, size, groups * size);
  return { ...dataset, inputs };
}

/** Runs of `size` elements from `first` on, `stride` apart, to mean 0 and deviation 1. In double precision. */
function standardize(x: Float32Array, first: number, size: number, stride: number): void {
  const count = (x.length / stride) * size;
  let [sum, min, max] = [0, Infinity, -Infinity];
  const each = (f: (i: number) => void): void => {
    for (let at = first; at < x.length; at += stride) for (let i = at; i < at + size; i++) f(i);
  };
  each((i) => {
    sum += x[i];
    min = Math.min(min, x[i]);
    max = Math.max(max, x[i]);
  });
  // The mean of a constant may miss it by a rounding error, which the division would blow up.
  const mean = min === max ? min : sum / count;
  let squares = 0;
  each((i) => void (squares += (x[i] - mean) ** 2));
  const deviation = min === max ? 1 : Math.sqrt(squares / count);
  each((i) => void (x[i] = (x[i] - mean) / deviation));
}

/** The samples to train on, in order, and those held out, by their numbers. */
export interface Split {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
}

/** Holds out the last ⌊share · samples⌋ of a random order, which becomes that of the others. Draws only where there is a share. */
export function split(samples: number, share: number, generator: Generator): Split {
  if (share === 0) {
    return { training: Uint32Array.from({ length: samples }, (_, i) => i), validation: new Uint32Array() };
  }
  const held = Math.floor(share * samples);
  if (held === 0) {
    throw new DataError(
      `"validation" of ${share} holds out none of ${samples} samples: expected at least ${1 / samples}`,
    );
  }
  const order = generator.randperm(samples);
  return { training: order.slice(0, samples - held), validation: order.slice(samples - held) };
}

/** Writes `count` samples by their numbers, from the one at `first` on, one after the other, each of `size` elements. */
export function gather(
  from: Float32Array,
  size: number,
  samples: Uint32Array,
  count: number,
  out: Floats,
  at = 0,
  first = 0,
): void {
  for (let row = 0; row < count; row++) {
    const source = samples[first + row] * size;
    for (let i = 0; i < size; i++) out[at + row * size + i] = from[source + i];
  }
}
