import type { Entry } from "./entry.ts";
import { memberOf, quote } from "./json.ts";
import type { Report } from "./report.ts";

/** Reports names that come twice in a list. */
export function reportSameNames(entries: readonly Entry[], report: Report): void {
  const names = new Set<string>();
  for (const { at, name } of entries) {
    const place = memberOf(at, "name");
    if (place && names.has(name)) {
      const message = `another layer of this list is called ${quote(name)}: names are unique among siblings`;
      report({ code: "layer.duplicate-name", at: place, message });
    }
    names.add(name);
  }
}

/** A shortcut with weights is called `shortcut` beside the block's layers. */
export function reportTaken(layers: readonly Entry[], report: Report): void {
  for (const { at, name } of layers) {
    const place = memberOf(at, "name");
    if (!place || name !== "shortcut") continue;
    const message = 'the shortcut of this Residual is called "shortcut": names are unique among siblings';
    report({ code: "layer.duplicate-name", at: place, message });
  }
}
