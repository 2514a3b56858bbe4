import assert from "node:assert/strict";
import { type Backend, doubleBackend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import type { ActivationName } from "../../src/engine/activations/index.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { CompiledModel } from "../../src/engine/runtime/compiledModel.ts";
import { bind, type Call } from "../../src/engine/compile/recorder.ts";
import { parse } from "../../src/model/parse.ts";
import { wasmBackends } from "./wasm.ts";

export const backends = [doubleBackend, scalarBackend, ...wasmBackends()];

/** Slope, scale, bounds: what each of them needs. */
export const PARAMETERS: Partial<Record<ActivationName, readonly [number, number]>> = {
  leakyRelu: [0.01, 0],
  elu: [1.3, 0.7],
  softplus: [1.5, 20],
  hardtanh: [-0.5, 0.8],
};

export const call = (kernel: Call["kernel"], ...args: number[]): Call => ({ kernel, args });

/** All numbers of a memory of so many floats after these calls, the first of them being `values` where they are put. */
export function after(
  backend: Backend,
  floats: number,
  calls: readonly Call[],
  values: readonly (readonly [at: number, values: readonly number[]])[],
): { readonly floats: readonly number[]; readonly doubles: readonly number[] } {
  const memory = backend.memory(floats, 20);
  const kernels = backend.kernels(memory, () => 0);
  for (const [at, elements] of values) memory.floats.set(elements, at);
  for (const run of bind(kernels, calls)) run();
  return { floats: Array.from(memory.floats), doubles: Array.from(memory.doubles) };
}

/** Ordinary numbers, and such as make single precision overflow, vanish or cancel, or that are none. */
export const kindsOfNumbers: Readonly<Record<string, (x: number, i: number) => number>> = {
  ordinary: (x) => 3 * x,
  tiny: (x) => 1e-25 * x,
  huge: (x) => 1e25 * x,
  "nearly equal": (x) => 1000 + x / 1000,
  "partly zero": (x, i) => (i % 3 === 0 ? 0 : x),
  "not all finite": (x, i) => (i === 5 ? NaN : i === 40 ? Infinity : i === 41 ? -Infinity : x),
};

/** The calls of a step of a net of three Linear and `layer`, a ReLU, and a Linear at the end, all of this width. */
export function stepOf({
  width,
  batch = 32,
  statistics = true,
  layer = { type: "ReLU" },
}: {
  readonly width: number;
  readonly batch?: number;
  readonly statistics?: boolean;
  readonly layer?: object;
}): readonly Call[] {
  const linear = { type: "Linear", out_features: width };
  const model = {
    input: [width],
    layers: [{ repeat: 3, name: "block", layers: [linear, layer] }, linear],
    loss: "MSELoss",
    optimizer: { type: "SGD", lr: 0.1 },
    data: { type: "gaussian", samples: batch },
  };
  const spec = parse(JSON.stringify({ version: 1, models: { m: model } })).models[0]?.spec;
  assert.ok(spec);
  const options = { backend: doubleBackend, table: layers, training: [batch], evaluation: [], statistics };
  const { forward, backward } = new CompiledModel(spec, options).training(batch).lists;
  return [...forward, ...backward];
}
