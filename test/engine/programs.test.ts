import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Backend } from "../../src/engine/runtime/backend.ts";
import { emit } from "../../src/engine/runtime/wasmEncoder.ts";
import { wasmBackend } from "../../src/engine/runtime/wasmBackend.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { HYPER, CompiledModel } from "../../src/engine/runtime/compiledModel.ts";
import { parse } from "../../src/model/parse.ts";
import { fastestKernels } from "../../src/worker/kernelModules.ts";
import { figuresOf, texts } from "../support/figures.ts";
import { RandomModels } from "../support/randomModel.ts";
import { dist } from "../support/wasm.ts";

const module = fastestKernels(dist);
assert.ok(module, "the kernels are not built: npm run build");

/** Call by call, from JavaScript; and in programs from the second step on. */
const called = wasmBackend(module);
const atOnce = (): Backend => {
  let clock = 0;
  return wasmBackend(module, { now: () => (clock += 1000) });
};

suite("a list of calls as a program in WebAssembly", () => {
  for (const [name, text] of Object.entries(texts)) {
    test(`${name}: gives the same figures as the calls one by one`, async () => {
      assert.deepEqual(await figuresOf(text, 4, atOnce()), await figuresOf(text, 4, called));
    });
  }

  test("leaves the same bits, in models of every layer, loss and optimizer", () => {
    const models = new RandomModels(8);
    for (let i = 0; i < 150; i++) {
      const text = models.next();
      assert.deepEqual(memoryAfter(text, atOnce()), memoryAfter(text, called), text);
    }
  });

  test("passes on numbers of every size", () => {
    const ints = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)];
    const doubles = [0, -0, 0.1, -1e300, Infinity, -Infinity, NaN];
    const types = [...ints.map(() => "i32" as const), ...doubles.map(() => "f64" as const)];
    const args = [...ints, ...doubles];
    const seen: number[][] = [];
    const kernels = { take: (...given: number[]) => seen.push(given) };
    run(emit([{ name: "take", args, types }]), kernels);
    assert.deepEqual(seen, [args]);
  });

  test("makes any number of calls in their order", () => {
    for (const count of [0, 1, 127, 128, 129, 1000]) {
      const seen: number[] = [];
      const calls = Array.from({ length: count }, (_, i) => ({
        name: i % 2 ? "odd" : "even",
        args: [i],
        types: ["i32" as const],
      }));
      run(emit(calls), { odd: (i: number) => seen.push(i), even: (i: number) => seen.push(i) });
      assert.deepEqual(seen, [...Array(count).keys()]);
    }
  });
});

function run(bytes: Uint8Array<ArrayBuffer>, kernels: WebAssembly.ModuleImports): void {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { kernels });
  (exports["run"] as () => void)();
}

/** All numbers in memory after two steps on an input of ones. */
function memoryAfter(text: string, backend: Backend): readonly ArrayLike<number>[] {
  const spec = parse(text).models[0]?.spec;
  assert.ok(spec);
  const batch = spec.train.batch_size;
  const model = new CompiledModel(spec, { backend, table: layers, training: [batch], evaluation: [batch] });
  const { lists, step, sampledStep, update } = model.training(batch);
  const { floats, doubles } = model.memory;
  doubles.fill(0.1, HYPER, HYPER + 10);
  for (let i = 0; i < 2; i++) {
    floats.fill(1, lists.input.at, lists.input.at + lists.input.size);
    for (const part of [step, sampledStep, update, model.evaluation(batch).step]) part();
  }
  return [floats.slice(), doubles.slice()];
}
