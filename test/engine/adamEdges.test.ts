import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CLIPPING } from "../../src/engine/kernels/optimizers.ts";
import { optimizers } from "../../src/engine/optimizers/index.ts";
import { type Backend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { UPDATE } from "../../src/protocol/sums.ts";
import recorded from "../reference/adam.json" with { type: "json" };
import { wasmBackends } from "../support/wasm.ts";

/** A step of Adam in PyTorch's float32, from weights that are all 0. */
type Case = (typeof recorded)[number];

function step({ step, eps, gradient, before }: Case, backend: Backend): Case["after"] {
  const n = gradient.length;
  const [theta, grad, m, v] = [0, n, 2 * n, 3 * n];
  const [out, hyper] = [0, UPDATE.length];
  const memory = backend.memory(4 * n, hyper + CLIPPING.length + 7);
  const { floats, doubles } = memory;
  floats.set([...gradient, ...before.exp_avg, ...before.exp_avg_sq], grad);
  doubles.set([1, Infinity], hyper);
  const params = { betas: [0.9, 0.999], eps, weight_decay: 0, amsgrad: false };
  optimizers.Adam.hyper(params, { lr: 1e-3, step }, doubles, hyper + CLIPPING.length);
  backend.kernels(memory, () => 0).adam(n, theta, grad, m, v, -1, hyper, out);
  const at = (place: number) => [...floats.subarray(place, place + n)];
  return { theta: at(theta), exp_avg: at(m), exp_avg_sq: at(v) };
}

/** Equal but for the last digits of single precision. */
const agrees = (ours: number, theirs: number): boolean =>
  Math.abs(ours - theirs) <= 1e-6 * Math.abs(theirs) + 2 ** -148;

suite("Adam where squares of gradients underflow", () => {
  for (const [variant, backend] of [scalarBackend, ...wasmBackends()].entries()) {
    for (const one of recorded) {
      test(`moves weights as PyTorch does with ε = ${one.eps}, by ${backend.name}, build ${variant}`, () => {
        const ours = step(one, backend);
        for (const name of ["theta", "exp_avg", "exp_avg_sq"] as const) {
          for (const [i, wanted] of one.after[name].entries()) {
            const say = `${name} of gradient ${one.gradient[i]}, v ${one.before.exp_avg_sq[i]}`;
            assert.ok(agrees(ours[name][i], wanted), `${say}: ${ours[name][i]}, in PyTorch ${wanted}`);
          }
        }
      });
    }
  }
});
