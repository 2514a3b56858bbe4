import { t } from "../../src/l10n/translate.ts";
import { cellOf, COLUMN, type Frame, type Stat } from "../../src/protocol/frame.ts";
import type { History } from "../../src/protocol/history.ts";
import { count } from "../../src/insight/format.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import type { Point } from "./chart.ts";

/** Points that a chart is made of, at most: a screen shows no more, and each costs time. */
export const MOST_POINTS = 2000;

/** Frames that are kept whole, at most so many: every n-th, and the latest. */
export function some(history: History, most: number): readonly Frame[] {
  const frames = history.frames();
  const every = Math.ceil(frames.length / Math.max(2, most));
  return frames.filter((_, i) => i % every === 0 || i === frames.length - 1);
}

/** A figure of a layer at these steps. */
export function pointsAt(frames: readonly Frame[], layer: number, stat: Stat): readonly Point[] {
  const column = COLUMN[stat];
  return frames.map((frame) => ({ x: frame.step, y: drawn(cellOf(frame, layer, column)) }));
}

const drawn = (y: number): number => (Number.isFinite(y) ? y : NaN);

/** What a chart says of steps that it leaves out; nothing where there are none. */
export function leftOut(history: History, shown: readonly Frame[]): string | undefined {
  const { frames } = history.tally;
  return shown.length < frames ? t`${count(shown.length)} of ${count(frames)} steps` : undefined;
}

/** So many of these rows, spread evenly from the first to the last. */
export function spread(rows: readonly number[], most: number): readonly number[] {
  if (rows.length <= most) return rows;
  const at = (i: number): number => rows[Math.round((i * (rows.length - 1)) / (most - 1))] ?? 0;
  return [...new Set(Array.from({ length: most }, (_, i) => at(i)))];
}

/** The rows that have a statistic. */
export const rowsWith = (layers: readonly LayerInfo[], stat: Stat): readonly number[] =>
  layers.flatMap(({ stats }, row) => (stats.includes(stat) ? [row] : []));
