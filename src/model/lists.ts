import { readEntries } from "./entries.ts";
import type { Entry, Reading } from "./entry.ts";
import type { Json } from "./json.ts";
import { isBroken } from "./json.ts";
import type { Finding, Report } from "./report.ts";

/** A model's list of layers as written. */
export interface LayerList {
  readonly entries: readonly Entry[];
  /** Nothing in it is wrong in itself. */
  readonly valid: boolean;
}

interface Read extends LayerList {
  readonly findings: readonly Finding[];
}

/** Reads each list of layers once, however many models share it through `extends`, and for as long as its text stays. */
export class Lists {
  readonly #read = new WeakMap<Json, Read>();
  readonly #reading: Omit<Reading, "report">;
  #reported = new Set<Json>();

  constructor(reading: Omit<Reading, "report">) {
    this.#reading = reading;
  }

  /** Another text: what is wrong in a list is told anew, once. */
  begin(): void {
    this.#reported = new Set();
  }

  get(json: Json, tell: Report): LayerList {
    const list = this.#read.get(json) ?? this.#readNow(json);
    if (!this.#reported.has(json)) list.findings.forEach(tell);
    this.#reported.add(json);
    return list;
  }

  #readNow(json: Json): Read {
    const findings: Finding[] = [];
    const report: Report = (finding) => findings.push(finding);
    const entries = readEntries("layers", json, { ...this.#reading, report });
    const valid = !isBroken(json) && findings.every(({ severity }) => severity === "warning");
    const list = { entries, valid, findings };
    this.#read.set(json, list);
    return list;
  }
}
