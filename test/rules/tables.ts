import { percent } from "../../src/insight/format.ts";

export const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
export const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => "---")), ...rows].join("\n");

export const share = (part: number, of: number): string =>
  of === 0 ? "–" : `${percent(part / of, 1)} (${part} of ${of})`;
