import { COLUMN, STATS, TOTALS, type Frame, type Stat, type Total } from "../../src/protocol/frame.ts";

type Row = Readonly<Partial<Record<Stat, number>>>;

/** A frame of these rows; what they leave out is NaN, as a layer without that column has it. */
export function frameOf(rows: readonly Row[], totals: Partial<Record<Total, number>> = {}, step = 1): Frame {
  const values = new Float64Array(rows.length * STATS.length).fill(NaN);
  for (const [layer, row] of rows.entries()) {
    for (const [stat, value] of Object.entries(row))
      values[layer * STATS.length + COLUMN[stat as Stat]] = value;
  }
  const none = Object.fromEntries(TOTALS.map((total) => [total, NaN])) as Record<Total, number>;
  return { ...none, ...totals, step, values };
}
