import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { History } from "../../src/protocol/history.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import { StreamReader } from "../../src/text/stream/reader.ts";

/** A run of PyTorch whose stream was recorded (`test/reference/watched`). */
export function watchedRun(name: string): { readonly info: RunInfo; readonly history: History } {
  const reader = new StreamReader();
  reader.take(readFileSync(join(import.meta.dirname, "..", "reference", "watched", `${name}.jsonl`)));
  const { info, recorder } = reader;
  const history = History.EMPTY.extended(recorder.since(0));
  assert.ok(info && history);
  return { info, history };
}
