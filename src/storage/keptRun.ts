import { History } from "../protocol/history.ts";
import { isSound, type Increment } from "../protocol/increment.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import type { RunSummary } from "../protocol/webview.ts";
import type { FileState } from "../protocol/worker.ts";

/** What lists say of a run that is kept: all but what was recorded. */
export interface RunHead {
  readonly version: typeof VERSION;
  /** The model file; absent where the run belongs to none. */
  readonly uri?: string;
  /** What its file is called, relative to the workspace. */
  readonly file: string;
  readonly model: string;
  readonly fingerprint: string;
  readonly info: Omit<RunInfo, "layers" | "declared" | "data">;
  /** What the user calls it. */
  readonly name?: string;
  readonly pinned: boolean;
  /** The user does not want it under other runs; absent: it may lie there. */
  readonly hidden?: boolean;
  readonly trial?: RunSummary["trial"];
  /** Milliseconds since 1970. */
  readonly started: number;
  /** Absent where it was still going on when it was written. */
  readonly end?: RunEnd;
  readonly elapsed_ms: number;
  readonly step: number;
  readonly loss: number;
  readonly severity: "ok" | "info" | "warning" | "error";
  /** The settings that it goes by; absent: none. */
  readonly rules?: RuleSettings;
  readonly files: readonly FileState[];
}

/** What was recorded, and of what. */
export interface RunBody {
  readonly info: RunInfo;
  readonly history: Increment;
}

/** Of another one nothing is known. */
export const VERSION = 2;

/** Whether a head, or what is said to be one, can be read. */
export const isHead = (value: unknown): value is RunHead => isRecord(value) && value["version"] === VERSION;

/** The history, where all of its arrays belong together and to the layers. */
export function historyOf(value: unknown): { readonly info: RunInfo; readonly history: History } | undefined {
  if (!isRecord(value) || !isRecord(value["info"]) || !isRecord(value["history"])) return undefined;
  const { info, history } = value as unknown as RunBody;
  const whole = isSound(history) ? History.EMPTY.extended(history) : undefined;
  if (!whole || (whole.layers !== 0 && whole.layers !== info.layers.length)) return undefined;
  return { info, history: whole };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
