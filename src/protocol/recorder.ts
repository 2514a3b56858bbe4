import { NO_BUCKETS } from "./buckets.ts";
import { copyFrame, isBroken, layerCount, statOf, TOTALS, type Frame } from "./frame.ts";
import { incrementOf, type Increment } from "./increment.ts";
import {
  COURSE,
  courseCapacity,
  courseFigures,
  deltaOf,
  FIRST_FRAMES,
  histogramCapacity,
  NO_TALLY,
  recentFrames,
  trackCapacity,
  VALIDATION,
  VALIDATION_CAPACITY,
  type Histogram,
  type Tally,
} from "./kept.ts";
import { Pyramid } from "./pyramid.ts";
import { NOTHING_KEPT, Thinning } from "./thinned.ts";

/** Steps that the smoothed loss looks back over. */
const SMOOTHING = 20;

/** The history of a run where its frames arise: takes every one, and hands over what is new. A frame costs no memory. */
export class Recorder {
  readonly #tally: Writable<Tally> = { ...NO_TALLY };
  readonly #validation = new Pyramid(VALIDATION.length, VALIDATION_CAPACITY);
  readonly #first: Frame[] = [];
  readonly #recent: Frame[] = [];
  #course: Pyramid | undefined;
  #track: Thinning<Frame> | undefined;
  #histograms: Thinning<Histogram> | undefined;
  /** The figures of the frame that is added; a place for each, written anew each time. */
  #figures = new Float64Array(0);
  #moved = new Float64Array(0);
  #histogram: Writable<Histogram> | undefined;
  #smooth = NaN;

  /** Adds a frame that is later than all before. It may be written again afterwards: what is kept of it is copied. */
  push(frame: Frame): void {
    const layers = layerCount(frame);
    this.#course ??= new Pyramid(courseFigures(layers), courseCapacity(layers));
    this.#track ??= new Thinning(trackCapacity(layers));
    this.#histograms ??= new Thinning(histogramCapacity(layers));
    if (this.#figures.length === 0) {
      this.#figures = new Float64Array(courseFigures(layers));
      this.#moved = new Float64Array(layers);
    }
    const [clipped, broken] = [frame.clip_coef < 1, isBroken(frame)];
    this.#smooth = smoothed(this.#smooth, frame, this.#tally.step);
    this.#move(frame, layers);
    this.#count(frame, clipped, broken);
    this.#course.push(frame.step, this.#courseOf(frame, layers), clipped, broken);
    if (isEvaluation(frame)) this.#validation.push(frame.step, [frame.val_loss, frame.val_metric]);
    this.#keep(frame, layers, broken);
  }

  /** The step of the latest frame. */
  step(): number {
    return this.#tally.step;
  }

  /** What a copy lacks that has reached this step; 0: everything. */
  since(step: number): Increment {
    const kept = {
      layers: this.#figures.length === 0 ? 0 : this.#figures.length - COURSE.length,
      tally: this.#tally,
      course: this.#course?.level() ?? NO_BUCKETS,
      validation: this.#validation.level(),
      moved: this.#moved,
      first: this.#first,
      recent: this.#recent,
      track: this.#track?.thinned() ?? NOTHING_KEPT,
      histogram: this.#histogram,
      histograms: this.#histograms?.thinned() ?? NOTHING_KEPT,
    };
    return incrementOf(kept, step);
  }

  /** A frame stands for the steps since the one before, which gave none. */
  #move(frame: Frame, layers: number): void {
    const steps = frame.step - this.#tally.step;
    for (let layer = 0; layer < layers; layer++) {
      const ratio = statOf(frame, layer, "update_ratio");
      if (Number.isFinite(ratio)) this.#moved[layer] = (this.#moved[layer] ?? 0) + ratio * steps;
    }
  }

  #courseOf(frame: Frame, layers: number): Float64Array {
    const figures = this.#figures;
    for (let i = 0; i < COURSE.length; i++) {
      const figure = COURSE[i];
      figures[i] = figure === "smooth" ? this.#smooth : frame[figure];
    }
    for (let layer = 0; layer < layers; layer++) figures[deltaOf(layer)] = statOf(frame, layer, "delta_norm");
    return figures;
  }

  #count(frame: Frame, clipped: boolean, broken: boolean): void {
    const { step, loss, val_loss } = frame;
    const tally = this.#tally;
    if (tally.frames > 0 && !(tally.interval <= step - tally.step)) tally.interval = step - tally.step;
    tally.step = step;
    tally.frames++;
    if (clipped) tally.clipped++;
    if (broken) tally.broken++;
    if (Number.isFinite(loss)) {
      if (!(tally.lowest <= loss)) [tally.lowest, tally.lowest_step] = [loss, step];
      if (!(tally.highest >= loss)) [tally.highest, tally.highest_step] = [loss, step];
    }
    if (isEvaluation(frame)) tally.evaluations++;
    if (Number.isFinite(val_loss) && !(tally.lowest_val <= val_loss))
      [tally.lowest_val, tally.lowest_val_step] = [val_loss, step];
  }

  #keep(frame: Frame, layers: number, broken: boolean): void {
    const { step, hist } = frame;
    if (this.#first.length < FIRST_FRAMES) this.#first.push(copyFrame(withoutHistogram(frame)));
    this.#track?.push(step, () => copyFrame(withoutHistogram(frame)));
    const oldest = this.#recent.length < recentFrames(layers) ? undefined : this.#recent.shift();
    this.#recent.push(oldest ? overwritten(oldest, frame) : copyFrame(withoutHistogram(frame)));
    // One that was counted among NaNs counts next to nothing: it serves only where there is no other.
    if (!hist || (broken && this.#histogram)) return;
    this.#histograms?.push(step, () => ({ step, hist: hist.slice() }));
    this.#histogram ??= { step, hist: new Float64Array(hist.length) };
    this.#histogram.step = step;
    this.#histogram.hist.set(hist);
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const isEvaluation = ({ val_loss, val_metric }: Frame): boolean =>
  !Number.isNaN(val_loss) || !Number.isNaN(val_metric);

/** Exponential mean over about `SMOOTHING` steps; begins anew after a loss that is not finite. */
function smoothed(before: number, { step, loss }: Frame, stepBefore: number): number {
  if (!Number.isFinite(before)) return loss;
  const window = Math.min(SMOOTHING, step); // the first steps count fully, or the start would linger
  return before + (loss - before) * (1 - (1 - 1 / window) ** (step - stepBefore));
}

function withoutHistogram({ hist: _, ...frame }: Frame): Frame {
  return frame;
}

/** A frame that is no longer kept, with the figures of another of the same run. */
function overwritten(kept: Writable<Frame>, frame: Frame): Frame {
  kept.step = frame.step;
  for (const total of TOTALS) kept[total] = frame[total];
  kept.values.set(frame.values);
  if (frame.time) kept.time?.set(frame.time);
  return kept;
}
