import type * as vscode from "vscode";
import { explainLayers } from "../text/explain.ts";
import { LatestRuns } from "./figures.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Runs } from "./runs.ts";
import { hover } from "./say.ts";

/** The latest figures of the layer that is pointed at. What its type means, the schema's hover says. */
export const figuresHover = (models: Models, runs: Runs): vscode.HoverProvider => ({
  provideHover(document, position) {
    const layer = isModelFile(document) ? models.at(document, position) : undefined;
    const found = layer && new LatestRuns(models, runs, document).figures(layer);
    if (!found) return undefined;
    const { run, frame, rows, stale } = found;
    return hover(explainLayers(run.info, frame, rows, stale, run.findings()));
  },
});
