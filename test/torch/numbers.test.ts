import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ModelSpec } from "../../src/engine/spec.ts";
import { parse } from "../../src/model/parse.ts";
import { exportModel } from "../../src/pytorch/export.ts";
import { load } from "../../src/worker/load.ts";
import { numericOptions } from "../support/numericOptions.ts";
import type { Line } from "../support/stream.ts";
import { assertRan, runJobs, skip, workFolder, write } from "../support/torch.ts";

interface Option {
  readonly name: string;
  readonly text: string;
  readonly spec: ModelSpec;
}

/** Those that GradLens takes. */
const taken = (): readonly Option[] =>
  numericOptions.flatMap(({ name, model }) => {
    const text = JSON.stringify({ models: { m: model } });
    const spec = parse(text).models[0]?.spec;
    return spec ? [{ name, text, spec }] : [];
  });

/** Steps multiply rates without bound: where they leave the floats, PyTorch raises this, and our weights end. */
const LEFT_FLOATS = /value cannot be converted to type float without overflow/;

/** PyTorch's recurrent layers draw their masks where ours cannot be lent to them. */
const drawsMasks = (name: string): boolean => /\.(RNN|LSTM|GRU)\.dropout = (?!0$)/.test(name);

/** Losses that agree, or of which neither is finite. */
const agrees = (ours: number, theirs: unknown): boolean =>
  typeof theirs === "number"
    ? Math.abs(ours - theirs) <= 1e-3 * Math.abs(theirs) + 1e-37
    : !Number.isFinite(ours);

interface Run {
  readonly ours: readonly number[];
  /** A number was not finite. */
  readonly ended: boolean;
}

async function run({ text }: Option, root: string, engine: "auto" | "scalar"): Promise<Run> {
  const training = await load(text, "m", { file: `${root}/m.json`, root }, { engine });
  const steps = training.steps();
  const ours: number[] = [];
  for (;;) {
    const next = steps.next();
    if (next.done) return { ours, ended: next.value !== undefined };
    ours.push(next.value.loss);
  }
}

/** Every step of ours agrees with PyTorch's; where ours ends, a number was not finite, and PyTorch's next loss is not. */
function compare({ ours, ended }: Run, seen: readonly Line[]): void {
  const theirs = seen.filter(({ type }) => type === "step").map(({ loss }) => loss);
  const error = seen.find(({ type }) => type === "error");
  if (!(ended && error && LEFT_FLOATS.test(error["message"] as string))) assertRan(seen);
  const all = ours.every((loss, i) => i >= theirs.length || agrees(loss, theirs[i]));
  assert.ok(all, `losses ${ours.join(", ")}, in PyTorch ${JSON.stringify(theirs)}`);
  if (ended && ours.length < theirs.length && ours.every(Number.isFinite)) {
    assert.ok(typeof theirs[ours.length] === "string", `PyTorch goes on with ${JSON.stringify(theirs)}`);
  }
}

suite("every number that a model file takes, at its ends and whole, in PyTorch", { skip }, () => {
  if (skip !== false) return;
  const folder = workFolder();
  const options = taken();
  const seen = runJobs(
    folder,
    options.map(({ spec }, i) => ({ program: write(folder, `n${i}.py`, exportModel(spec)), mode: "main" })),
  );

  test("are many", () => {
    assert.ok(options.length > 1000, `${options.length}`);
  });

  for (const [i, option] of options.entries()) {
    test(option.name, async () => {
      if (drawsMasks(option.name)) return assertRan(seen[i]);
      compare(await run(option, folder, i % 2 === 0 ? "auto" : "scalar"), seen[i]);
    });
  }
});
