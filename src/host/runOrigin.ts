import type * as vscode from "vscode";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import type { RunSummary } from "../protocol/webview.ts";
import type { FileState, ModelSource, RunOptions } from "../protocol/worker.ts";
import type { Said } from "./recorded.ts";
import type { Rename } from "./renames.ts";

/** Where a run came from: enough to find its declarations again, and to tell whether they have changed since. */
export interface RunOrigin {
  /** The model file; absent where the run belongs to none. */
  readonly uri?: vscode.Uri;
  /** What its file is called: relative to the workspace, for a model file. */
  readonly file: string;
  readonly model: string;
  /** The model of the file that it extends. */
  readonly base?: string;
  /** What the model came to: equal fingerprints give equal runs. */
  readonly fingerprint: string;
  /** What the text says of the run; the worker's answer replaces it. */
  readonly info: RunInfo;
  /** Where another process makes it. */
  readonly stream?: StreamOrigin;
}

/** The file that another process writes a run to. */
export interface StreamOrigin {
  readonly file: string;
  /** The folder that names in it are seen from. */
  readonly folder: vscode.Uri;
  /** Files and folders that have been renamed since it was written, in order. */
  readonly renames: readonly Rename[];
}

/** What the user has said of a run. */
export interface RunMarks {
  /** What it is called. */
  readonly name?: string;
  /** It is not dropped for another, and lies under the runs that are shown. */
  readonly pinned?: boolean;
  /** It is not wanted under those that are shown, where it would lie by itself. */
  readonly hidden?: boolean;
}

/** What a run is from its beginning. */
export interface RunBeginning extends RunMarks {
  readonly origin: RunOrigin;
  /** Where it began before anybody knew of it. */
  readonly started?: Date;
  /** The user has started it just now, be it in another process. */
  readonly isAskedFor?: boolean;
  readonly trial?: RunSummary["trial"];
}

/** All that is needed to make a run of a model file. */
export interface RunRequest extends RunBeginning {
  readonly origin: RunOrigin & { readonly uri: vscode.Uri };
  readonly source: ModelSource;
  readonly options: RunOptions;
}

/** A run of an earlier window: what is known of it before what was recorded is read. */
export interface KeptBefore extends RunBeginning {
  readonly key: string;
  readonly started: Date;
  readonly end: RunEnd;
  readonly files: readonly FileState[];
  readonly said: Said;
}
