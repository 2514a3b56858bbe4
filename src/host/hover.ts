import type * as vscode from "vscode";
import type { HeldLayer } from "../model/held.ts";
import { explainLayers } from "../text/explain.ts";
import { explainFinding } from "../text/explainFinding.ts";
import { ownMarkdown, type Markdown } from "../text/quote.ts";
import { LatestRuns } from "./figures.ts";
import type { Findings } from "./findings.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Runs } from "./runs.ts";
import { hover } from "./say.ts";

/** What was found at the place that is pointed at, and the latest figures of the layer. What its type means, the schema's hover says. */
export const figuresHover = (models: Models, runs: Runs, findings: Findings): vscode.HoverProvider => ({
  provideHover(document, position) {
    if (!isModelFile(document)) return undefined;
    const layer = models.at(document, position);
    const found = findings.of(document).filter(({ range }) => range.contains(position));
    const parts = [
      ...found.map((one) => explainFinding(one.found)),
      ...figuresOf(new LatestRuns(models, runs, document), layer),
    ];
    return parts.length > 0 ? hover(ownMarkdown(parts.join("\n\n---\n\n"))) : undefined;
  },
});

function figuresOf(latest: LatestRuns, layer: HeldLayer | undefined): readonly Markdown[] {
  const found = layer && latest.figures(layer);
  if (!found) return [];
  const { run, frame, rows, stale, probe } = found;
  return [explainLayers(run.info, frame, rows, stale, run.findingsSeen(), probe)];
}
