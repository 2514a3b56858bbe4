import type { Entry, Inits } from "./entry.ts";
import type { Place } from "./json.ts";
import type { Report } from "./report.ts";
import type { Tables } from "./tables.ts";
import type { Totals } from "./totals.ts";

/** What holds within a block. */
export interface InheritedOptions {
  /** The innermost initialisers that were written around a layer, or at it. */
  readonly inits: Inits;
  /** Several layers come of one entry: its messages say which is meant. */
  readonly copied: boolean;
  /** Within a `Residual`. */
  readonly residual: boolean;
}

/** Where one model is built. */
export interface BuildContext {
  readonly tables: Tables;
  readonly report: Report;
  readonly totals: Totals;
  readonly batch: number;
  /** Initialisers that some layer refused: one report is enough for a model's thousand layers. */
  readonly refused: Set<Place>;
  /** Remembers that the row at `path` comes of `entry`. */
  note(entry: Entry, path: string): void;
}
