import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import { copyFrame } from "../../src/protocol/frame.ts";
import { exportModel } from "../../src/pytorch/export.ts";
import { stepLine } from "../../src/text/jsonl.ts";
import { load } from "../../src/worker/load.ts";
import type { Line } from "../support/stream.ts";
import { assertRan, runJobs, skip, workFolder, write } from "../support/torch.ts";

/** A net whose layers each multiply what passes by about 1000. */
const model = (activation: string, depth: number) =>
  JSON.stringify({
    version: 1,
    models: {
      m: {
        input: [16],
        layers: [
          {
            repeat: depth,
            name: "block",
            layers: [
              { type: "Linear", out_features: 16, init: { type: "normal", std: 1000 / 4 } },
              { type: activation },
            ],
          },
          { type: "Linear", out_features: 1 },
        ],
        loss: "MSELoss",
        optimizer: { type: "SGD", lr: 0.01 },
        data: { type: "gaussian", samples: 32 },
        train: { steps: 1, batch_size: 32 },
      },
    },
  });

/** How many layers multiply by 1000: f32 ends at 3e38, so that the outputs overflow, or only the gradients. */
const DEPTHS = { forward: 16, back: 12 };

/** PyTorch's Hardswish computes x · 6 / 6, and overflows before x does: it is compared on the way back alone. */
const MODELS = ["ReLU", "LeakyReLU", "ReLU6", "Hardtanh", "Hardswish", "Hardsigmoid"].flatMap((activation) =>
  Object.entries(DEPTHS)
    .filter(([way]) => way === "back" || activation !== "Hardswish")
    .map(([way, depth]) => ({ name: `${activation}, ${way}`, text: model(activation, depth) })),
);

/** Of each layer how many numbers of its output and of its gradient are not finite, and which part of them is 0. */
const countsOf = ({ layers }: Line) =>
  (layers as unknown as readonly Line[]).map((row) =>
    ["path", "act_nonfinite", "act_zero", "grad_nonfinite", "grad_zero"].map(
      (column) => row[column] ?? "none",
    ),
  );

suite("a step that overflows, in GradLens and in PyTorch", { skip }, () => {
  if (skip !== false) return;
  const folder = workFolder();
  const specs = MODELS.map(({ name, text }) => {
    const { models, problems } = parse(text);
    assert.ok(models[0]?.spec, JSON.stringify(problems));
    return { name, text, spec: models[0].spec };
  });
  const seen = runJobs(
    folder,
    specs.map(({ spec }, i) => ({ program: write(folder, `m${i}.py`, exportModel(spec)), mode: "watch" })),
  );

  for (const [i, { name, text }] of specs.entries()) {
    test(`${name}: has as many numbers that are not finite, in the same layers`, async () => {
      assertRan(seen[i]);
      const training = await load(text, "m", { file: `${folder}/m.json`, root: folder }, { engine: "auto" });
      const [frame] = Array.from(training.steps(), copyFrame);
      const found = JSON.parse(stepLine(frame, training.info.layers)) as Line;
      const expected = seen[i].find(({ type }) => type === "step");
      assert.ok(expected);
      assert.deepEqual(countsOf(found), countsOf(expected));
    });
  }
});
