import type { Problem } from "../protocol/problem.ts";
import { line, lines, type Terminal } from "../text/quote.ts";

/** A problem as `path:line:col: message`; lines and columns count from 1. */
export function problemsOf(file: string, text: string, problems: readonly Problem[]): readonly Terminal[] {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|[\r\n]/g), ({ 0: end, index }) => index + end.length)];
  return problems
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, severity, message }) => {
      const row = starts.findLastIndex((start) => start <= offset);
      const what = severity === "warning" ? "warning: " : "";
      return line`${file}:${row + 1}:${offset - starts[row] + 1}: ${what}${message}`;
    });
}

/** One line for each problem. */
export const problemLines = (file: string, text: string, problems: readonly Problem[]): Terminal =>
  lines(
    problemsOf(file, text, problems)
      .map((one) => `${one}\n`)
      .join(""),
  );
