import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, suite, test } from "node:test";
import asc from "assemblyscript/asc";
import { SourceCopy } from "../support/sourceCopy.ts";

/** A bent identity, (√(x² + 1) − 1) / 2 + x, which PyTorch lacks. */
const VALUE = `
  bentIdentity: {
    f: (x) => (Math.sqrt(x * x + 1) - 1) / 2 + x,
    df: (x) => x / (2 * Math.sqrt(x * x + 1)) + 1,
    layers: {
      BentIdentity: activationLayer({ doc: "Nearly the identity.", params: {} }),
    },
  },
`;

const WITHOUT_VALUE = "  return unreachable(); // an activation without a line above";
const WITHOUT_SLOPE = "  return unreachable(); // likewise";

const MODEL = {
  input: [2],
  layers: [
    { type: "Linear", out_features: 5 },
    { type: "BentIdentity" },
    { type: "Linear", out_features: 1 },
  ],
  loss: "BCEWithLogitsLoss",
  data: { type: "spiral", samples: 100 },
  train: { steps: 20, batch_size: 10 },
};

suite("a new activation", () => {
  const copy = new SourceCopy("test/engine/ops.test.ts");
  after(() => copy.dispose());

  // All that is done to add it: its value, and its loops in the assembly.
  const table = "src/engine/activations/smooth.ts";
  const assembly = "src/engine/assembly/activation/activations.ts";
  copy.insert(table, "  silu: {", VALUE);
  copy.insert(
    assembly,
    WITHOUT_VALUE,
    `  const root = f32x4.sqrt(madd(x, x, c(1)));
  if (kind == BENT_IDENTITY) return madd(f32x4.sub(root, c(1)), c(0.5), x);
`,
  );
  copy.insert(
    assembly,
    WITHOUT_SLOPE,
    `  if (kind == BENT_IDENTITY) return f32x4.add(f32x4.div(x, f32x4.mul(c(2), f32x4.sqrt(madd(x, x, one)))), one);
`,
  );
  copy.insert(assembly, `} from "./kinds";`, "  BENT_IDENTITY,\n");

  writeFileSync(copy.at("m.gradlens.json"), JSON.stringify({ version: 1, models: { m: MODEL } }));

  test("touches its table and the assembly, and nothing else", () => {
    assert.deepEqual(copy.touched, [table, assembly]);
  });

  test("is gradient-checked, and passes a NaN on", () => {
    const passed = copy.passed("test/engine/ops.test.ts", "bentIdentity");
    for (const what of ["backward agrees with central differences", "a NaN among the inputs comes out"]) {
      assert.ok(
        passed.some((name) => name.startsWith("bentIdentity") && name.endsWith(what)),
        what,
      );
    }
  });

  test("is a layer of the model file: read, run and exported", () => {
    const out = copy.run("src/cli.ts", "run", "m.gradlens.json", "--engine", "scalar");
    assert.match(out, /^layer 1 +BentIdentity +/m);
    assert.match(copy.run("src/cli.ts", "export", "m.gradlens.json", "--model", "m"), /nn\.BentIdentity\(\)/);
    assert.match(copy.run("src/cli.ts", "layers"), /^ *BentIdentity$/m);
  });

  test("is in the schema, by which the editor completes and explains it", async () => {
    const { schemaText } = await copy.import<{ schemaText(): Promise<string> }>("tools/schema.mjs");
    assert.match(await schemaText(), /"const": "BentIdentity"/);
  });

  test("has a number in the assembly, where its loop computes what the reference does", async () => {
    const made =
      await copy.import<Record<"kindsText" | "loopsText", () => Promise<string>>>("tools/activations.mjs");
    copy.write("src/engine/assembly/activation/kinds.ts", await made.kindsText());
    copy.write("src/engine/assembly/activation/loops.ts", await made.loopsText());
    const { ACTIVATION_NAMES } = await copy.import<{ ACTIVATION_NAMES: readonly string[] }>(
      "src/engine/activations/index.ts",
    );
    const kind = ACTIVATION_NAMES.indexOf("bentIdentity");
    assert.match(
      readFileSync(copy.at("src/engine/assembly/activation/kinds.ts"), "utf8"),
      new RegExp(`BENT_IDENTITY: i32 = ${kind};`),
    );

    copy.write(
      "src/engine/assembly/entry.ts",
      `export { place } from "./simd/memory";\nexport * from "./activation/kernels";\n`,
    );
    const { error } = await asc.main([
      copy.at("src/engine/assembly/entry.ts"),
      ...["--outFile", copy.at("entry.wasm"), "--enable", "simd", "--runtime", "stub", "--importMemory"],
      ...["--disableWarning", "112", "--use", "abort="],
    ]);
    assert.equal(error, null, String(error));

    const memory = new WebAssembly.Memory({ initial: 2 });
    const module = new WebAssembly.Module(readFileSync(copy.at("entry.wasm")));
    const { exports } = new WebAssembly.Instance(module, {
      env: { memory, abort: () => undefined },
      barrier: { pause: () => undefined },
    });
    const { place, activation, activationGrad } = exports as Record<string, (...args: number[]) => void>;
    const [at, n] = [65_536, 23];
    place(at, at + 8192, at + 16_384);
    const floats = new Float32Array(memory.buffer, at, 5 * n);
    for (let i = 0; i < n; i++) floats[i] = (i - 11) / 2;
    floats.fill(2, 2 * n, 3 * n);
    activation(kind, n, 0, n, 0, 0);
    activationGrad(kind, n, 0, n, 2 * n, 3 * n, 0, 0);
    for (let i = 0; i < n; i++) {
      const x = floats[i];
      const root = Math.sqrt(x * x + 1);
      assert.ok(Math.abs(floats[n + i] - ((root - 1) / 2 + x)) < 1e-6, `f(${x}) is ${floats[n + i]}`);
      assert.ok(Math.abs(floats[3 * n + i] - 2 * (x / (2 * root) + 1)) < 1e-6, `f′(${x})`);
    }
  });
});
