import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, suite, test } from "node:test";
import { SourceCopy } from "../support/sourceCopy.ts";

/** That the loss is above a number: nonsense, and so found by nothing else. */
const VALUE = `
import { figure } from "../format.ts";
import { pathOf } from "./evidence.ts";
import { runFinding } from "./finding.ts";

export const lossAbove = runFinding({
  id: "loss-above",
  title: "A loss above a number",
  condition: "The mean loss of the last steps is above \`limit\`.",
  thresholds: { limit: { is: 0.5, of: "Mean loss of the last steps." } },
  severity: "warning",
  why: "Made up for a test.",
  source: { title: "A page", url: "https://example.com/" },
  fixes: ["adam"],

  find: (evidence, { limit }) =>
    evidence.loss.now > limit
      ? {
          layer: pathOf(evidence, 0),
          message: "The loss is above " + figure(limit) + ".",
          figures: { loss: evidence.loss.now },
        }
      : undefined,
});
`;

/** Trains hardly at all: its loss stays near ln 2 = 0.69. What would be found is off. */
const MODEL = {
  input: [2],
  layers: [{ type: "Linear", name: "only", out_features: 1 }],
  loss: "BCEWithLogitsLoss",
  data: { type: "spiral", samples: 100 },
  train: { steps: 30, batch_size: 10 },
  rules: { "loss-stalled": "off" },
};

interface Diagnosis {
  readonly findings: readonly { readonly id: string; readonly path: string; readonly message: string }[];
}

suite("a new finding about a run", () => {
  const copy = new SourceCopy();
  after(() => copy.dispose());

  const [value, index] = ["src/insight/findings/lossAbove.ts", "src/insight/findings/index.ts"];
  copy.add(value, VALUE);
  copy.insert(index, `import { lossStalled }`, `import { lossAbove } from "./lossAbove.ts";\n`);
  copy.insert(index, "  biasBeforeNorm,\n] as const", "  lossAbove,\n");
  const rules = { "loss-above": { limit: 100 } };
  const models = {
    m: MODEL,
    lenient: { extends: "m", rules },
    off: { extends: "m", rules: { "loss-above": "off" } },
  };
  writeFileSync(copy.at("m.gradlens.json"), JSON.stringify({ version: 1, models }));

  const diagnosed = (model: string): Diagnosis["findings"] => {
    const out = copy.run("src/cli.ts", "diagnose", "m.gradlens.json", "--model", model, "--format", "json");
    return (JSON.parse(out) as Diagnosis).findings.filter(({ id }) => id === "loss-above");
  };

  test("touches its file and the table", () => {
    assert.deepEqual(copy.touched, [value, index]);
  });

  test("is found, at its layer, in its words", () => {
    const [{ path, message }] = diagnosed("m");
    assert.deepEqual({ path, message }, { path: "only", message: "The loss is above 0.50." });
  });

  test("goes by the threshold that a model file gives it, and can be off", () => {
    assert.deepEqual(diagnosed("lenient"), []);
    assert.deepEqual(diagnosed("off"), []);
  });

  test("is the sentence that is said of the run", () => {
    const out = copy.run("src/cli.ts", "run", "m.gradlens.json", "--model", "m");
    assert.match(out, /The loss is above 0\.50\.$/m);
  });

  test("is in the schema, on its page, and a rule for code scanning", async () => {
    const { schemaText } = await copy.import<{ schemaText(): Promise<string> }>("tools/schema.mjs");
    assert.match(await schemaText(), /"loss-above": \{[^]*?Mean loss of the last steps\./);
    const { findingsText } = await copy.import<{ findingsText(): Promise<string> }>("tools/findings.mjs");
    assert.match(await findingsText(), /^## loss-above$[^]*Made up for a test\./m);
    const out = copy.run("src/cli.ts", "diagnose", "m.gradlens.json", "--model", "m", "--format", "sarif");
    assert.match(out, /"ruleId": ?"loss-above"/);
  });
});
