/** A range that a call reads or writes: `size` elements from `at` on, of `Memory.floats` or of `Memory.doubles`. */
export interface Touch {
  readonly doubles: boolean;
  readonly writes: boolean;
  readonly at: number;
  readonly size: number;
}

/** No range where the tensor is not there (−1). */
const touch = (doubles: boolean, writes: boolean, at: number, size: number): readonly Touch[] =>
  at < 0 || size <= 0 ? [] : [{ doubles, writes, at, size }];

export const reads = (at: number, size: number) => touch(false, false, at, size);
export const writes = (at: number, size: number) => touch(false, true, at, size);
export const readsDoubles = (at: number, size: number) => touch(true, false, at, size);
export const writesDoubles = (at: number, size: number) => touch(true, true, at, size);

/** Elements from the first of `rows` rows of n to the last, rows being `ld` apart. */
export const extent = (rows: number, n: number, ld: number): number => (rows - 1) * ld + n;

const overlap = (a: Touch, b: Touch): boolean =>
  (a.writes || b.writes) && a.doubles === b.doubles && a.at < b.at + b.size && b.at < a.at + a.size;

/** Whether two calls must not run at the same time, nor in another order: one writes what the other touches. */
export const conflict = (a: readonly Touch[], b: readonly Touch[]): boolean =>
  a.some((x) => b.some((y) => overlap(x, y)));
