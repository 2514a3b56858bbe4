import type { Increment } from "./increment.ts";
import type { RunEnd, RunInfo } from "./run.ts";
import type { Spectrum } from "./spectrum.ts";
import type { ReadProgress } from "./worker.ts";

/** A run's identity for as long as the window lives. */
export type RunId = number;

/** What a run is doing now. */
export type RunState = "preparing" | "running" | "paused" | "ended";

/** One run as the panel's picker and header show it. */
export interface RunSummary {
  readonly id: RunId;
  readonly info: RunInfo;
  readonly state: RunState;
  readonly end?: RunEnd;
  /** How far the reading of its files is, while a run is prepared that takes its time. */
  readonly reading?: ReadProgress;
  /** Steps made so far. */
  readonly step: number;
  readonly loss: number;
  readonly steps_per_second: number;
  /** Name of the model file, relative to the workspace. */
  readonly file: string;
  /** Which of the two runs that are compared, where fixes were tried. */
  readonly trial?: "as it is" | "with fixes";
  /** What the user calls it; absent where it has no other name than its model's. */
  readonly name?: string;
  /** Time of the start, as the picker shows it: `14:03:22`, with the date before it where that is another day's. */
  readonly started: string;
  /** The model's text has changed since the run, or a file that it has read. */
  readonly stale: boolean;
  /** What can be done with it: nothing, where somebody else makes it. */
  readonly controls: readonly Control[];
}

/** A run that lies under the shown one, and why: the user wants it, its model is extended by the shown one's, or it was the run before. */
export interface Overlay {
  readonly run: RunId;
  readonly because: "pinned" | "parent" | "before";
}

/** Host to webview. State first, then increments: a view that was hidden asks for state again. */
export type ToWebview =
  /**
   * Everything there is to draw. Answers `ready` and `select`; replaces whatever the view held, but for the figures of the runs in
   * `overlays`. `history` is the whole one of the shown run; those of the runs under it come as `frames`, one message each.
   */
  | {
      readonly type: "state";
      readonly runs: readonly RunSummary[];
      readonly shown?: RunId;
      readonly history?: Increment;
      readonly overlays: readonly Overlay[];
      /** Model files of the workspace have been found: the empty state offers to run instead of to create. */
      readonly has_models: boolean;
    }
  /** What is new in the history of the shown run, or of one under it. At most `MESSAGES_PER_SECOND` times a second. */
  | { readonly type: "frames"; readonly run: RunId; readonly history: Increment }
  /** Runs were added, changed their state, or lie under the shown one or no longer do. Draw the picker and the header anew. */
  | {
      readonly type: "runs";
      readonly runs: readonly RunSummary[];
      readonly shown?: RunId;
      readonly overlays: readonly Overlay[];
    }
  /** Mark this layer everywhere (the cursor is on its declaration); `undefined` marks none. Scroll to it when `scroll`. */
  | { readonly type: "mark"; readonly layer?: string; readonly scroll: boolean }
  /** The Jacobian spectrum of a part of the shown run's model; absent: none has been computed. */
  | { readonly type: "spectrum"; readonly spectrum?: Spectrum }
  /** Show all figures of this layer. */
  | { readonly type: "layer"; readonly layer: string };

/** Webview to host. */
export type FromWebview =
  /** The view has (re)loaded and holds nothing. */
  | { readonly type: "ready" }
  /** The view has taken the focus. */
  | { readonly type: "focus" }
  /** Frames of this run did not arrive: the view has those up to `step`. Send what is new since then. */
  | { readonly type: "behind"; readonly run: RunId; readonly step: number }
  /** The user chose another run in the picker. */
  | { readonly type: "select"; readonly run: RunId }
  /** The user clicked a layer; show its definition in the model file. */
  | { readonly type: "reveal"; readonly run: RunId; readonly layer: string }
  /** The pointer or the keyboard is on a layer; mark its line in the editor. `undefined`: on none. */
  | { readonly type: "hover"; readonly run: RunId; readonly layer?: string }
  /** The user wants a run under the shown one, or not. */
  | { readonly type: "pin"; readonly run: RunId; readonly on: boolean }
  /** Show how the declarations of two runs differ. */
  | { readonly type: "diff"; readonly run: RunId; readonly other: RunId }
  /** The panel shows this step of the run; absent: the latest. */
  | { readonly type: "at"; readonly run: RunId; readonly step?: number }
  /** Let the user save a chart. A picture of pixels comes as base64. */
  | { readonly type: "save"; readonly name: string; readonly format: SaveFormat; readonly content: string }
  /** Compute the Jacobian spectrum of a layer or block of the run. */
  | { readonly type: "decompose"; readonly run: RunId; readonly layer: string }
  /** A button of the header, or of the empty state. */
  | { readonly type: "command"; readonly command: PanelCommand };

export const SAVE_FORMATS = ["png", "svg", "csv"] as const;

export type SaveFormat = (typeof SAVE_FORMATS)[number];

/** What can be done with a run that the engine makes. */
export const CONTROLS = ["pause", "resume", "step", "stop", "rerun"] as const;

export type Control = (typeof CONTROLS)[number];

export const PANEL_COMMANDS = ["run", ...CONTROLS, "newModel", "openExamples"] as const;

export type PanelCommand = (typeof PANEL_COMMANDS)[number];

export const MESSAGES_PER_SECOND = 20;
