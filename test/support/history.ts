import assert from "node:assert/strict";
import type { Frame } from "../../src/protocol/frame.ts";
import { History } from "../../src/protocol/history.ts";
import { Recorder } from "../../src/protocol/recorder.ts";

export const EMPTY = History.EMPTY;

export function recorded(frames: readonly Frame[]): Recorder {
  const recorder = new Recorder();
  for (const frame of frames) recorder.push(frame);
  return recorder;
}

/** The history of a run that has made these frames. */
export const historyOf = (frames: readonly Frame[]): History => extended(EMPTY, recorded(frames), 0);

/** The copy with what the recorder has after a step; by default what the copy lacks. */
export function extended(history: History, recorder: Recorder, after = history.tally.step): History {
  const next = history.extended(recorder.since(after));
  assert.ok(next, `frames between ${history.tally.step} and ${after} are missing`);
  return next;
}
