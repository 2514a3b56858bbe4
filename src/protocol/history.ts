import { withLatest, type Level } from "./buckets.ts";
import { copyFrame, type Frame } from "./frame.ts";
import { headOf, incrementOf, unpack, wholeFrames, type Increment } from "./increment.ts";
import {
  FIRST_FRAMES,
  NO_TALLY,
  NOTHING,
  recentFrames,
  TALLY,
  type Histogram,
  type Kept,
  type Tally,
} from "./kept.ts";
import { thinned, type Thinned } from "./thinned.ts";

/**
 * A copy of what the worker's `Recorder` keeps of a run, put together from its increments. It never changes: each increment
 * makes another one.
 */
export class History implements Kept {
  static readonly EMPTY = new History(NOTHING);

  readonly layers: number;
  readonly tally: Tally;
  readonly course: Level;
  readonly validation: Level;
  readonly moved: Float64Array;
  readonly first: readonly Frame[];
  readonly recent: readonly Frame[];
  readonly track: Thinned<Frame>;
  readonly histogram: Histogram | undefined;
  readonly histograms: Thinned<Histogram>;

  #frames: readonly Frame[] | undefined;

  constructor(kept: Kept) {
    const { layers, tally, course, validation, moved, first, recent, track, histogram, histograms } = kept;
    this.layers = layers;
    this.tally = tally;
    this.course = course;
    this.validation = validation;
    this.moved = moved;
    this.first = first;
    this.recent = recent;
    this.track = track;
    this.histogram = histogram;
    this.histograms = histograms;
  }

  /** `undefined` before the first step. */
  latest(): Frame | undefined {
    return this.recent.at(-1);
  }

  /** Every frame that is kept whole, oldest first, each once. */
  frames(): readonly Frame[] {
    return (this.#frames ??= wholeFrames(this));
  }

  /** What another copy lacks that has reached this step; 0: everything. */
  since(step: number): Increment {
    return incrementOf(this, step);
  }

  /**
   * With what is new. `undefined` where frames between the two are missing: then `since(tally.step)` of the copy that the
   * increment comes from mends it. An increment that is all known already changes nothing.
   */
  extended(increment: Increment): History | undefined {
    const head = headOf(increment);
    const known = head.after === 0 ? History.EMPTY : this;
    if (head.after > known.tally.step) return undefined;
    if (head.after > 0 && head.step <= known.tally.step) return this;
    const { course, validation, frames, histograms } = unpack(increment, head);
    const isFresh = ({ step }: { readonly step: number }): boolean => step > known.tally.step;
    const [came, counted] = [frames.filter(isFresh), histograms.filter(isFresh)];
    const tracked = new Set(thinned([...known.track.kept, ...came], head.track_stride).kept);
    // Frames are views of the increment's arrays. One that outlives the others would hold them all: it gets an array of its own.
    const fresh =
      head.after === 0 ? came : came.map((frame) => (tracked.has(frame) ? copyFrame(frame) : frame));
    return new History({
      layers: head.layers,
      tally: tallyOf(head),
      course: withLatest(known.course, head.course_stride, course),
      validation: withLatest(known.validation, head.validation_stride, validation),
      moved: increment.moved,
      // A copy with fewer first frames than are kept has all frames that there were, so that the next ones are the first that came.
      first: [...known.first, ...fresh].slice(0, FIRST_FRAMES),
      recent: [...known.recent, ...fresh].slice(-recentFrames(head.layers)),
      track: thinned([...known.track.kept, ...fresh], head.track_stride),
      histogram: counted.at(-1) ?? known.histogram,
      histograms: thinned([...known.histograms.kept, ...counted], head.hist_stride),
    });
  }
}

const tallyOf = (head: Tally): Tally => ({
  ...NO_TALLY,
  ...(Object.fromEntries(TALLY.map((name) => [name, head[name]])) as Record<keyof Tally, number>),
});
