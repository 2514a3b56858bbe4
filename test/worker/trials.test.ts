import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import type { TrialMeasure, TrialsProgress } from "../../src/protocol/trials.ts";
import { tryFixes } from "../../src/worker/trials.ts";

const location = { file: "m.gradlens.json", root: "." };

const sigmoids = `{
  "models": {
    // learns nothing but the mean
    "m": {
      "input": [1],
      "init": "xavier_uniform",
      "layers": [
        { "repeat": 5, "name": "block", "layers": [{ "type": "Linear", "out_features": 16 }, { "type": "Sigmoid" }] }, // saturates
        { "type": "Linear", "out_features": 1 }
      ],
      "loss": "MSELoss",
      "optimizer": { "type": "SGD", "lr": 0.05 },
      "data": { "type": "regression_sine", "samples": 200 },
      "train": { "steps": 120, "batch_size": 20 }
    }
  }
}
`;

const source = { text: sigmoids, model: "m", location, options: { engine: "scalar" } } as const;

const timeless = ({ ms_per_step: _, ...measure }: TrialMeasure) => measure;

suite("fixes that are tried", () => {
  test("prove themselves in three seeds, with the same seed and batches as the model as it is", async () => {
    const told: TrialsProgress[] = [];
    const result = await tryFixes(source, { progress: (progress) => told.push(progress) });
    const { original, best, finalists, runs } = result;
    assert.deepEqual(
      original.measures.map(({ seed }) => seed),
      [0, 1, 2],
    );
    assert.ok(original.measures.every(({ relative }) => relative > 0.9 && relative < 1.3));
    assert.ok(original.measures[0]?.errors.includes("loss-stalled"));
    assert.ok(best?.well);
    assert.equal(best.measures.length, 3);
    assert.ok(
      best.measures.every(
        ({ relative, made, errors }) => relative < 0.3 && made === 120 && errors.length === 0,
      ),
    );
    assert.deepEqual(parse(best.text).problems, []);
    assert.match(best.text, /\/\/ learns nothing but the mean[^]*\/\/ saturates/);
    assert.ok(finalists.some(({ fixes }) => JSON.stringify(fixes) === JSON.stringify(best.fixes)));
    assert.equal(runs?.original.end.reason, "completed");
    assert.equal(runs.best?.info.seed, 0);
    assert.equal(told[0]?.stage, "original");
    assert.ok(told.some(({ stage, trial }) => stage === "fixes" && trial.measures[0]?.made === 20));
    assert.ok(result.cost < 30, `${result.cost} full runs`);

    const again = await tryFixes(source);
    assert.equal(again.best?.text, best.text);
    assert.deepEqual(again.best?.measures.map(timeless), best.measures.map(timeless));
    assert.equal(again.cost, result.cost);
  });

  test("are none where nothing keeps the model from training", async () => {
    const { best, tried, original } = await tryFixes({
      ...source,
      text: sigmoids.replace("Sigmoid", "ReLU").replace('"SGD", "lr": 0.05', '"Adam", "lr": 0.01'),
    });
    assert.equal(best, undefined);
    assert.equal(tried, 0);
    assert.ok((original.measures[0]?.relative ?? 1) < 0.25);
  });

  test("go by the settings of findings under those of the file", async () => {
    const off = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, "off" as const]));
    const { original } = await tryFixes({ ...source, options: { ...source.options, steps: 40 } });
    const found = original.measures[0]?.errors ?? [];
    assert.ok(found.length > 0);
    const settled = { ...source, options: { ...source.options, steps: 40 }, rules: off(found) };
    assert.ok(!(await tryFixes(settled)).original.measures[0]?.errors.some((id) => found.includes(id)));
  });

  test("can be stopped", async () => {
    const abort = new AbortController();
    const trying = tryFixes(source, {
      signal: abort.signal,
      progress: ({ stage }) => stage === "fixes" && abort.abort(new Error("enough")),
    });
    await assert.rejects(trying, /enough/);
  });

  test("leave a fix out that the data do not allow", async () => {
    const few = sigmoids
      .replace('"samples": 200', '"samples": 24')
      .replace('"batch_size": 20', '"batch_size": 24');
    const told: TrialsProgress[] = [];
    const { best } = await tryFixes(
      { ...source, text: few },
      { progress: (progress) => told.push(progress) },
    );
    const larger = told.filter(({ trial }) => trial.fixes.some(({ name }) => name === "batch-size"));
    assert.ok(larger.length > 0);
    assert.ok(larger.every(({ trial }) => trial.measures[0]?.made === 0));
    assert.ok(best?.fixes.every(({ name }) => name !== "batch-size"));
  });

  test("are none of a model that cannot run, and the reason is told", async () => {
    await assert.rejects(tryFixes({ ...source, model: "n" }), { message: 'the file has no model "n"' });
    const many = sigmoids.replace('"batch_size": 20', '"batch_size": 201');
    await assert.rejects(tryFixes({ ...source, text: many }), /a batch of 201 is more than the 200/);
  });
});
