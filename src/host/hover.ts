import type * as vscode from "vscode";
import { explainLayers } from "../text/explain.ts";
import { explainFinding } from "../text/explainFinding.ts";
import { ownMarkdown, type Markdown } from "../text/quote.ts";
import type { Anchors } from "./anchors.ts";
import type { Figures } from "./figures.ts";
import type { Findings } from "./findings.ts";
import { hover } from "./say.ts";

/** What was found at the place that is pointed at, and the latest figures of the layer. What its type means, the schema's hover says. */
export const figuresHover = (anchors: Anchors, findings: Findings): vscode.HoverProvider => ({
  provideHover(document, position) {
    if (!anchors.has(document)) return undefined;
    const layer = anchors.at(document, position);
    const found = findings.of(document).filter(({ range }) => range.contains(position));
    const parts = [
      ...found.map((one) => explainFinding(one.found)),
      ...explained(layer && anchors.now(document).figures(layer)),
    ];
    return parts.length > 0 ? hover(ownMarkdown(parts.join("\n\n---\n\n"))) : undefined;
  },
});

function explained(found: Figures | undefined): readonly Markdown[] {
  if (!found) return [];
  const { run, frame, rows, stale, probe } = found;
  return [explainLayers(run.info, frame, rows, stale, run.findingsSeen(), probe)];
}
