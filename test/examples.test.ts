import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { parse } from "../src/model/parse.ts";
import { checkFile, load } from "../src/worker/load.ts";

const root = join(import.meta.dirname, "../examples");
const labs = globSync("*.gradlens.json", { cwd: root }).sort();

/** Runs that are meant to end by themselves, and after which step they do. */
const EXPLODING = new Map([
  ["exploding.gradlens.json too-large", 2],
  ["clipping.gradlens.json exploding", 3],
]);

const STEPS = 3;

suite("every lab", () => {
  test("stands in the list of labs, and the list names no other", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const listed = [...readme.matchAll(/\]\((\S+\.gradlens\.json)\)/g)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), labs);
  });

  for (const name of labs) {
    const file = join(root, name);
    const text = readFileSync(file, "utf8");
    const { models } = parse(text);

    test(`${name}: neither the text nor its data have problems`, async () => {
      assert.deepEqual(await checkFile(text, { file, root }), []);
      assert.ok(models.length >= 2, "a remedy stands beside the sickness");
    });

    for (const { name: model } of models) {
      const lasts = EXPLODING.get(`${name} ${model}`);
      test(`${name}, ${model}: ${lasts === undefined ? "trains" : `ends after step ${lasts}`}`, async () => {
        const training = await load(text, model, { file, root }, { steps: STEPS });
        const losses = Array.from(training.steps(), ({ loss }) => loss);
        assert.equal(losses.length, lasts ?? STEPS);
        assert.equal(losses.every(Number.isFinite), lasts === undefined, losses.join(", "));
      });
    }
  }
});
