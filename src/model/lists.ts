import { readEntries } from "./entries.ts";
import type { Entry, Reading } from "./entry.ts";
import type { Json } from "./json.ts";
import { isBroken } from "./json.ts";
import type { Report } from "./report.ts";

/** A model's list of layers as written. */
export interface LayerList {
  readonly entries: readonly Entry[];
  /** Nothing in it is wrong in itself. */
  readonly whole: boolean;
}

/** Reads each list of layers once, however many models share it through `extends`. */
export class Lists {
  readonly #read = new Map<Json, LayerList>();
  readonly #reading: Omit<Reading, "report">;

  constructor(reading: Omit<Reading, "report">) {
    this.#reading = reading;
  }

  get(json: Json, tell: Report): LayerList {
    const known = this.#read.get(json);
    if (known) return known;
    let whole = !isBroken(json);
    const report: Report = (finding) => {
      whole &&= finding.severity === "warning";
      tell(finding);
    };
    const entries = readEntries("layers", json, { ...this.#reading, report });
    const list = { entries, whole };
    this.#read.set(json, list);
    return list;
  }
}
