import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, suite, test } from "node:test";
import type * as Lens from "../../src/text/lens.ts";
import type * as Explain from "../../src/text/explain.ts";
import type * as Summarise from "../../src/insight/findings/summarise.ts";
import type { Frame } from "../../src/protocol/frame.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import { SourceCopy } from "../support/sourceCopy.ts";
import type { historyOf } from "../support/history.ts";

/** √(Σy² / n), of sums that are there; and the share of outputs above 1, of a sum that a kernel takes for it. */
const ROWS = `
  act_rms: {
    symbol: "rms",
    unit: "",
    format: "figure",
    meaning: "root of the outputs' mean square",
    definition: "√(mean of y²)",
    of: ["output"],
    formula: (d, out, to, n, a) => {
      out[to] = Math.sqrt((d[a + SQUARES] ?? NaN) / n);
    },
    layers: ALL,
    lens: { activations: -1 },
    hover: true,
    short: true,
  },
  act_above: {
    symbol: "above 1",
    unit: "0…1",
    format: "percent",
    meaning: "outputs that are above 1",
    definition: "share of elements of y that are above 1",
    of: ["above"],
    formula: perElement(),
    layers: ALL,
    hover: true,
    short: true,
  },
`;

const KERNEL = `
  above: kernel({
    params: { n: size, x: place, out: doublesPlace },
    scalar: ({ floats: f, doubles: d }) => (n, x, out) => {
      d[out] = f.subarray(x, x + n).filter((y) => y > 1).length;
    },
    access: ({ n }) => ({ reads: { x: n }, writes: { out: 1 } }),
    statistics: ({ n }) => statisticsOf(n),
    of: "output",
  }),
`;

/** Outputs of the first layer: 2 and 2, 2 and 0.5, … : every row of the data times the identity. */
const MODEL = {
  input: [2],
  layers: [{ type: "Identity" }, { type: "Linear", out_features: 1 }],
  loss: "MSELoss",
  optimizer: { type: "SGD", lr: 0 },
  data: { type: "csv", path: "points.csv", target: "z" },
  train: { steps: 3, batch_size: 4 },
};

suite("a new statistic", () => {
  const copy = new SourceCopy();
  after(() => copy.dispose());

  const table = "src/protocol/statistics.ts";
  const kernels = "src/engine/kernels/statistics.ts";
  copy.insert(table, "  act_mean: {", ROWS);
  copy.insert(kernels, "  /** Σx². */", KERNEL);

  writeFileSync(copy.at("points.csv"), "x,y,z\n2,2,1\n2,0.5,1\n0,0,1\n2,0.5,1\n");
  writeFileSync(copy.at("m.gradlens.json"), JSON.stringify({ version: 1, models: { m: MODEL } }));

  // 4, 4, 4, ¼, 0, 0, 4, ¼ of eight elements, of which four are above 1
  const rms = Math.sqrt(16.5 / 8);

  const stream = () =>
    copy.run("src/cli.ts", "run", "m.gradlens.json", "--engine", "scalar", "--format", "jsonl");

  test("touches its table, and where it needs a sum of its own, the kernels", () => {
    assert.deepEqual(copy.touched, [table, kernels]);
  });

  test("is in every frame, with what its formula gives", () => {
    const steps = stream()
      .split("\n")
      .filter((line) => line.includes('"type":"step"'))
      .map((line) => JSON.parse(line) as { layers: Record<string, number>[] });
    assert.equal(steps.length, 3);
    for (const { layers } of steps) {
      assert.ok(Math.abs((layers[0]["act_rms"] ?? NaN) - rms) < 1e-6);
      assert.equal(layers[0]["act_above"], 0.5);
    }
  });

  test("is a column of the command's table", () => {
    const out = copy.run("src/cli.ts", "run", "m.gradlens.json", "--engine", "scalar");
    assert.match(out, /^layer .* rms +above 1 /m);
    assert.match(out, /^layer 0 +Identity .* 1\.4 +50 % /m);
  });

  test("is in the lens, the hover and the panel's figures", async () => {
    const { summarise } = await copy.import<typeof Summarise>("src/insight/findings/summarise.ts");
    const { activationLens } = await copy.import<typeof Lens>("src/text/lens.ts");
    const { explainLayer } = await copy.import<typeof Explain>("src/text/explain.ts");
    const { layerFigures } = await copy.import<{
      layerFigures(view: object, at: object): { rows: string[][] };
    }>("webview/charts/figures.ts");
    const { frameOf } = await copy.import<{ frameOf(rows: object[], totals?: object): Frame }>(
      "test/support/frames.ts",
    );
    const frame = frameOf([{ act_rms: rms, act_above: 0.5, gain: 1, delta_norm: 1 }], {
      loss: 1,
      grad_norm: 1,
    });
    const stats = ["act_rms", "act_above", "gain", "delta_norm"] as unknown as RunInfo["layers"][0]["stats"];
    const layers = [{ path: "0", type: "Identity", parameters: [], output_shape: [2], stats }];
    const info: RunInfo = {
      model: "m",
      seed: 0,
      parameters: 0,
      steps: 3,
      layers,
      hist_every: 1,
      engine: "scalar",
    };
    const { historyOf: history } = await copy.import<{ historyOf: typeof historyOf }>(
      "test/support/history.ts",
    );
    const run = { run: {}, layers, history: history([frame]) };
    const summary = summarise(run);
    assert.equal(
      activationLens({ frame, layers, rows: [0], stale: false, marks: summary.marks }),
      "rms 1.4 · gain 1.0",
    );
    const hover = explainLayer(info, frame, 0, false, summary);
    assert.match(hover, /^\| rms \| 1\.4 \| root of the outputs' mean square \|$/m);
    assert.match(hover, /^\| above 1 \| 50 % \| outputs that are above 1 \|$/m);
    const { rows } = layerFigures({ ...run, info }, { layer: 0 });
    assert.deepEqual(
      rows.filter(([name]) => name === "rms" || name === "above 1"),
      [
        ["rms", "1.4"],
        ["above 1", "50 %"],
      ],
    );
  });

  test("is on the page of statistics", async () => {
    const { statisticsText } = await copy.import<{ statisticsText(): Promise<string> }>(
      "tools/statistics.mjs",
    );
    const text = await statisticsText();
    assert.match(text, /^\| `act_rms` +\| rms +\| √\(mean of y²\) +\| +\| all +\|$/m);
    assert.match(text, /^\| `act_above` +\| above 1 +\| share of elements of y that are above 1 +\|/m);
  });

  test("is refused where nobody takes the sums that it is computed from", () => {
    const other = new SourceCopy();
    other.insert(table, "  act_mean: {", ROWS);
    writeFileSync(other.at("points.csv"), "x,y,z\n2,2,1\n2,0.5,1\n0,0,1\n2,0.5,1\n");
    writeFileSync(other.at("m.gradlens.json"), JSON.stringify({ version: 1, models: { m: MODEL } }));
    assert.throws(
      () => other.run("src/cli.ts", "run", "m.gradlens.json", "--engine", "scalar"),
      /act_above is computed from "above": no kernel of that name takes sums of a layer/,
    );
    other.dispose();
  });
});
