import { addFigure, addFrame, emptyBucket, lastStep, rangeOf, spanOf, type Bucket } from "./buckets.ts";
import { COLUMN, isBroken, layerCount, STATS, statOf, type Frame } from "./frame.ts";
import { History } from "./history.ts";
import { COURSE, courseFigures, courseOf, deltaOf, recentFrames, validationOf, type Tally } from "./kept.ts";
import { thinned } from "./thinned.ts";

/** The frame that stands for a step: of those that are kept whole the latest up to it, or else the first. `undefined` before the first step. */
export function frameAt(history: History, step: number): Frame | undefined {
  const frames = history.frames();
  return frames.findLast((frame) => frame.step <= step) ?? frames[0];
}

/** The steps that a frame stands for: from its own to the one before the next that is kept. */
export function stepsFor(history: History, frame: Frame): { readonly from: number; readonly to: number } {
  const next = history.frames().find(({ step }) => step > frame.step);
  return { from: frame.step, to: Math.max(frame.step, (next?.step ?? frame.step + 1) - 1) };
}

/**
 * The history as it was at a frame of it, as far as that is kept: of the frames before those that were not thinned out, counts and
 * extremes over the buckets. How far weights have come (`moved`) is taken from the frames that there are, each for the steps since the one before.
 */
export function historyAt(history: History, frame: Frame): History {
  const { step } = frame;
  const upTo = (one: { readonly step: number }): boolean => one.step <= step;
  const frames = history.frames().filter(upTo);
  const buckets = courseUpTo(history, frame, frames);
  const validation = history.validation.buckets.filter((bucket) => lastStep(bucket) <= step);
  const counted = history.histograms.kept.filter(upTo);
  const latest = history.histogram && upTo(history.histogram) ? history.histogram : counted.at(-1);
  const { interval } = history.tally;
  return new History({
    layers: history.layers,
    tally: tallyOf(frame, buckets, validation, interval),
    course: { stride: history.course.stride, buckets },
    validation: { stride: history.validation.stride, buckets: validation },
    moved: movedIn(frames, history.layers),
    first: history.first.filter(upTo),
    recent: frames.filter((one) => one.step > step - recentFrames(history.layers) * interval),
    track: thinned(history.track.kept.filter(upTo), history.track.stride),
    histogram: latest,
    histograms: thinned(counted, history.histograms.stride),
  });
}

/** The buckets that end before the frame's, and one of the frames of its own bucket that are known. */
function courseUpTo({ course }: History, frame: Frame, frames: readonly Frame[]): readonly Bucket[] {
  const before = course.buckets.filter((bucket) => lastStep(bucket) <= frame.step);
  const cut = course.buckets.find((bucket) => lastStep(bucket) > frame.step);
  if (!cut || spanOf(cut).from > frame.step) return before;
  const { from } = spanOf(cut);
  const bucket = emptyBucket(courseFigures(layerCount(frame)), from);
  for (const one of frames.filter(({ step }) => step >= from)) {
    // The mean at the first step of a bucket is kept, those in between are not.
    const smooth = one.step === from ? rangeOf(cut, courseOf("smooth")).first : NaN;
    COURSE.forEach((name, i) => addFigure(bucket, i, name === "smooth" ? smooth : one[name]));
    for (let layer = 0; layer < layerCount(one); layer++)
      addFigure(bucket, deltaOf(layer), statOf(one, layer, "delta_norm"));
    addFrame(bucket, one.step, one.clip_coef < 1, isBroken(one));
  }
  return [...before, bucket];
}

function tallyOf(
  { step }: Frame,
  course: readonly Bucket[],
  validation: readonly Bucket[],
  interval: number,
): Tally {
  const sum = (what: "frames" | "clipped" | "broken"): number =>
    course.reduce((all, bucket) => all + spanOf(bucket)[what], 0);
  const loss = extremes(course, courseOf("loss"));
  const val = extremes(validation, validationOf("val_loss"));
  return {
    step,
    frames: sum("frames"),
    interval,
    clipped: sum("clipped"),
    broken: sum("broken"),
    evaluations: validation.reduce((all, bucket) => all + spanOf(bucket).frames, 0),
    ...{ lowest: loss.min, lowest_step: loss.minStep, highest: loss.max, highest_step: loss.maxStep },
    ...{ lowest_val: val.min, lowest_val_step: val.minStep },
  };
}

/** The least and the greatest of a figure, with the last steps of the buckets that have them. */
function extremes(
  buckets: readonly Bucket[],
  figure: number,
): Readonly<Record<"min" | "minStep" | "max" | "maxStep", number>> {
  let [min, minStep, max, maxStep] = [NaN, NaN, NaN, NaN];
  for (const bucket of buckets) {
    const range = rangeOf(bucket, figure);
    if (range.min < min || (Number.isNaN(min) && range.finite > 0))
      [min, minStep] = [range.min, lastStep(bucket)];
    if (range.max > max || (Number.isNaN(max) && range.finite > 0))
      [max, maxStep] = [range.max, lastStep(bucket)];
  }
  return { min, minStep, max, maxStep };
}

function movedIn(frames: readonly Frame[], layers: number): Float64Array {
  const moved = new Float64Array(layers);
  frames.forEach((frame, i) => {
    const steps = frame.step - (frames[i - 1]?.step ?? 0);
    for (let layer = 0; layer < layers; layer++) {
      const ratio = frame.values[layer * STATS.length + COLUMN.update_ratio] ?? NaN;
      if (Number.isFinite(ratio)) moved[layer] = (moved[layer] ?? 0) + ratio * steps;
    }
  });
  return moved;
}
