import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, suite, test } from "node:test";
import Ajv from "ajv";
import { FINDING_IDS, findingOf, findings } from "../../src/insight/findings/index.ts";
import { FIXES } from "../../src/protocol/fixNames.ts";

const require = createRequire(import.meta.url);
const jsonOf = (name: string): object => require(name) as object;

const cli = resolve(import.meta.dirname, "../../dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "gradlens-diagnose-"));

function diagnose(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "diagnose", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const model = (fields: object = {}) => ({
  input: [2],
  layers: [
    { type: "Linear", out_features: 16, name: "first" },
    { type: "Tanh", name: "tanh" },
    { type: "Linear", out_features: 1, name: "head" },
  ],
  loss: "BCEWithLogitsLoss",
  optimizer: { type: "Adam", lr: 0.02 },
  data: { type: "two_moons", samples: 200 },
  train: { steps: 200, batch_size: 32 },
  ...fields,
});

function write(name: string, models: object): string {
  writeFileSync(join(folder, name), JSON.stringify({ version: 1, models }, undefined, 2));
  return name;
}

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly path: string;
  readonly step: number;
  readonly message: string;
  readonly cause_of: readonly string[];
  readonly figures: Readonly<Record<string, unknown>>;
  readonly fixes: readonly string[];
}

interface Diagnosis {
  readonly file: string;
  readonly model: string;
  readonly seed: number;
  readonly end: { reason: string; steps: number; loss: unknown; floor: unknown };
  readonly findings: readonly Finding[];
}

function json(...args: readonly string[]) {
  const { status, stdout, stderr } = diagnose(...args, "--format", "json");
  assert.equal(stderr, "");
  assert.equal(stdout.trimEnd().split("\n").length, 1);
  return { status, ...(JSON.parse(stdout) as Diagnosis) };
}

const sigmoids = Array.from({ length: 6 }, (_, i) => [
  { type: "Linear", out_features: 16, name: `fc${i}` },
  { type: "Sigmoid", name: `act${i}` },
]).flat();

const well = write("well.gradlens.json", { only: model() });
const sick = write("sick.gradlens.json", {
  only: model({
    layers: [...sigmoids, { type: "Linear", out_features: 1, name: "head" }],
    optimizer: { type: "SGD", lr: 0.05 },
  }),
});

after(() => rmSync(folder, { recursive: true }));

suite("gradlens diagnose", () => {
  test("ends with 0 and finds nothing grave in a model that trains", () => {
    const { status, end, findings: found } = json(well);
    assert.equal(status, 0);
    assert.equal(end.reason, "completed");
    assert.equal(end.steps, 200);
    assert.ok(Number(end.loss) < 0.2 && Math.abs(Number(end.floor) - Math.LN2) < 1e-6);
    assert.deepEqual(
      found.filter(({ severity }) => severity === "error"),
      [],
    );
    assert.match(diagnose(well).stdout, /^Nothing was found that keeps this model from training\.$/m);
  });

  test("ends with 4 and names the cause first, with its figures, its effects and its fixes", () => {
    const { status, file, model: name, seed, findings: found } = json(sick);
    assert.deepEqual([status, file, name, seed], [4, sick, "only", 0]);
    const [cause] = found;
    assert.deepEqual(
      [cause?.id, cause?.severity, cause?.path, cause?.step],
      ["vanishing-depth", "error", "fc0", 200],
    );
    assert.ok(cause.cause_of.includes("loss-stalled"));
    assert.ok(Number(cause.figures["ratio"]) < 1e-2);
    assert.match(cause.message, /predicting the mean alone would give 0\.693\.$/);
    for (const { id, fixes } of found) {
      assert.ok(findingOf(id));
      for (const fix of fixes) assert.ok(Object.hasOwn(FIXES, fix), fix);
    }
  });

  test("says it to people: the cause, why, what it explains and what may mend it", () => {
    const { status, stdout } = diagnose(sick, "--format", "table");
    assert.equal(status, 4);
    assert.match(
      stdout,
      /^only · seed 0 · completed after 200 steps · loss 0\.\d+ · predicting the mean alone: 0\.693$/m,
    );
    assert.match(stdout, /^error vanishing-depth at fc0$/m);
    assert.match(stdout, /^ {2}explains loss-stalled at head: /m);
    assert.match(stdout, /^ {2}fix relu: ReLU in place of/m);
  });

  test("takes seed and steps from the command line", () => {
    const { seed, end } = json(well, "--seed", "7", "--steps", "30");
    assert.deepEqual([seed, end.steps], [7, 30]);
  });

  test("ends with 4 where numbers are no longer finite, with the place", () => {
    const hot = write("hot.gradlens.json", {
      only: model({
        loss: "MSELoss",
        data: { type: "regression_sine" },
        input: [1],
        optimizer: { type: "SGD", lr: 1e6 },
      }),
    });
    const { status, end, findings: found } = json(hot);
    assert.deepEqual([status, end.reason], [4, "non_finite"]);
    const broken = found.find(({ id }) => id === "non-finite");
    assert.equal(broken?.severity, "error");
    assert.ok(broken.path.length > 0);
    assert.ok(found.some(({ id }) => id === "update-ratio"));
  });

  test("ends with 4 where a value of the data is NaN, and names line and column", () => {
    writeFileSync(join(folder, "hole.csv"), "a,b,y\n1,2,0\n1,nan,1\n2,2,1\n");
    const data = { type: "csv", path: "hole.csv", target: "y" };
    const hole = write("hole.gradlens.json", { only: model({ data, train: { batch_size: 2 } }) });
    const { status, end, findings: found } = json(hole);
    assert.deepEqual([status, end.reason, end.steps, end.loss, end.floor], [4, "failed", 0, null, null]);
    assert.deepEqual(
      found.map(({ id, severity, path, message }) => [id, severity, path, message]),
      [["non-finite-data", "error", "data", 'hole.csv, line 3, column "b": the value is missing ("nan")']],
    );
  });

  test("ends with 1 where the data cannot be read, and with 2 where no model is meant", () => {
    const data = { type: "csv", path: "gone.csv", target: "y" };
    const gone = diagnose(write("gone.gradlens.json", { only: model({ data }) }));
    assert.equal(gone.status, 1);
    assert.match(gone.stderr, /gone\.csv/);
    const two = diagnose(write("two.gradlens.json", { a: model(), b: model() }));
    assert.equal(two.status, 2);
    assert.match(two.stderr, /has 2 models: choose one with --model: "a", "b"/);
  });

  test("hears the model's rules", () => {
    const text = readFileSync(join(folder, sick), "utf8");
    const { models } = JSON.parse(text) as { models: { only: object } };
    const rules = Object.fromEntries(FINDING_IDS.map((id) => [id, "off"]));
    const quiet = write("quiet.gradlens.json", { only: { ...models.only, rules } });
    const { status, findings: found } = json(quiet);
    assert.deepEqual([status, found], [0, []]);
  });
});

interface Text {
  readonly text: string;
}

interface SarifRule {
  readonly id: string;
  readonly shortDescription: Text;
  readonly fullDescription: Text;
  readonly help: Text;
}

interface SarifPlace {
  readonly physicalLocation: {
    readonly region: Readonly<Record<string, number>>;
    readonly artifactLocation: { readonly uri: string };
  };
}

interface SarifLog {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly SarifRule[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly message: Text;
        readonly locations: readonly [SarifPlace];
        readonly partialFingerprints: { readonly primaryLocationLineHash: string };
      }[];
    },
  ];
}

suite("a file that no model can be run from", () => {
  const command = (name: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, name, ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  test("ends diagnose, fix and run alike, with 1 and the problem's place", () => {
    writeFileSync(join(folder, "torn.gradlens.json"), '{ "version": 1, "models": { "only": { "layers": [ }');
    const typo = write("typo.gradlens.json", { only: model({ layers: [{ type: "Linea" }] }) });
    for (const [file, what] of [
      ["torn.gradlens.json", /^torn\.gradlens\.json:1:\d+: /m],
      [typo, /^typo\.gradlens\.json:\d+:\d+: unknown layer type "Linea": did you mean "Linear"\?$/m],
      ["none.gradlens.json", /^none\.gradlens\.json: there is no such file$/m],
    ] as const) {
      for (const name of ["diagnose", "fix", "run"]) {
        const { status, stdout, stderr } = command(name, file);
        assert.deepEqual([status, stdout], [1, ""], `${name} ${file}`);
        assert.match(stderr, what);
      }
    }
  });

  test("whose data hold a NaN is sick, and no fix of a model mends that: 4 and 5", () => {
    writeFileSync(join(folder, "nan.csv"), "a,b,y\n1,2,0\n1,nan,1\n2,2,1\n");
    const data = { type: "csv", path: "nan.csv", target: "y" };
    const file = write("nan.gradlens.json", { only: model({ data, train: { batch_size: 2, seed: 3 } }) });
    assert.equal(diagnose(file).status, 4);
    const { status, stdout, stderr } = command("fix", file, "-o", "mended.gradlens.json");
    assert.deepEqual([status, stdout], [5, ""]);
    assert.match(stderr, /nan\.csv, line 3, column "b": the value is missing \("nan"\)/);
    assert.equal(existsSync(join(folder, "mended.gradlens.json")), false);
    const asJson = command("fix", file, "--format", "json");
    assert.equal(asJson.status, 5);
    assert.deepEqual(JSON.parse(asJson.stdout), {
      file,
      model: "only",
      seed: 3,
      output: null,
      original: { fixes: [], seeds: [] },
      best: null,
      candidates: [],
      tried: 0,
      cost: 0,
    });
  });

  test("names the data in SARIF where a value of it is NaN", () => {
    const { status, stdout } = diagnose("nan.gradlens.json", "--format", "sarif");
    assert.equal(status, 4);
    const log = JSON.parse(stdout) as SarifLog;
    const [{ results }] = log.runs;
    assert.equal(results[0]?.ruleId, "non-finite-data");
  });
});

suite("gradlens diagnose --format sarif", () => {
  const { stdout, status } = diagnose(sick, "--format", "sarif");
  const log = JSON.parse(stdout) as SarifLog;

  /** Draft 4, all 2,000 lines of it. */
  const isSarif = (value: unknown): string => {
    const ajv = new Ajv({ schemaId: "auto", meta: false, allErrors: true, unknownFormats: "ignore" });
    ajv.addMetaSchema(jsonOf("ajv/lib/refs/json-schema-draft-04.json"));
    const isValid = ajv.validate(jsonOf("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), value);
    return isValid === true ? "" : ajv.errorsText();
  };

  test("is what the schema of SARIF 2.1.0 demands, of a run and of data that were refused", () => {
    assert.equal(status, 4);
    assert.equal(isSarif(log), "");
    assert.equal(isSarif(JSON.parse(diagnose("nan.gradlens.json", "--format", "sarif").stdout)), "");
    assert.equal(isSarif(JSON.parse(diagnose(well, "--format", "sarif").stdout)), "");
  });

  test("is refused by that schema where anything is missing or unknown", () => {
    const [run] = log.runs;
    for (const bad of [
      { ...log, version: "2.0.0" },
      { ...log, runs: [{ ...run, results: [{ ruleId: "x" }] }] },
      { ...log, runs: [{ ...run, severity: "x" }] },
    ])
      assert.notEqual(isSarif(bad), "");
  });

  test("has what GitHub's code scanning asks for beyond that", () => {
    const [{ tool, results }] = log.runs;
    assert.ok(results.length > 0);
    for (const { ruleId, message, locations, partialFingerprints } of results) {
      assert.ok(tool.driver.rules.some(({ id }) => id === ruleId));
      assert.ok(message.text.length > 0);
      assert.equal(locations.length, 1);
      const { artifactLocation, region } = locations[0].physicalLocation;
      assert.match(artifactLocation.uri, /^(?![a-z]+:|\/|\.\.)\S+$/i, "relative to the repository");
      for (const field of ["startLine", "startColumn", "endLine", "endColumn"]) assert.ok(region[field] >= 1);
      assert.match(partialFingerprints.primaryLocationLineHash, /^[0-9a-f]{16}:1$/);
    }
    const prints = results.map((one) => one.partialFingerprints.primaryLocationLineHash);
    assert.equal(new Set(prints).size, prints.length);
    for (const { shortDescription, fullDescription, help } of tool.driver.rules)
      for (const { text } of [shortDescription, fullDescription, help]) assert.ok(text.length > 0);
  });

  test("knows a finding again when the file has changed elsewhere, and tells models apart", () => {
    const { models } = JSON.parse(readFileSync(join(folder, sick), "utf8")) as { models: { only: object } };
    const printsOf = (file: string, model: string): ReadonlySet<string> => {
      const said = diagnose(file, "--model", model, "--format", "sarif").stdout;
      const [{ results }] = (JSON.parse(said) as SarifLog).runs;
      return new Set(results.map((one) => one.partialFingerprints.primaryLocationLineHash));
    };
    const grown = write("grown.gradlens.json", { first: model(), only: models.only, other: models.only });
    const before = printsOf(sick, "only");
    assert.deepEqual(printsOf(grown, "only"), before);
    for (const print of printsOf(grown, "other")) assert.ok(!before.has(print));
  });

  test("has a rule for every finding, and points to the layer in the file", () => {
    const [{ tool, results }] = log.runs;
    assert.deepEqual(
      tool.driver.rules.map(({ id }) => id),
      findings.map(({ id }) => id),
    );
    const [first] = results;
    assert.equal(tool.driver.rules[first?.ruleIndex ?? -1]?.id, first?.ruleId);
    assert.deepEqual([first?.ruleId, first?.level], ["vanishing-depth", "error"]);
    const { region, artifactLocation } = first.locations[0].physicalLocation;
    assert.equal(artifactLocation.uri, "sick.gradlens.json");
    const lines = readFileSync(join(folder, sick), "utf8").split("\n");
    const declared = lines.slice(region["startLine"] - 1, region["endLine"]).join("\n");
    assert.match(declared, /"name": "fc0"/);
    assert.equal(lines[region["startLine"] - 1].charAt(region["startColumn"] - 1), "{");
    assert.equal(lines[region["endLine"] - 1].charAt(region["endColumn"] - 2), "}");
  });
});
