import * as vscode from "vscode";
import { plain } from "../text/quote.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Panel } from "./panel.ts";
import type { Run } from "./run.ts";
import { modelAtCursor, refuse } from "./running.ts";
import type { Runs } from "./runs.ts";
import type { ProgramAnchors } from "./watch/programAnchors.ts";

export interface PinServices {
  readonly models: Models;
  readonly runs: Runs;
  readonly programs: ProgramAnchors;
  readonly panel: Panel;
}

/** Pins a run, or unpins it: the one that a lens names, else the one that the user means. */
export function togglePin(services: PinServices, id: unknown): void {
  const run = typeof id === "number" ? services.runs.get(id) : runMeant(services);
  if (run) services.runs.pin(run, !run.pinned);
  else if (id === undefined)
    refuse(plain`There is no run to pin yet.`, plain`Run Model…`, "gradlens.runPick");
}

/** The latest run of the model at the cursor, or of the program; else the one that the panel shows. */
function runMeant({ models, runs, programs, panel }: PinServices): Run | undefined {
  const document = vscode.window.activeTextEditor?.document;
  const there = document && (isModelFile(document) ? declared(document) : programs.runs(document)[0]);
  return there ?? panel.shown() ?? runs.all().at(-1);

  function declared(file: vscode.TextDocument): Run | undefined {
    const all = models.of(file).models;
    const model = modelAtCursor(file, all) ?? (all.length === 1 ? all[0] : undefined);
    return model && runs.latest(file.uri, model.name);
  }
}
