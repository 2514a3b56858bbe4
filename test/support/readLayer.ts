import { layers } from "../../src/engine/layers/index.ts";
import type { LayerSpec } from "../../src/engine/spec.ts";
import { type Shape, ShapeError } from "../../src/engine/tensor.ts";
import { layerOf } from "./layerBench.ts";

/** Params of a layer as a model file gives them. */
export type Given = Readonly<Record<string, unknown>>;

/** The layer that a model file asks for, or what is wrong with it. */
export function readLayer(type: string, input: Shape, given: Given): LayerSpec | string {
  const values: Record<string, unknown> = {};
  for (const [name, json] of Object.entries(given)) {
    const result = layers[type].params[name].read(json);
    if (!("value" in result)) return `${name}: expected ${result.expected}`;
    values[name] = result.value;
  }
  try {
    return layerOf("m", type, values, input);
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
    throw error;
  }
}

/** A layer that nothing is wrong with. */
export function layer(type: string, input: Shape, given: Given = {}): LayerSpec {
  const spec = readLayer(type, input, given);
  if (typeof spec === "string") throw new Error(spec);
  return spec;
}
