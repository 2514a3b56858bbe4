import type { Problem } from "../protocol/problem.ts";

/** `path:line:col: message`, one line each; lines and columns count from 1. */
export const problemLines = (file: string, text: string, problems: readonly Problem[]): string =>
  problems
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, severity, message }) => {
      const before = text.slice(0, offset).split("\n");
      const place = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
      return `${place}: ${severity === "warning" ? "warning: " : ""}${message}\n`;
    })
    .join("");
