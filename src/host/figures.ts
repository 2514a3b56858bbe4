import type * as vscode from "vscode";
import type { HeldLayer } from "../model/held.ts";
import type { Frame } from "../protocol/frame.ts";
import type { Models } from "./models.ts";
import { Probe } from "./probe.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";

/** The figures that stand at a declaration. */
export interface Figures {
  readonly run: Run;
  readonly frame: Frame;
  /** Rows of the frame, in order. */
  readonly rows: readonly number[];
  /** The model is no longer what ran. */
  readonly stale: boolean;
  /** Nobody ran it: these are its first steps, after an edit. */
  readonly probe: boolean;
}

interface Latest {
  readonly run: Run;
  readonly frame: Frame | undefined;
  readonly stale: boolean;
}

/** The latest runs of a document's models at one moment: looked up once for each model, for all of its layers. */
export class LatestRuns {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #uri: vscode.Uri;
  readonly #latest = new Map<string, Latest | undefined>();

  constructor(models: Models, runs: Runs, { uri }: vscode.TextDocument) {
    this.#models = models;
    this.#runs = runs;
    this.#uri = uri;
  }

  of(model: string): Latest | undefined {
    if (!this.#latest.has(model)) this.#latest.set(model, this.#look(model));
    return this.#latest.get(model);
  }

  /** Those of the latest run that the layer takes part in; `undefined` where none has made a step. */
  figures({ uses }: HeldLayer): Figures | undefined {
    let figures: Figures | undefined;
    for (const { model, paths } of uses) {
      const latest = this.#shown(model);
      if (!latest?.frame || (figures && figures.run.id > latest.run.id)) continue;
      const { run, frame, stale } = latest;
      const rows = run.rows(paths);
      if (rows.length > 0) figures = { run, frame, rows, stale, probe: run instanceof Probe };
    }
    return figures;
  }

  /** A probe of the model as it is now, where no run has shown that. */
  probe(model: string): Probe | undefined {
    const latest = this.of(model);
    const probe = latest && !latest.stale ? undefined : this.#runs.probe(this.#uri, model);
    return probe && !this.#models.isStale(probe) ? probe : undefined;
  }

  #shown(model: string): Latest | undefined {
    const probe = this.probe(model);
    return probe ? { run: probe, frame: probe.history.latest(), stale: false } : this.of(model);
  }

  #look(model: string): Latest | undefined {
    const run = this.#runs.latest(this.#uri, model);
    return run && { run, frame: run.historySeen().latest(), stale: this.#models.isStale(run) };
  }
}
