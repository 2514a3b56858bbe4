import { t } from "../l10n/translate.ts";
import type { Entry } from "./entry.ts";
import { memberOf, quote } from "./json.ts";
import { ask } from "./names.ts";
import type { Report } from "./report.ts";
import { isReserved } from "./reserved.ts";

/** Reports names that come twice in a list. */
export function reportSameNames(entries: readonly Entry[], report: Report): void {
  const names = new Set<string>();
  for (const { at, name } of entries) {
    const place = memberOf(at, "name");
    if (place && names.has(name)) {
      const message = t`another layer of this list is called ${quote(name)}: names are unique among siblings`;
      report({ code: "layer.duplicate-name", at: place, message });
    }
    names.add(name);
  }
}

/** Reports names that a module of PyTorch cannot give to a child, so that the model could not be exported. */
export function reportReserved(entries: readonly Entry[], report: Report): void {
  for (const { at, name } of entries) {
    const place = memberOf(at, "name");
    if (!place || !isReserved(name)) continue;
    const guess = `${name.replace(/^_+|_+$/g, "")}_layer`;
    const message = t`PyTorch's modules have an attribute called ${quote(name)} of their own${ask(guess)}`;
    report({ code: "layer.reserved-name", at: place, message, fix: JSON.stringify(guess) });
  }
}

/** A shortcut with weights is called `shortcut` beside the block's layers. */
export function reportTaken(layers: readonly Entry[], report: Report): void {
  for (const { at, name } of layers) {
    const place = memberOf(at, "name");
    if (!place || name !== "shortcut") continue;
    const message = t`the shortcut of this Residual is called "shortcut": names are unique among siblings`;
    report({ code: "layer.duplicate-name", at: place, message });
  }
}
