import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { copyFrame } from "../../src/protocol/frame.ts";
import { runLine, stepLine } from "../../src/text/jsonl.ts";
import { load } from "../../src/worker/load.ts";
import { assertStep, type Line, readStream } from "../support/stream.ts";

const streams = join(import.meta.dirname, "../reference/streams");

/** What both sides must say of a layer before the first step. */
const identity = (layers: unknown) =>
  (layers as readonly Line[]).map(({ path, type, output_shape }) => ({ path, type, output_shape }));

suite("four steps of training and every statistic, from PyTorch", () => {
  for (const name of readdirSync(streams)) {
    test(name, async () => {
      const root = join(streams, name);
      const file = join(root, "m.gradlens.json");
      const expected = readStream(readFileSync(join(root, "ref.jsonl"), "utf8"));
      const training = await load(readFileSync(file, "utf8"), "m", { file, root }, { histEvery: 1 });

      const run = JSON.parse(runLine(training.info)) as Line;
      assert.deepEqual(identity(run["layers"]), identity(expected[0]["layers"]));
      assert.equal(run["parameters"], expected[0]["parameters"]);

      const frames = Array.from(training.steps(), copyFrame);
      assert.equal(frames.length, 4);
      frames.forEach((frame, i) =>
        assertStep(JSON.parse(stepLine(frame, training.info.layers)) as Line, expected[i + 1]),
      );
    });
  }
});
