import { MOMENTS, SUMMARY } from "../../protocol/sums.ts";

/*
 * Sums over many elements are taken over slices, and these added up: several threads can then take them, and how many there
 * are does not change a bit of the result.
 */

/** Elements up to which there is one slice, two, four; beyond there are eight. */
const LARGEST = [2047, 16383, 65535] as const;

/** Elements that kernels take at a time: a slice of parameters begins at a multiple of it. */
const GRAIN = 16;

export interface Part {
  readonly from: number;
  readonly n: number;
}

/** Slices of n elements: between samples, where they are those of `batch` samples. */
export function partsOf(n: number, batch = n): readonly Part[] {
  const count = countOf(n);
  const each = n % batch === 0 && batch >= count && batch < n ? n / batch : GRAIN;
  const cut = (i: number) => (i === count ? n : Math.floor((n / each) * (i / count)) * each);
  return Array.from({ length: count }, (_, i) => ({ from: cut(i), n: cut(i + 1) - cut(i) }));
}

/** Parts of `columns` columns of so many rows; of a few columns there may be fewer. */
export function columnPartsOf(rows: number, columns: number): readonly Part[] {
  const count = Math.min(countOf(rows * columns), Math.ceil(columns / GRAIN));
  const cut = (i: number) => Math.min(columns, Math.ceil(columns / GRAIN / count) * GRAIN * i);
  const parts = Array.from({ length: count }, (_, i) => ({ from: cut(i), n: cut(i + 1) - cut(i) }));
  return parts.filter(({ n }) => n > 0);
}

const countOf = (n: number): number => 2 ** LARGEST.filter((largest) => n > largest).length;

/** Figures of several slices, one after the other in `Memory.doubles`, of which the first's place takes the sum of all. */
export interface PartialSums {
  readonly at: number;
  readonly figures: number;
  readonly parts: number;
}

/** Figures that are no sums but extremes: the last two of `SUMMARY`. */
const [LEAST, GREATEST] = [MOMENTS.length, MOMENTS.length + 1];

/** Folds every figure; has to be done once for what each program has written. */
export function reducePartialSums(all: readonly PartialSums[], d: Float64Array): void {
  for (let f = 0; f < all.length; f++) {
    const { at, figures, parts } = all[f];
    const end = at + parts * figures;
    const extremes = figures === SUMMARY.length;
    for (let from = at + figures; from < end; from += figures) {
      for (let i = 0; i < figures; i++) {
        if (extremes && i === LEAST) d[at + i] = Math.min(d[at + i], d[from + i]);
        else if (extremes && i === GREATEST) d[at + i] = Math.max(d[at + i], d[from + i]);
        else d[at + i] += d[from + i];
      }
    }
  }
}
