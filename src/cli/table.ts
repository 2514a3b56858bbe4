import { type Frame, statOf } from "../protocol/frame.ts";
import { layerName } from "../protocol/layerName.ts";
import type { RunInfo } from "../protocol/run.ts";
import { shorten } from "../protocol/visible.ts";
import { compact } from "../insight/format.ts";
import { logSharesAt } from "../insight/share.ts";
import { SHORT, shownCompact } from "../insight/statistics.ts";
import type { Statistic } from "../protocol/statistics.ts";
import { lines, type Terminal } from "../text/quote.ts";

/** Decades that the bar spans: what falls below them is as good as nothing. */
const DECADES = 12;
const BAR = 24;

/** Columns of the longest path that is shown whole. */
const LONGEST_PATH = 48;

/**
 * The last step of a run, a line for each layer, with a bar for the share of the gradient that reaches the layer:
 * its ‖∂L/∂h‖ by that of the last one.
 */
export function table({ layers }: RunInfo, frame: Frame): Terminal {
  const shares = logSharesAt(frame).map((share) => (share === Infinity ? NaN : 10 ** share));
  const header = ["layer", "type", ...SHORT.map(({ symbol }) => symbol), "of the output's ‖∂L/∂h‖"];
  const rows = layers.map(({ path, type }, i) => [
    shorten(layerName(path), LONGEST_PATH),
    type,
    ...SHORT.map((statistic) => cell(statistic, statOf(frame, i, statistic.column))),
    `${bar(shares[i] ?? NaN)} ${compact(shares[i] ?? NaN)}`,
  ]);
  return lines(align([header, ...rows]));
}

const cell = (statistic: Statistic, value: number): string =>
  Number.isNaN(value) ? "" : shownCompact(statistic, value);

/** Full for a share of 1, one `DECADES`-th less for each power of ten below it; `»` where it grows beyond 1. */
function bar(share: number): string {
  if (Number.isNaN(share)) return "NaN".padEnd(BAR);
  if (share > 1.5) return `${"█".repeat(BAR - 1)}»`;
  const left = Math.max(1 + Math.log10(Math.max(share, 1e-300)) / DECADES, 0);
  const eighths = Math.round(Math.min(left, 1) * BAR * 8);
  const part = " ▏▎▍▌▋▊▉"[eighths % 8];
  return ("█".repeat(Math.floor(eighths / 8)) + (eighths % 8 ? part : "")).padEnd(BAR);
}

/** Text columns to the left, numbers to the right. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const text = (i: number) => i < 2 || i === widths.length - 1;
  return rows
    .map((row) => row.map((value, i) => (text(i) ? value.padEnd(widths[i]) : value.padStart(widths[i]))))
    .map((row) => `${row.join("  ").trimEnd()}\n`)
    .join("");
}
