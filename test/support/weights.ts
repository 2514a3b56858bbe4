import assert from "node:assert/strict";
import { layers } from "../../src/engine/layers/index.ts";
import { keyOf } from "../../src/engine/graph/network.ts";
import { layersOf, type ModelSpec } from "../../src/engine/spec.ts";
import { tensorOf } from "./torch.ts";

/** Initialisers that draw from a normal distribution: their last bits hang on how the host computes logarithms. */
const NORMAL = new Set(["normal", "xavier_normal", "kaiming_normal", "trunc_normal", "sparse"]);
const NORMAL_ULPS = 2;
/** PyTorch's QR decomposition is LAPACK's in single precision, ours in double. */
const ORTHOGONAL_TOLERANCE = 1e-5;

/** Every initial weight and buffer is PyTorch's: the same bits, for normal distributions almost. */
export function assertWeights(
  spec: ModelSpec,
  actual: ReadonlyMap<string, Float32Array>,
  expected: unknown,
): void {
  const theirs = expected as Readonly<Record<string, unknown>>;
  assert.deepEqual([...actual.keys()].sort(), Object.keys(theirs).sort());
  for (const layer of layersOf(spec.layers)) {
    for (const { name, role, shape } of layers[layer.type].weights?.(layer.params, layer.input) ?? []) {
      const key = keyOf(layer, name);
      const found = tensorOf(theirs[key]);
      assert.deepEqual(found.shape, shape, key);
      const init = role === "weight" ? layer.init : role === "bias" ? layer.bias_init : undefined;
      const drawn = init?.type ?? (layer.type === "Embedding" ? "normal" : "uniform");
      assertTensor(actual.get(key) ?? new Float32Array(), found.values, drawn, key);
    }
  }
}

function assertTensor(actual: Float32Array, expected: Float32Array, drawn: string, key: string): void {
  assert.equal(actual.length, expected.length, key);
  if (drawn === "orthogonal") {
    const furthest = actual.reduce((max, x, i) => Math.max(max, Math.abs(x - expected[i])), 0);
    assert.ok(furthest <= ORTHOGONAL_TOLERANCE, `${key}: ${furthest} apart`);
    return;
  }
  const furthest = actual.reduce((max, x, i) => Math.max(max, ulps(x, expected[i])), 0);
  const allowed = NORMAL.has(drawn) ? NORMAL_ULPS : 0;
  assert.ok(furthest <= allowed, `${key} (${drawn}): ${furthest} ulp apart, expected at most ${allowed}`);
}

const bits = new DataView(new ArrayBuffer(4));

/** Place of a float among all floats in order. */
function place(x: number): number {
  bits.setFloat32(0, x);
  const int = bits.getInt32(0);
  return int < 0 ? -(int & 0x7fffffff) : int;
}

const ulps = (a: number, b: number): number => (Object.is(a, b) ? 0 : Math.abs(place(a) - place(b)));
