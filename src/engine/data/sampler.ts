import { t } from "../../l10n/translate.ts";
import type { Generator } from "../rng/generator.ts";
import { DataError } from "./error.ts";

export interface Sampling {
  readonly batch_size: number;
  readonly shuffle: boolean;
  readonly drop_last: boolean;
}

/** Batches of samples, one epoch after the other without end. */
export interface Sampler {
  /** Batches of an epoch. */
  readonly batches: number;
  /** Writes the numbers of the next batch's samples to `batch` and returns how many they are: `batch_size`, or what the epoch has left. */
  next(batch: Uint32Array): number;
}

/** As PyTorch's `DataLoader`: with `shuffle`, one `randperm` of the training set at the start of each epoch. */
export function sampler(
  training: Uint32Array,
  { batch_size, shuffle, drop_last }: Sampling,
  generator: Generator,
): Sampler {
  const batches = drop_last
    ? Math.floor(training.length / batch_size)
    : Math.ceil(training.length / batch_size);
  if (batches === 0) {
    throw new DataError(
      t`a batch of ${batch_size} is more than the ${training.length} training samples: expected a "batch_size" of at most ${training.length}, or "drop_last": false`,
    );
  }
  const order = shuffle ? new Uint32Array(training.length) : undefined;
  let batch = 0;

  return {
    batches,
    next(out) {
      if (batch === 0 && order) generator.randperm(training.length, order);
      const start = batch * batch_size;
      const count = Math.min(batch_size, training.length - start);
      for (let i = 0; i < count; i++) out[i] = training[order ? order[start + i] : start + i];
      batch = (batch + 1) % batches;
      return count;
    },
  };
}
