import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { suite, test } from "node:test";
import { initialWeights } from "../../src/engine/init/initialWeights.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { layOut } from "../../src/engine/compile/parameterLayout.ts";
import type { ModelSpec } from "../../src/engine/spec.ts";
import { writeSafetensors } from "../../src/engine/weights/index.ts";
import { parse } from "../../src/model/parse.ts";
import { copyFrame } from "../../src/protocol/frame.ts";
import { exportModel } from "../../src/pytorch/export.ts";
import { load, withOptions } from "../../src/worker/load.ts";
import { assertStep, type Line } from "../support/stream.ts";
import { assertRan, type Job, runJobs, skip, workFolder, write } from "../support/torch.ts";

/** Rounding errors grow from step to step: so many are compared. */
const STEPS = 4;

interface Example {
  readonly file: string;
  readonly text: string;
  readonly spec: ModelSpec;
}

const specsOf = (file: string): readonly Example[] => {
  const text = readFileSync(file, "utf8");
  const { models } = parse(text);
  return models.flatMap(({ spec }) =>
    spec ? [{ file, text, spec: withOptions(spec, { steps: STEPS }) }] : [],
  );
};

function examples(): readonly Example[] {
  const folder = join(import.meta.dirname, "../../examples");
  const files = readdirSync(folder).filter((name) => name.endsWith(".gradlens.json"));
  return files.flatMap((name) => specsOf(join(folder, name)));
}

/** A model that starts from the weights of a file, which are twice as large as they would be otherwise. */
function withWeights(folder: string): readonly Example[] {
  const model = {
    input: [1],
    layers: [
      { type: "Linear", name: "first", out_features: 6 },
      { type: "BatchNorm1d" },
      { type: "Unflatten", dim: 1, unflattened_size: [3, 2] },
      { type: "LSTM", hidden_size: 3 },
      { type: "Linear", out_features: 1 },
    ],
    loss: "MSELoss",
    data: { type: "regression_sine", samples: 40 },
    weights: "stored weights.safetensors",
  };
  const models = { stored: model, wrapped: { ...model, weights: "wrapped weights.safetensors" } };
  const all = specsOf(write(folder, "stored.gradlens.json", JSON.stringify({ models })));
  for (const { spec } of all) {
    const prefix = spec.name === "wrapped" ? "_orig_mod.module." : "";
    const tensors = [...doubled(spec)].map(([name, tensor]) => [prefix + name, tensor] as const);
    write(folder, models[spec.name as keyof typeof models].weights, writeSafetensors(new Map(tensors)));
  }
  return all;
}

function doubled(spec: ModelSpec) {
  const { weights } = layOut(spec, layers, 0);
  return new Map(
    [...initialWeights(spec, layers)].map(([name, values]) => [
      name,
      { shape: weights.get(name)?.shape ?? [], values: values.map((x) => 2 * x) },
    ]),
  );
}

const numeral = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** The step as other runs have it, without its layers. */
const lossesOf = (line: Line): readonly Line[] =>
  (line["witnesses"] as unknown as readonly Line[]).map((witness) => ({ ...witness, layers: [] }));

/** The folder of a model file, as seen from the programs'. */
const homeOf = (folder: string, file: string): string => relative(join(folder, "programs"), join(file, ".."));

suite("exported examples, run as they are", { skip }, () => {
  if (skip !== false) return;
  const folder = workFolder();
  const all = [...examples(), ...withWeights(folder)];
  const programs = all.map(({ file, spec }, i) =>
    write(folder, `programs/e${i}.py`, exportModel(spec, { folder: homeOf(folder, file) })),
  );
  const run = (mode: Job["mode"]) =>
    runJobs(
      folder,
      programs.map((program) => ({ program, mode })),
    );
  const [printed, watched] = [run("main"), run("watch")];

  for (const [i, { file, text, spec }] of all.entries()) {
    test(`${relative(join(file, "../.."), file)}: ${spec.name}`, async () => {
      for (const lines of [printed[i], watched[i]]) assertRan(lines);
      const witnesses = watched[i].filter(({ type }) => type === "step").map(lossesOf);
      const root = join(file, "../..");
      const training = await load(text, spec.name, { file, root }, { steps: STEPS });
      const frames = Array.from(training.steps(), copyFrame);
      assert.ok(frames.length > 0);
      frames.forEach(({ loss, val_loss }, at) => {
        const found = { step: at + 1, loss: numeral(loss), val_loss: numeral(val_loss), layers: [] };
        assertStep(found, { ...printed[i][at], layers: [], witnesses: witnesses[at] });
      });
    });
  }
});
