import { STATS, statOf } from "../src/protocol/frame.ts";
import type { Frame } from "../src/protocol/frame.ts";

/** Steps kept whole: the window of bands and medians. */
export const RECENT = 20;

/** Columns of the overview at most; when it is full, neighbours merge and the stride doubles. */
export const COLUMNS = 512;

/** Steps that the smoothed loss looks back over. */
const SMOOTHING = 20;

/** What the overview keeps of a few steps in a row. */
export interface Column {
  /** The last of its steps; the figures without a range are of this step. */
  readonly step: number;
  /** ‖∂L/∂h‖ of every layer. */
  readonly delta: Float64Array;
  /** A NaN or ±∞ was computed at `step`, so that a missing figure is not an absent one. */
  readonly broken: boolean;
  readonly lossMin: number;
  readonly lossMax: number;
  readonly lossSmooth: number;
  /** Steps at which the gradient was clipped. */
  readonly clipped: number;
  /** The last evaluation of the validation set within the column; NaN where there was none. */
  readonly valLoss: number;
}

/**
 * What the panel keeps of a run: the last steps whole and the run thinned out to `COLUMNS`, so that memory
 * and the cost of a drawing are bounded, however long the run.
 */
export interface History {
  readonly recent: readonly Frame[];
  readonly columns: readonly Column[];
  /** Steps of one column. */
  readonly stride: number;
  /** The frame with the latest histogram; `recent` has none. */
  readonly histogram?: Frame;
}

export const EMPTY: History = { recent: [], columns: [], stride: 1 };

/** The history with these frames at its end. Frames that are not newer than what is there are left out. */
export function append(history: History, frames: readonly Frame[]): History {
  const newest = history.recent.at(-1)?.step ?? 0;
  const fresh = frames.filter(({ step }) => step > newest);
  if (fresh.length === 0) return history;

  const columns = [...history.columns];
  let { stride } = history;
  for (const frame of fresh) {
    push(columns, columnOf(frame, columns.at(-1)), stride);
    while (columns.length > COLUMNS) {
      stride *= 2;
      for (const column of columns.splice(0)) push(columns, column, stride);
    }
  }
  const counted = fresh.filter(({ hist }) => hist);
  // One that was counted among NaNs counts next to nothing: it serves only where there is no other.
  const histogram = counted.findLast((frame) => !isBroken(frame)) ?? history.histogram ?? counted.at(-1);
  const recent = [...history.recent, ...fresh].slice(-RECENT).map(withoutHistogram);
  return { recent, columns, stride, ...(histogram && { histogram }) };
}

function withoutHistogram(frame: Frame): Frame {
  if (!frame.hist) return frame;
  const { hist: _, ...rest } = frame;
  return rest;
}

function columnOf(frame: Frame, before: Column | undefined): Column {
  const delta = deltasOf(frame);
  return {
    step: frame.step,
    delta,
    broken: isBroken(frame),
    lossMin: frame.loss,
    lossMax: frame.loss,
    lossSmooth: smooth(frame, before),
    clipped: frame.clip_coef < 1 ? 1 : 0,
    valLoss: frame.val_loss,
  };
}

/** Exponential mean over about `SMOOTHING` steps; begins anew after a loss that is not finite. */
function smooth({ step, loss }: Frame, before: Column | undefined): number {
  if (!before || !Number.isFinite(before.lossSmooth)) return loss;
  const window = Math.min(SMOOTHING, step); // the first steps count fully, or the start would linger
  return before.lossSmooth + (loss - before.lossSmooth) * (1 - (1 - 1 / window) ** (step - before.step));
}

/** Adds a column at the end, or merges it into the last one where both cover the same steps. */
function push(columns: Column[], column: Column, stride: number): void {
  const last = columns.at(-1);
  const place = (step: number): number => Math.floor((step - 1) / stride);
  if (last && place(last.step) === place(column.step)) columns[columns.length - 1] = merge(last, column);
  else columns.push(column);
}

const merge = (a: Column, b: Column): Column => ({
  ...b,
  lossMin: Math.min(a.lossMin, b.lossMin),
  lossMax: Math.max(a.lossMax, b.lossMax),
  clipped: a.clipped + b.clipped,
  valLoss: Number.isNaN(b.valLoss) ? a.valLoss : b.valLoss,
});

/** Number of layers of a frame, whose rows are of the length of the protocol's columns. */
const deltasOf = (frame: Frame): Float64Array =>
  Float64Array.from({ length: frame.values.length / STATS.length }, (_, layer) =>
    statOf(frame, layer, "delta_norm"),
  );

/** A NaN or ±∞ was computed at this step. */
export function isBroken(frame: Frame): boolean {
  if (!Number.isFinite(frame.loss) || !Number.isFinite(frame.grad_norm)) return true;
  for (let layer = 0; layer < frame.values.length / STATS.length; layer++) {
    if (statOf(frame, layer, "grad_nonfinite") > 0 || statOf(frame, layer, "act_nonfinite") > 0) return true;
    if (statOf(frame, layer, "delta_norm") === Infinity) return true;
  }
  return false;
}
