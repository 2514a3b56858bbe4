import { bucketSize, lastStep, type Bucket } from "./buckets.ts";
import { HIST_BINS, type Frame } from "./frame.ts";
import { courseFigures, TALLY, VALIDATION, type Histogram, type Kept, type Tally } from "./kept.ts";
import { arePacked, joined, packFrames, parts, unpackFrames, type PackedFrames } from "./packed.ts";

/**
 * What is new in a run's history after a step, or all of it (`after` 0), in a few arrays of its own, as it crosses to other
 * threads and to webviews.
 */
export interface Increment {
  /** `HEAD`, then `TALLY`. */
  readonly head: Float64Array;
  /** The buckets with a frame after the step, whole: they take the place of those that the receiver has. */
  readonly course: Float64Array;
  readonly validation: Float64Array;
  /** `Kept.moved`, whole. */
  readonly moved: Float64Array;
  /** The frames after the step that are kept whole, oldest first. */
  readonly frames: PackedFrames;
  /** The histograms after the step that are kept, oldest first: of each its step, then `HIST_BINS` counts per layer. */
  readonly hist: Float64Array;
}

const HEAD = [
  "after",
  "layers",
  "course_stride",
  "validation_stride",
  "track_stride",
  "hist_stride",
] as const;

/** The numbers of an increment by name. */
export type IncrementHead = Readonly<Record<(typeof HEAD)[number], number>> & Tally;

export function incrementOf(kept: Kept, after: number): Increment {
  const { layers, tally, course, validation, moved, track, histograms } = kept;
  const head: IncrementHead = {
    after,
    layers,
    course_stride: course.stride,
    validation_stride: validation.stride,
    track_stride: track.stride,
    hist_stride: histograms.stride,
    ...tally,
  };
  const isNew = (bucket: Bucket): boolean => lastStep(bucket) > after;
  return {
    head: Float64Array.from([...HEAD, ...TALLY], (name) => head[name]),
    course: joined(course.buckets.filter(isNew)),
    validation: joined(validation.buckets.filter(isNew)),
    moved: moved.slice(),
    frames: packFrames(wholeFrames(kept).filter(({ step }) => step > after)),
    hist: joined(
      allHistograms(kept).flatMap(({ step, hist }) => (step > after ? [Float64Array.of(step), hist] : [])),
    ),
  };
}

/** Every frame that is kept whole, oldest first, each once. */
export function wholeFrames({
  first,
  track,
  recent,
}: Pick<Kept, "first" | "track" | "recent">): readonly Frame[] {
  const [begun, since] = [first.at(-1)?.step ?? 0, recent[0]?.step ?? Infinity];
  const between = track.kept.filter(({ step }) => step > begun && step < since);
  return [...first.filter(({ step }) => step < since), ...between, ...recent];
}

/** Every histogram that is kept, oldest first, each once. */
function allHistograms({ histograms: { kept }, histogram }: Kept): readonly Histogram[] {
  const isMore = histogram && histogram.step > (kept.at(-1)?.step ?? 0);
  return isMore ? [...kept, histogram] : kept;
}

export function headOf({ head }: Increment): IncrementHead {
  const names = [...HEAD, ...TALLY];
  return Object.fromEntries(names.map((name, i) => [name, head[i] ?? NaN])) as IncrementHead;
}

/** Whether the arrays belong together. */
export function isSound(increment: Increment): boolean {
  const { head, course, validation, moved, frames, hist } = increment;
  const { layers } = headOf(increment);
  return (
    head.length === HEAD.length + TALLY.length &&
    course.length % bucketSize(courseFigures(layers)) === 0 &&
    validation.length % bucketSize(VALIDATION.length) === 0 &&
    moved.length === layers &&
    arePacked(frames, layers) &&
    hist.length % (1 + layers * HIST_BINS) === 0
  );
}

/** What an increment holds, as views of its arrays. */
export interface Unpacked {
  readonly course: readonly Bucket[];
  readonly validation: readonly Bucket[];
  readonly frames: readonly Frame[];
  readonly histograms: readonly Histogram[];
}

export function unpack(increment: Increment, { layers }: IncrementHead): Unpacked {
  const { course, validation, frames, hist } = increment;
  return {
    course: parts(course, bucketSize(courseFigures(layers))),
    validation: parts(validation, bucketSize(VALIDATION.length)),
    frames: unpackFrames(frames),
    histograms: parts(hist, 1 + layers * HIST_BINS).map((row) => ({
      step: row[0] ?? NaN,
      hist: row.subarray(1),
    })),
  };
}

/** The arrays of an increment, each with a buffer of its own, to be handed over to another thread. */
export const buffersOf = ({
  head,
  course,
  validation,
  moved,
  frames,
  hist,
}: Increment): readonly ArrayBufferLike[] =>
  [head, course, validation, moved, frames.totals, frames.values, frames.time, hist].map(
    ({ buffer }) => buffer,
  );

/** Bytes that an increment weighs. */
export const bytesOf = (increment: Increment): number =>
  buffersOf(increment).reduce((sum, { byteLength }) => sum + byteLength, 0);
