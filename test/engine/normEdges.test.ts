import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Backend, doubleBackend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { wasmBackends } from "../support/wasm.ts";

const EPS = 1e-5;
/** Where the output goes, and mean and 1/deviation. */
const [OUT, MEAN, RSTD] = [400, 800, 900];

/** What a batch of so many samples of one channel has in common, and one of so many channels in one group. */
const channel = (batch: number, inner: number) => ({
  batch,
  channels: 1,
  inner,
  weight: -1,
  mean: MEAN,
  rstd: RSTD,
});
const group = (channels: number, inner: number) => ({ groups: 1, channels, inner, weight: -1 });

/** Normalisations of n elements at 0: those of one channel, of rows of a group, and of planes. */
const norms: Readonly<Record<string, (k: Kernels, n: number) => void>> = {
  "batchNorm of features": (k, n) => k.batchNorm(channel(n, 1), 0, OUT, -1, -1, -1, 0.1, EPS, 0, 1),
  "batchNorm of planes": (k, n) => k.batchNorm(channel(2, n / 2), 0, OUT, -1, -1, -1, 0.1, EPS, 0, 1),
  "groupNorm of rows": (k, n) => k.groupNorm(group(n, 1), 1, 0, OUT, -1, MEAN, RSTD, EPS),
  "groupNorm of planes": (k, n) => k.groupNorm(group(2, n / 2), 1, 0, OUT, -1, MEAN, RSTD, EPS),
  rmsNorm: (k, n) => k.rmsNorm(1, n, 0, OUT, -1, RSTD, EPS),
};

/** The first element of n that are ±size in turn, normalised. */
function normalised(
  backend: Backend,
  norm: (k: Kernels, n: number) => void,
  n: number,
  size: number,
): number {
  const memory = backend.memory(1000, 2);
  for (let i = 0; i < n; i++) memory.floats[i] = i % 2 ? -size : size;
  norm(
    backend.kernels(memory, () => 0),
    n,
  );
  return memory.floats[OUT];
}

suite("normalisation at the edge of single precision", () => {
  for (const [name, norm] of Object.entries(norms)) {
    // As in PyTorch 2.13: 100 squares of 10¹⁸ are a float, of 5·10¹⁸ none, and what is divided by their root is 0.
    for (const backend of [scalarBackend, ...wasmBackends()]) {
      test(`${name} divides by the root of what a float holds, by ${backend.name}`, () => {
        for (const n of [100, 400]) {
          assert.ok(Math.abs(normalised(backend, norm, n, 1e17) - 1) < 1e-6);
          for (const size of [5e18, 1e25, 1e38]) assert.equal(normalised(backend, norm, n, size), 0);
        }
        assert.ok(Math.abs(normalised(backend, norm, 100, 1e18) - 1) < 1e-6);
        assert.equal(normalised(backend, norm, 400, 1e18), 0);
      });
    }

    test(`${name} has no such edge in double precision`, () => {
      for (const size of [1e18, 1e38, 1e60]) {
        assert.ok(Math.abs(normalised(doubleBackend, norm, 100, size) - 1) < 1e-6);
      }
    });
  }
});
