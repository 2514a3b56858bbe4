import { rangeOf, spanOf } from "../protocol/buckets.ts";
import { STATS, COLUMN, TOTALS, type Frame, type Total } from "../protocol/frame.ts";
import type { History } from "../protocol/history.ts";
import { COURSE, courseOf, deltaOf, VALIDATION, validationOf } from "../protocol/kept.ts";
import type { LayerInfo, RunEnd, RunInfo } from "../protocol/run.ts";
import { endLine, runLine, stepLine } from "./jsonl.ts";
import { ended, type Terminal } from "./quote.ts";
import { thinningOf } from "./thinning.ts";

/** What a bucket knows of its first and its last step. */
const PARTS = ["first", "last"] as const;

type Sparse = { -readonly [K in keyof Frame]: Frame[K] };

/**
 * What is kept of a run as the stream that the command writes: frames that are kept whole with all their columns, and of the steps
 * between the first and the last of each bucket, with the figures that charts draw over time. Nothing is interpolated.
 */
export function* streamOf(info: RunInfo, history: History, end: RunEnd | undefined): Generator<Terminal> {
  const thinned = thinningOf(history);
  yield ended(runLine(info, thinned && { ...thinned }));
  const whole = new Map(history.frames().map((frame) => [frame.step, frame]));
  const sparse = sparseFrames(history);
  const columns = info.layers.map(onlyDelta);
  const steps = [...new Set([...whole.keys(), ...sparse.keys()])].sort((a, b) => a - b);
  for (const step of steps) {
    const frame = whole.get(step);
    const rest = sparse.get(step);
    if (frame) yield ended(stepLine(withHistogram(frame, history), info.layers));
    else if (rest) yield ended(stepLine(rest, columns));
  }
  if (end) yield ended(endLine(end));
}

const withHistogram = (frame: Frame, { histogram }: History): Frame =>
  histogram?.step === frame.step ? { ...frame, hist: histogram.hist } : frame;

const onlyDelta = ({ time: _, stats, ...layer }: LayerInfo): LayerInfo => ({
  ...layer,
  stats: stats.filter((stat) => stat === "delta_norm"),
});

function sparseFrames({ course, validation, layers }: History): ReadonlyMap<number, Frame> {
  const frames = new Map<number, Sparse>();
  const at = (step: number): Sparse => {
    const known = frames.get(step) ?? emptyFrame(step, layers);
    frames.set(step, known);
    return known;
  };
  for (const bucket of course.buckets) {
    const { from, to } = spanOf(bucket);
    for (const part of PARTS) {
      const frame = at(part === "first" ? from : to);
      for (const total of COURSE)
        if (total !== "smooth") frame[total] = rangeOf(bucket, courseOf(total))[part];
      for (let layer = 0; layer < layers; layer++)
        frame.values[layer * STATS.length + COLUMN.delta_norm] = rangeOf(bucket, deltaOf(layer))[part];
    }
  }
  for (const bucket of validation.buckets) {
    const { from, to } = spanOf(bucket);
    for (const part of PARTS) {
      const frame = frames.get(part === "first" ? from : to);
      if (frame) for (const total of VALIDATION) frame[total] = rangeOf(bucket, validationOf(total))[part];
    }
  }
  return frames;
}

const NO_TOTALS = Object.fromEntries(TOTALS.map((total) => [total, NaN])) as Readonly<Record<Total, number>>;

const emptyFrame = (step: number, layers: number): Sparse => ({
  step,
  ...NO_TOTALS,
  values: new Float64Array(layers * STATS.length).fill(NaN),
});
