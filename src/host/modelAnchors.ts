import type * as vscode from "vscode";
import type { HeldLayer } from "../model/held.ts";
import type { Anchors } from "./anchors.ts";
import { LatestRuns } from "./figures.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";

/** Layers in model files stand where they are declared. */
export class ModelAnchors implements Anchors<HeldLayer> {
  readonly #models: Models;
  readonly #runs: Runs;

  constructor(models: Models, runs: Runs) {
    this.#models = models;
    this.#runs = runs;
  }

  has(document: vscode.TextDocument): boolean {
    return isModelFile(document);
  }

  of(document: vscode.TextDocument): readonly HeldLayer[] {
    return this.#models.held(document)?.models.flatMap((model) => model.layers) ?? [];
  }

  at(document: vscode.TextDocument, position: vscode.Position): HeldLayer | undefined {
    return this.#models.at(document, position);
  }

  find(document: vscode.TextDocument, { origin }: Run, layer: string): HeldLayer | undefined {
    if (document.uri.toString() !== origin.uri?.toString()) return undefined;
    return this.#models.held(document)?.find(origin.model, layer);
  }

  now(document: vscode.TextDocument): LatestRuns {
    return new LatestRuns(this.#models, this.#runs, document);
  }
}
