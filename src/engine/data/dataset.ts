import { t } from "../../l10n/translate.ts";
import type { Floats } from "../tensor.ts";
import type { Generator } from "../rng/generator.ts";
import { DataError } from "./error.ts";

/** The samples to train on, in order, and those held out, by their numbers. */
export interface Split {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
}

/** Holds out the last ⌊share · samples⌋ of a random order, which becomes that of the others. Draws only where there is a share. */
export function split(samples: number, share: number, generator: Generator): Split {
  if (share === 0) {
    return { training: upTo(samples), validation: new Uint32Array() };
  }
  const held = Math.floor(share * samples);
  if (held === 0) {
    throw new DataError(
      t`"validation" of ${share} holds out none of ${samples} samples: expected at least ${1 / samples}`,
    );
  }
  const order = generator.randperm(samples);
  return { training: order.subarray(0, samples - held), validation: order.subarray(samples - held) };
}

function upTo(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
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
