import { t } from "../l10n/translate.ts";
import type { Problem } from "../protocol/problem.ts";
import { LONGEST_MESSAGE, quoted, shorten, visible } from "../protocol/visible.ts";
import type { Place, Range } from "./json.ts";
import { pathOf } from "./json.ts";
import { LIMITS } from "./limits.ts";

export interface Finding {
  readonly code: string;
  readonly at: Place;
  readonly message: string;
  readonly severity?: Problem["severity"];
  /** A replacement for exactly this range, when `message` already asks "did you mean". */
  readonly fix?: string;
}

export type Report = (finding: Finding) => void;

/** Longest replacement that a title names in full. */
const LONGEST_FIX = 60;

/** Takes findings of all models of a file; the same one, found again through `extends`, counts once. */
export class Collector {
  readonly #problems = new Map<string, Problem>();

  readonly report: Report = (finding) => this.#add(finding, finding.message);

  /** Reports for one model: a finding outside the model's own text says which model it is about. */
  reportFor(model: string, { offset, length }: Range): Report {
    return (finding) => {
      const inside = finding.at.offset >= offset && finding.at.offset < offset + length;
      this.#add(finding, inside ? finding.message : t`in model ${quoted(model)}: ${finding.message}`);
    };
  }

  /** In the order of the text. */
  problems(): readonly Problem[] {
    return [...this.#problems.values()].sort((a, b) => a.offset - b.offset || a.length - b.length);
  }

  #add({ code, at, message, severity = "error", fix }: Finding, text: string): void {
    const key = `${at.offset}+${at.length} ${code} ${message}`;
    if (this.#problems.has(key) || this.#problems.size >= LIMITS.problems) return;
    this.#problems.set(key, {
      severity,
      code,
      message: shorten(text, LONGEST_MESSAGE),
      path: pathOf(at),
      offset: at.offset,
      length: at.length,
      ...(fix !== undefined && {
        fix: { title: t`Replace by ${visible(shorten(fix, LONGEST_FIX))}`, text: fix },
      }),
    });
  }
}
