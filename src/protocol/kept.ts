import { bucketSize, figuresIn, NO_BUCKETS, type Bucket, type Level } from "./buckets.ts";
import { HIST_BINS, STATS, type Frame } from "./frame.ts";
import { NOTHING_KEPT, type Thinned } from "./thinned.ts";

/**
 * What is kept of a run, in bounded memory however long it is. All that is shown of a run is a function of this alone, and
 * every copy of it, in the worker, in the host and in a panel, is the same.
 */
export interface Kept {
  /** Rows of its frames; 0 before the first. */
  readonly layers: number;
  readonly tally: Tally;
  /** All frames, in buckets of equally many steps: what is drawn over time, `COURSE` and then ‖∂L/∂h‖ of every layer. */
  readonly course: Level;
  /** All evaluations of the validation set, `VALIDATION`: each in a bucket of its own, until there are too many. */
  readonly validation: Level;
  /** For each layer the sum of all its relative updates, `update_ratio`, finite ones: how far its weights have come. */
  readonly moved: Float64Array;
  /** The first frames, and the latest, whole but for their histograms. */
  readonly first: readonly Frame[];
  readonly recent: readonly Frame[];
  /** Frames over the whole run, whole but for their histograms: those that one can go back to. */
  readonly track: Thinned<Frame>;
  readonly histogram?: Histogram | undefined;
  /** Histograms over the whole run. */
  readonly histograms: Thinned<Histogram>;
}

/** Histograms that were counted at a step without a NaN or ∞, as far as there is one. */
export interface Histogram {
  /** The step that they are of. */
  readonly step: number;
  /** `HIST_BINS` counts per layer. */
  readonly hist: Float64Array;
}

/** The figures over time that belong to no layer. `smooth` is the loss's exponential mean. */
export const COURSE = [
  "loss",
  "smooth",
  "lr",
  "grad_norm",
  "clip_coef",
  "metric",
  "amp_scale",
  "skipped",
] as const;
export const VALIDATION = ["val_loss", "val_metric"] as const;

/** The place of a figure in `Kept.course`. */
export const courseOf = (figure: (typeof COURSE)[number]): number => COURSE.indexOf(figure);
export const deltaOf = (layer: number): number => COURSE.length + layer;
export const validationOf = (figure: (typeof VALIDATION)[number]): number => VALIDATION.indexOf(figure);

/** Number of layers in a bucket of `Kept.course`. */
export const layersIn = (bucket: Bucket): number => figuresIn(bucket) - COURSE.length;

export const courseFigures = (layers: number): number => COURSE.length + layers;

/** Counts and extremes over all frames of a run. Losses are the finite ones; NaN, with their steps, where there is none. */
export const TALLY = [
  "step", // the latest
  "frames", // fewer than steps where not every step gave one
  "interval", // the least distance between two frames in steps
  "clipped", // frames whose gradient was clipped
  "broken", // frames at which a NaN or ±∞ was computed
  "evaluations", // of the validation set
  "lowest", // loss, and the first step that had it
  "lowest_step",
  "highest",
  "highest_step",
  "lowest_val", // loss on the validation set
  "lowest_val_step",
] as const;

export type Tally = Readonly<Record<(typeof TALLY)[number], number>>;

export const NO_TALLY: Tally = {
  ...(Object.fromEntries(TALLY.map((name) => [name, NaN])) as Record<keyof Tally, number>),
  step: 0,
  frames: 0,
  clipped: 0,
  broken: 0,
  evaluations: 0,
};

export const NOTHING: Kept = {
  layers: 0,
  tally: NO_TALLY,
  course: NO_BUCKETS,
  validation: NO_BUCKETS,
  moved: new Float64Array(0),
  first: [],
  recent: [],
  track: NOTHING_KEPT,
  histograms: NOTHING_KEPT,
};

/** Frames from the start that are kept whole. */
export const FIRST_FRAMES = 8;

/** Latest frames that are kept whole; of a model with very many layers fewer, but not fewer than `FEWEST_RECENT`. */
const RECENT_FRAMES = 64;
const FEWEST_RECENT = 20;
const RECENT_BYTES = 16e6;

export const recentFrames = (layers: number): number =>
  within(RECENT_BYTES / (8 * STATS.length * layers), FEWEST_RECENT, RECENT_FRAMES);

/** Frames of `Kept.track`, at most; of a model with very many layers fewer, but not fewer than `FEWEST_TRACKED`. */
const MOST_TRACKED = 512;
const FEWEST_TRACKED = 24;
const TRACK_BYTES = 6e6;

/** Fewer than there are buckets, so that a frame that is kept whole is the first of its bucket. */
export const trackCapacity = (layers: number): number =>
  within(TRACK_BYTES / (8 * STATS.length * layers), FEWEST_TRACKED, MOST_TRACKED);

/** Histograms of `Kept.histograms`, at most. */
const MOST_HISTOGRAMS = 48;
const FEWEST_HISTOGRAMS = 8;
const HISTOGRAM_BYTES = 3e6;

export const histogramCapacity = (layers: number): number =>
  within(HISTOGRAM_BYTES / (8 * HIST_BINS * layers), FEWEST_HISTOGRAMS, MOST_HISTOGRAMS);

/** Buckets at most; of a model with very many layers fewer, but not fewer than `FEWEST_BUCKETS`. */
const MOST_BUCKETS = 512;
const FEWEST_BUCKETS = 32;
const COURSE_BYTES = 8e6;

export const courseCapacity = (layers: number): number =>
  within(COURSE_BYTES / (8 * bucketSize(courseFigures(layers))), FEWEST_BUCKETS, MOST_BUCKETS);

/** Evaluations of the validation set that are kept each by itself, at most. */
export const VALIDATION_CAPACITY = 512;

const within = (count: number, least: number, most: number): number =>
  Math.max(least, Math.min(most, Math.floor(count)));
