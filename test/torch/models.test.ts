import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { initialWeights } from "../../src/engine/init/initialWeights.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { layersOf, type ModelSpec } from "../../src/engine/spec.ts";
import { parse } from "../../src/model/parse.ts";
import { standard } from "../../src/model/tables.ts";
import { copyFrame } from "../../src/protocol/frame.ts";
import { exportModel } from "../../src/pytorch/export.ts";
import { runLine, stepLine } from "../../src/text/jsonl.ts";
import { load } from "../../src/worker/load.ts";
import { RandomModels } from "../support/randomModel.ts";
import { assertStep, type Line } from "../support/stream.ts";
import { assertRan, runJobs, skip, workFolder, write } from "../support/torch.ts";
import { assertWeights } from "../support/weights.ts";

const SEED = Number(process.env["GRADLENS_SEED"] ?? 5);
const LEAST = 150;
/** After so many models, everything must have been drawn. */
const MOST = 250;

const GROUPS = ["layers", "losses", "optimizers", "schedulers", "inits", "dataSets"] as const;
/** The others are read from files: `data.test.ts`. */
const GENERATED = new Set(
  Object.keys(standard.dataSets).filter((name) => standard.dataSets[name].kind === "file"),
);

function draw(): { readonly texts: readonly string[]; readonly missing: readonly string[] } {
  const models = new RandomModels(SEED);
  const missing = () =>
    models.coverage.missing(standard, GROUPS).filter((key) => !GENERATED.has(key.replace("dataSets.", "")));
  const texts: string[] = [];
  while (texts.length < LEAST || (texts.length < MOST && missing().length > 0)) texts.push(models.next());
  return { texts, missing: missing() };
}

function specOf(text: string): ModelSpec {
  const spec = parse(text).models[0].spec;
  assert.ok(spec);
  return spec;
}

const describe = (spec: ModelSpec): string =>
  [...[...layersOf(spec.layers)].map(({ type }) => type), spec.loss.type, spec.optimizer.type].join(" ");

/** The weights before the first step, then four steps with every statistic, then the losses of the program by itself. */
async function compare(
  text: string,
  root: string,
  seen: readonly Line[],
  engine: "auto" | "scalar",
): Promise<void> {
  assertRan(seen);
  const [weights, run, ...lines] = seen;
  const spec = specOf(text);
  assertWeights(spec, initialWeights(spec, layers), weights["weights"]);

  const training = await load(text, "m", { file: `${root}/m.json`, root }, { engine, histEvery: 1 });
  const own = JSON.parse(runLine(training.info)) as Line;
  assert.equal(own["parameters"], run["parameters"]);
  assert.deepEqual(identity(own), identity(run));

  const frames = Array.from(training.steps(), copyFrame);
  const { losses } = lines[lines.length - 1] as unknown as { readonly losses: readonly number[] };
  const steps = lines.slice(0, -1);
  assert.equal(frames.length, steps.length);
  frames.forEach((frame, i) => {
    assertStep(JSON.parse(stepLine(frame, training.info.layers)) as Line, steps[i]);
    if (!hasInnerMasks(spec)) assertStep(lossOf(i, frame.loss), byItself(i, losses[i], steps[i]));
  });
}

const lossOf = (i: number, loss: number): Line => ({ step: i + 1, loss, layers: [] });

/** The loss of the program by itself, with the run that was watched and its witnesses as witnesses. */
function byItself(i: number, loss: number, watched: Line): Line {
  const others = [watched, ...(watched["witnesses"] as unknown as readonly Line[])];
  const witnesses = others.map((line) => ({ ...line, layers: [] }));
  return { ...lossOf(i, loss), witnesses };
}

const identity = (run: Line) =>
  (run["layers"] as unknown as readonly Line[]).map(({ path, type, output_shape }) => ({
    path,
    type,
    output_shape,
  }));

/** PyTorch's recurrent layers draw their masks where `watch.py` cannot lend them ours. */
const hasInnerMasks = (spec: ModelSpec): boolean =>
  [...layersOf(spec.layers)].some(
    ({ type, params }) =>
      layers[type].group === "recurrent" && Number(params["dropout"]) > 0 && Number(params["num_layers"]) > 1,
  );

suite("random models, in GradLens and in PyTorch", { skip }, () => {
  if (skip !== false) return;
  const { texts, missing } = draw();
  const folder = workFolder();
  const seen = runJobs(
    folder,
    texts.map((text, i) => ({
      program: write(folder, `m${i}.py`, exportModel(specOf(text))),
      mode: "watch",
    })),
  );

  test("have every type of the tables, with every parameter and option", () => {
    assert.deepEqual(missing, []);
  });

  for (const [i, text] of texts.entries()) {
    test(`model ${i}: ${describe(specOf(text))}`, async () => {
      try {
        await compare(text, folder, seen[i], i % 2 === 0 ? "auto" : "scalar");
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n${text}`, {
          cause: error,
        });
      }
    });
  }
});
