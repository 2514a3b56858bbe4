/**
 * What is kept of frames that follow each other, in one array: first what `HEAD` names, then for each figure what `EACH`
 * names. Two buckets merge into one without loss, so that it does not matter in which order frames came together.
 */
export type Bucket = Float64Array;

const HEAD = ["from", "to", "frames", "clipped", "broken"] as const;
const EACH = ["first", "last", "min", "max", "sum", "finite"] as const;

// The places of these within a bucket, and within the part of one figure.
const [FROM, TO, FRAMES, CLIPPED, BROKEN] = [0, 1, 2, 3, 4] as const satisfies Places<typeof HEAD>;
const [FIRST, LAST, MIN, MAX, SUM, FINITE] = [0, 1, 2, 3, 4, 5] as const satisfies Places<typeof EACH>;

type Places<T extends readonly string[]> = { readonly [K in keyof T]: number };

/** Which steps a bucket covers. */
export interface Span {
  /** Steps of its first and of its last frame. */
  readonly from: number;
  readonly to: number;
  /** Frames that it is made of: fewer than steps where not every step gave one. */
  readonly frames: number;
  /** Frames whose gradient was clipped. */
  readonly clipped: number;
  /** Frames at which a NaN or ±∞ was computed. */
  readonly broken: number;
}

/** One figure over the frames of a bucket. */
export interface Range {
  /** As the first and the last frame have it, finite or not. */
  readonly first: number;
  readonly last: number;
  /** Over the frames that have it as a finite number; NaN where none has. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Number of those frames. */
  readonly finite: number;
}

/** Numbers in a bucket of so many figures. */
export const bucketSize = (figures: number): number => HEAD.length + figures * EACH.length;

export const figuresIn = (bucket: Bucket): number => (bucket.length - HEAD.length) / EACH.length;

/** A bucket that no frame has been added to yet; the first will be that of `step`. */
export function emptyBucket(figures: number, step: number): Bucket {
  const bucket = new Float64Array(bucketSize(figures)).fill(NaN);
  bucket[FROM] = bucket[TO] = step;
  bucket[FRAMES] = bucket[CLIPPED] = bucket[BROKEN] = 0;
  for (let at = HEAD.length; at < bucket.length; at += EACH.length)
    bucket[at + SUM] = bucket[at + FINITE] = 0;
  return bucket;
}

const read = (bucket: Bucket, at: number): number => bucket[at] ?? NaN;

/** Counts a frame; its figures are added before. */
export function addFrame(bucket: Bucket, step: number, clipped: boolean, broken: boolean): void {
  bucket[TO] = step;
  bucket[FRAMES] = read(bucket, FRAMES) + 1;
  if (clipped) bucket[CLIPPED] = read(bucket, CLIPPED) + 1;
  if (broken) bucket[BROKEN] = read(bucket, BROKEN) + 1;
}

/** Adds a figure of the next frame. */
export function addFigure(bucket: Bucket, figure: number, value: number): void {
  const at = HEAD.length + figure * EACH.length;
  if (bucket[FRAMES] === 0) bucket[at + FIRST] = value;
  bucket[at + LAST] = value;
  if (!Number.isFinite(value)) return;
  // Comparisons that NaN, which stands there before the first, lets through.
  if (!(read(bucket, at + MIN) <= value)) bucket[at + MIN] = value;
  if (!(read(bucket, at + MAX) >= value)) bucket[at + MAX] = value;
  bucket[at + SUM] = read(bucket, at + SUM) + value;
  bucket[at + FINITE] = read(bucket, at + FINITE) + 1;
}

/** The frames of both, of which those of `b` came later. */
export function merged(a: Bucket, b: Bucket): Bucket {
  const both = a.slice();
  both[TO] = read(b, TO);
  for (const count of [FRAMES, CLIPPED, BROKEN]) both[count] = read(a, count) + read(b, count);
  for (let at = HEAD.length; at < both.length; at += EACH.length) {
    both[at + LAST] = read(b, at + LAST);
    both[at + MIN] = least(read(a, at + MIN), read(b, at + MIN));
    both[at + MAX] = -least(-read(a, at + MAX), -read(b, at + MAX));
    both[at + SUM] = read(a, at + SUM) + read(b, at + SUM);
    both[at + FINITE] = read(a, at + FINITE) + read(b, at + FINITE);
  }
  return both;
}

/** The lesser of two, or the one that is a number. */
const least = (a: number, b: number): number => (a <= b || Number.isNaN(b) ? a : b);

/** The last step of a bucket. */
export const lastStep = (bucket: Bucket): number => read(bucket, TO);

export const spanOf = (bucket: Bucket): Span => ({
  from: read(bucket, FROM),
  to: read(bucket, TO),
  frames: read(bucket, FRAMES),
  clipped: read(bucket, CLIPPED),
  broken: read(bucket, BROKEN),
});

export function rangeOf(bucket: Bucket, figure: number): Range {
  const at = HEAD.length + figure * EACH.length;
  const finite = read(bucket, at + FINITE);
  return {
    first: read(bucket, at + FIRST),
    last: read(bucket, at + LAST),
    min: read(bucket, at + MIN),
    max: read(bucket, at + MAX),
    mean: read(bucket, at + SUM) / finite,
    finite,
  };
}

/** Buckets of equally many steps, oldest first; one without a frame is not there. */
export interface Level {
  /** Steps that a bucket covers: bucket n, from 0, those from n·stride + 1 to (n + 1)·stride. */
  readonly stride: number;
  readonly buckets: readonly Bucket[];
}

export const NO_BUCKETS: Level = { stride: 1, buckets: [] };

/** Which bucket of a level a step belongs to. The step alone decides, so that every copy of a level has the same buckets. */
export const placeOf = (step: number, stride: number): number => Math.floor((step - 1) / stride);

/** The level with wider buckets: `stride` is a power of two times its own. */
export function coarser(level: Level, stride: number): Level {
  let wide = level;
  while (wide.stride < stride) wide = halved(wide);
  return wide;
}

/** The level with buckets twice as wide. `merge`: two buckets into one. */
export function halved(level: Level, merge = merged): Level {
  const stride = 2 * level.stride;
  const pairs: Bucket[] = [];
  for (const bucket of level.buckets) {
    const last = pairs.at(-1);
    if (last && placeOf(lastStep(last), stride) === placeOf(lastStep(bucket), stride))
      pairs[pairs.length - 1] = merge(last, bucket);
    else pairs.push(bucket);
  }
  return { stride, buckets: pairs };
}

/** The level with these buckets, of this stride, in place of those from the first of them on. */
export function withLatest(level: Level, stride: number, latest: readonly Bucket[]): Level {
  const { buckets } = coarser(level, stride);
  const since = latest[0] ? placeOf(lastStep(latest[0]), stride) : Infinity;
  return { stride, buckets: [...buckets.filter((one) => placeOf(lastStep(one), stride) < since), ...latest] };
}
