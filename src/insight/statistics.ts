import { type Format, type LensKind, type Statistic, STATISTICS } from "../protocol/statistics.ts";
import { compact, count, figure, percent } from "./format.ts";

/** Those of which the panel and the CLI's table show a layer's. */
export const SHORT: readonly Statistic[] = STATISTICS.filter(({ short }) => short === true);

/** Those of a lens, in order. */
export const lensStatistics = (kind: LensKind): readonly Statistic[] =>
  STATISTICS.filter((row) => row.lens?.[kind] !== undefined).toSorted(
    (a, b) => (a.lens?.[kind] ?? 0) - (b.lens?.[kind] ?? 0),
  );

/** A value of the statistic for reading. */
export const shown = ({ format }: Pick<Statistic, "format">, value: number): string =>
  SHOWN[format](value, figure);

/** The same where a text changes in place (`compact`). */
export const shownCompact = ({ format }: Pick<Statistic, "format">, value: number): string =>
  SHOWN[format](value, compact);

const SHOWN: Readonly<Record<Format, (x: number, figure: (x: number) => string) => string>> = {
  figure: (x, write) => write(x),
  percent: (x) => percent(x),
  count,
};
