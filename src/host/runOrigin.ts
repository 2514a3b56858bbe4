import type * as vscode from "vscode";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import type { RunSummary } from "../protocol/webview.ts";
import type { FileState, ModelSource, RunOptions } from "../protocol/worker.ts";
import type { Said } from "./recorded.ts";

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
  /** The file that another process writes it to, and the folder that names in it are seen from. */
  readonly stream?: { readonly file: string; readonly folder: vscode.Uri };
}

/** What a run is from its beginning. */
export interface RunBeginning {
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
  readonly name: string | undefined;
  readonly pinned: boolean;
  readonly end: RunEnd;
  readonly files: readonly FileState[];
  readonly said: Said;
}
