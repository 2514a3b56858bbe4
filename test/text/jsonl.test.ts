import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { RunInfo } from "../../src/protocol/run.ts";
import { runLine } from "../../src/text/jsonl.ts";

const info: RunInfo = {
  model: "m",
  seed: 0,
  parameters: 10,
  steps: 500,
  layers: [],
  hist_every: 1,
  engine: "scalar",
};

suite("the line of a run", () => {
  test("says what is known of the data, with infinity as a word", () => {
    const data = { samples: 4, class_shares: [0.25, 0.75], input_nonfinite: 0, floor: 0.5 };
    const line = JSON.parse(runLine({ ...info, data: { ...data, target_offset: Infinity } })) as unknown;
    assert.deepEqual((line as { data: unknown }).data, { ...data, target_offset: "Infinity" });
  });

  test("says nothing of data that nobody knows", () => {
    assert.ok(!("data" in (JSON.parse(runLine(info)) as object)));
  });
});
