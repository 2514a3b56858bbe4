import * as vscode from "vscode";
import { RunFiles } from "../storage/runFiles.ts";
import { AllAnchors, type Anchors } from "./anchors.ts";
import { DataFiles } from "./dataFiles.ts";
import { Imports } from "./importing.ts";
import { KeptRuns } from "./keptRuns.ts";
import { Log } from "./log.ts";
import { ModelAnchors } from "./modelAnchors.ts";
import { Models } from "./models.ts";
import { ReaderThread } from "./readerThread.ts";
import type { Run } from "./run.ts";
import { Running } from "./running.ts";
import { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import { Trainer } from "./trainer.ts";
import { MarksOfFiles } from "./watch/marksOfFiles.ts";
import { ProgramAnchors } from "./watch/programAnchors.ts";
import { WatchedRuns } from "./watch/watchedRuns.ts";

/** Ends a thing with the window. */
export type Own = <T extends vscode.Disposable>(thing: T) => T;

/** What knows of models and runs, and shows nothing. */
export interface Parts {
  readonly log: Log;
  readonly models: Models;
  readonly runs: Runs;
  readonly trainer: Trainer;
  readonly running: Running;
  readonly files: DataFiles;
  readonly imports: Imports;
  readonly watched: WatchedRuns;
  readonly marks: MarksOfFiles;
  readonly programs: ProgramAnchors;
  readonly anchors: Anchors;
  /** Where no folder is open nothing is kept. */
  readonly kept: KeptRuns | undefined;
  /** What ran is no longer what the files say. */
  isStale(run: Run): boolean;
}

/** `trainer` is ended by whoever makes it: that takes time. */
export function makeParts(
  { extensionUri, storageUri, workspaceState }: vscode.ExtensionContext,
  own: Own,
): Parts {
  const log = own(new Log());
  const dist = (name: string): string => vscode.Uri.joinPath(extensionUri, "dist", name).fsPath;
  const models = own(new Models(own(new ReaderThread(dist("reader.cjs"), log.line))));
  const runs = own(new Runs(settings.keepRuns, settings.rules));
  const trainer = new Trainer(runs, dist("worker.cjs"), log.line);
  const programs = own(new ProgramAnchors(runs));
  const marks = own(new MarksOfFiles(workspaceState, runs));
  const storage = storageUri && vscode.Uri.joinPath(storageUri, "runs").fsPath;
  return {
    ...{ log, models, runs, trainer, programs },
    running: new Running(models, runs, trainer),
    files: own(new DataFiles(models, runs, trainer)),
    imports: own(new Imports(runs)),
    ...{ marks, watched: own(new WatchedRuns(runs, marks, log.line)) },
    anchors: new AllAnchors(new ModelAnchors(models, runs), programs),
    kept: storage === undefined ? undefined : own(new KeptRuns(runs, new RunFiles(storage))),
    isStale: (run) => (run.isWatched ? programs.isStale(run) : models.isStale(run)),
  };
}
