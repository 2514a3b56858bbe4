import * as vscode from "vscode";
import type { Increment } from "../protocol/increment.ts";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import { CONTROLS, type Control } from "../protocol/webview.ts";
import type { Prepared, ReadProgress } from "../protocol/worker.ts";

/** What a source says of its run. */
export type SourceState =
  | { readonly state: "preparing"; readonly reading: ReadProgress }
  | ({ readonly state: "running" | "paused" } & Partial<Prepared>)
  | { readonly state: "ended"; readonly end: RunEnd };

/** Where the frames of a run come from: the engine, or the stream of a program that somebody else runs. */
export interface FrameSource extends vscode.Disposable {
  /** What is known before the first step. */
  readonly info: RunInfo;
  /** What can be done with the run from here. */
  readonly controls: ReadonlySet<Control>;
  readonly onFrames: vscode.Event<Increment>;
  readonly onState: vscode.Event<SourceState>;
}

/** All of them, and none. */
export const EVERY_CONTROL: ReadonlySet<Control> = new Set(CONTROLS);
export const NO_CONTROL: ReadonlySet<Control> = new Set();

/** One that whoever made it tells what to say. */
export class Source implements FrameSource {
  readonly info: RunInfo;
  readonly controls: ReadonlySet<Control>;
  readonly #frames = new vscode.EventEmitter<Increment>();
  readonly #states = new vscode.EventEmitter<SourceState>();
  readonly onFrames = this.#frames.event;
  readonly onState = this.#states.event;

  constructor(info: RunInfo, controls: ReadonlySet<Control>) {
    this.info = info;
    this.controls = controls;
  }

  frames(increment: Increment): void {
    this.#frames.fire(increment);
  }

  tell(state: SourceState): void {
    this.#states.fire(state);
  }

  dispose(): void {
    this.#frames.dispose();
    this.#states.dispose();
  }
}
