import { t } from "../l10n/translate.ts";
import type { Entry } from "./entry.ts";
import { LIMITS } from "./limits.ts";
import { grouped } from "./names.ts";
import type { Report } from "./report.ts";

/** Number of rows that entries stand for, found by multiplication: nothing is unrolled before this is known. */
export const countRows = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + rowsOfEntry(entry), 0);

function rowsOfEntry(entry: Entry): number {
  const copies = entry.repeat ?? 1;
  switch (entry.kind) {
    case "layer":
      return copies;
    case "sequential":
    case "unknown":
      return copies * Math.max(1, countRows(entry.layers)); // an empty one still takes its place
    case "residual": {
      const { shortcut } = entry;
      const beside =
        shortcut.kind === "layers" ? countRows(shortcut.layers) : shortcut.kind === "projection" ? 1 : 0;
      return copies * (1 + countRows(entry.layers) + beside);
    }
    default:
      return entry satisfies never;
  }
}

/** Whether the entries stay within the number of layers; otherwise reported at the one that goes beyond. */
export function checkCount(entries: readonly Entry[], report: Report): boolean {
  const total = countRows(entries);
  if (total <= LIMITS.layers) return true;
  let sum = 0;
  const at = entries.find((entry) => (sum += rowsOfEntry(entry)) > LIMITS.layers)?.anchor;
  const message = t`the model has ${grouped(total)} layers, but at most ${grouped(LIMITS.layers)} are allowed`;
  if (at) report({ code: "limit.layers", at, message });
  return false;
}
