import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

/** Large enough that nothing is collected while the process counts. */
const YOUNG = ["--min-semi-space-size=64", "--max-semi-space-size=64"];

test("10,000 steps leave nothing behind, and allocate no array and next to nothing on the way", () => {
  const script = join(import.meta.dirname, "../support/heapOfSteps.ts");
  const { stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", ...YOUNG, script], {
    encoding: "utf8",
  });
  assert.ok(stdout, stderr);
  const { perStep, arraysPerStep, leftPerStep } = JSON.parse(stdout) as Record<string, number>;
  // What a generator gives, and the odd number that does not fit into 31 bits; one row of a frame alone has 136 bytes.
  assert.ok(perStep < 250, `${perStep} bytes a step`);
  assert.ok(arraysPerStep < 1, `${arraysPerStep} bytes of arrays a step`);
  assert.ok(leftPerStep < 8, `${leftPerStep} bytes a step are left`); // what V8 knows of the code, not of the steps
});
