import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { filesIn, repo } from "../../support/imports.ts";

/** y = x · by + to, which no kernel computes; and the same with the two numbers in a descriptor. */
const VALUE = `
import { elements } from "./costs.ts";
import { descriptor, kernel, number, place, size } from "./kernel.ts";

export const affineKernels = {
  affine: kernel({
    params: { rows: size, n: size, x: place, by: number, y: place, to: number },
    scalar: ({ floats: f }) => (rows, n, x, by, y, to) => {
      for (let i = 0; i < rows * n; i++) f[y + i] = f[x + i] * by + to;
    },
    access: ({ rows, n }) => ({ reads: { x: rows * n }, writes: { y: rows * n } }),
    split: { along: "rows", moves: ({ n }) => ({ x: n, y: n }) },
    cost: ({ rows, n }) => elements(rows * n),
  }),

  affineOf: kernel({
    descriptor: descriptor("AffineDescriptor", { by: number, to: number }),
    params: { n: size, x: place, y: place },
    scalar: ({ floats: f }) => ({ by, to }, n, x, y) => {
      for (let i = 0; i < n; i++) f[y + i] = f[x + i] * by + to;
    },
    access: ({ n }) => ({ reads: { x: n }, writes: { y: n } }),
  }),
};
`;

suite("a new kernel", () => {
  const copy = mkdtempSync(join(tmpdir(), "gradlens-kernel-"));
  after(() => rmSync(copy, { recursive: true }));
  for (const folder of ["src/engine", "src/l10n", "src/protocol", "package.json"]) {
    cpSync(join(repo, folder), join(copy, folder), { recursive: true });
  }
  const at = (file: string) => join(copy, "src/engine", file);

  // All that is done to add it: its value, in a file of its own, and its export. Its assembly is used for being exported.
  writeFileSync(at("kernels/affine.ts"), VALUE);
  const table = readFileSync(at("kernels/kernels.ts"), "utf8");
  const exported = table.replace("export const kernels = {", "export const kernels = {\n  ...affineKernels,");
  assert.notEqual(exported, table);
  writeFileSync(at("kernels/kernels.ts"), `import { affineKernels } from "./affine.ts";\n${exported}`);

  type Engine = Record<string, (...args: unknown[]) => unknown>;
  const engine = async (file: string): Promise<Engine> => (await import(at(file))) as Engine;
  const affine = { kernel: "affine", args: [4, 2, 0, 0.5, 8, 3] };
  const input = [1, 2, 3, 4, 5, 6, 7, 8];
  const output = input.map((x) => 0.5 * x + 3);
  const memory = () => ({ floats: new Float32Array([...input, ...input]), doubles: new Float64Array(1) });

  test("is recorded, and made by the reference", async () => {
    const { recorder, bind } = await engine("compile/recorder.ts");
    const { scalar } = await engine("kernels/scalar.ts");
    const calls: unknown[] = [];
    const k = recorder(() => calls) as Record<string, (...args: number[]) => void>;
    k["affine"](...affine.args);
    assert.deepEqual(calls, [affine]);
    const own = memory();
    for (const run of bind(scalar(own, Math.random), calls) as (() => void)[]) run();
    assert.deepEqual([...own.floats], [...input, ...output]);
  });

  test("has a cost, and is divided among threads, which wait for what others have made of it", async () => {
    const { costOf } = await engine("compile/costModel.ts");
    const { schedule } = await engine("runtime/schedule.ts");
    const rows = (first: number) => ({ kernel: "affine", args: [2, 2, 4 * first, 0.5, 8 + 4 * first, 3] });
    const sum = { kernel: "sumSquares", args: [8, 8, 0] };
    assert.equal(costOf(affine), 50 + 8 * 0.25);
    assert.deepEqual(schedule([affine, sum], 2, 4), [
      [rows(0), "barrier", sum, "barrier"],
      [rows(1), "barrier", "barrier"],
    ]);
  });

  test("is made from a list of calls in WebAssembly, with its numbers as doubles", async () => {
    const { callListModule, link } = await engine("runtime/callList.ts");
    const { scalar } = await engine("kernels/scalar.ts");
    const own = memory();
    const none = { addressOf: () => assert.fail("it has no descriptor") };
    (
      link(callListModule([affine], none), scalar(own, Math.random), {
        barrier: () => undefined,
      }) as () => void
    )();
    assert.deepEqual([...own.floats], [...input, ...output]);
    assert.deepEqual(
      WebAssembly.Module.imports(callListModule([affine], none) as WebAssembly.Module).map(
        ({ name }) => name,
      ),
      ["affine"],
    );
  });

  test("with a descriptor is the reference's, be it by an object or, from a list of calls in WebAssembly, by an address", async () => {
    const { recorder, bind } = await engine("compile/recorder.ts");
    const { scalar } = await engine("kernels/scalar.ts");
    const { callListModule, link } = await engine("runtime/callList.ts");
    const { Descriptors } = (await import(at("runtime/descriptors.ts"))) as {
      Descriptors: new (memory: WebAssembly.Memory, at: number, room: number) => unknown;
    };
    const { importsOf } = await engine("runtime/wasmInstance.ts");
    const calls: unknown[] = [];
    const k = recorder(() => calls) as Record<string, (...args: unknown[]) => void>;
    k["affineOf"]({ by: 0.5, to: 3 }, 8, 0, 8);

    const [bound, linked] = [memory(), memory()];
    for (const run of bind(scalar(bound, Math.random), calls) as (() => void)[]) run();
    const whole = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const imports = importsOf({}, scalar(linked, Math.random), whole);
    const module = callListModule(calls, new Descriptors(whole, 0, 64));
    (link(module, imports, { barrier: () => undefined }) as () => void)();
    for (const { floats } of [bound, linked]) assert.deepEqual([...floats], [...input, ...output]);
  });

  test("is that of the module, once its assembly is exported there", async () => {
    const { kernelsOf } = await engine("runtime/wasmInstance.ts");
    const assembly = () => undefined;
    const none = { addressOf: () => assert.fail("it has no descriptor") };
    const kernels = kernelsOf({ affine: assembly }, memory(), Math.random, none) as Record<string, unknown>;
    assert.equal(kernels["affine"], assembly);
  });
});

/** All that makes calls of kernels, or looks at them. */
const sources = filesIn(
  ...["compile", "graph", "kernels", "losses", "ops", "optimizers", "runtime", "statistics", "training"].map(
    (folder) => `src/engine/${folder}`,
  ),
);

test("nobody finds an argument of a call by its position, or says that a list is what it is not", () => {
  assert.ok(sources.length > 60);
  for (const file of sources) {
    const text = readFileSync(join(repo, file), "utf8");
    assert.doesNotMatch(text, /\bargs\[\d|\bargs: \[|args\.slice|as unknown as/, file);
  }
});
