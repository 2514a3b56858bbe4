import { doubleBackend } from "../../src/engine/runtime/backend.ts";
import { clipCoefficient, totalNorm } from "../../src/engine/training/clipping.ts";
import { CLIPPING } from "../../src/engine/kernels/optimizers.ts";
import { SUMMARY, UPDATE } from "../../src/protocol/sums.ts";
import { optimizers } from "../../src/engine/optimizers/index.ts";
import type { Experiment } from "./experiment.ts";

/** Gradients of two parameters, one after the other. */
type Gradients = readonly [a: readonly [number, number], b: readonly [number]];

/** What `clip_grad_norm_` makes of them, read off a step of gradient descent with a rate of −1 from 0. */
function clipped([a, b]: Gradients, maxNorm: number): Float64Array {
  const n = 3;
  const [theta, grad, momentum] = [0, n, -1];
  const [summary, update, hyper] = [0, SUMMARY.length, SUMMARY.length + UPDATE.length];
  const memory = doubleBackend.memory(2 * n, hyper + CLIPPING.length + 5);
  const { floats, doubles } = memory;
  const k = doubleBackend.kernels(memory, () => 0);
  floats.set([...a, ...b], grad);
  k.summary(n, grad, summary);
  const scale = clipCoefficient(maxNorm, totalNorm([{ parameters: { gradient: summary } }], doubles, 2));
  const params = { momentum: 0, dampening: 0, weight_decay: 0, nesterov: false };
  doubles.set([scale, Infinity], hyper);
  optimizers.SGD.hyper(params, { lr: -1, step: 1 }, doubles, hyper + CLIPPING.length);
  k.sgd(n, theta, grad, momentum, hyper, update);
  return Float64Array.from(floats.subarray(theta, theta + n));
}

interface Clipped {
  readonly gradients: Gradients;
  readonly expected: readonly [number, number, number];
}

const digits = (values: ArrayLike<number>): string =>
  Array.from(values, (x) => (Number.isNaN(x) ? "NaN" : String(Number(x.toFixed(9))))).join(", ");

const clip = ({ gradients: [a, b], expected }: Clipped): Experiment => ({
  name: `clip_grad_norm_ of [${a.join(", ")}], [${b.join(", ")}] to 1`,
  expected: digits(expected),
  agrees: { text: "nine digits are equal", holds: (found) => digits(found) === digits(expected) },
  seeds: [],
  measure() {
    const figures = [...clipped([a, b], 1)];
    return Promise.resolve({ figures, text: digits(figures), engine: doubleBackend.name });
  },
});

export const clipping: readonly Experiment[] = [
  clip({ gradients: [[3, -4], [12]], expected: [0.230769213, -0.307692284, 0.923076852] }),
  clip({ gradients: [[3, Infinity], [12]], expected: [0, NaN, 0] }),
  clip({ gradients: [[3, NaN], [12]], expected: [NaN, NaN, NaN] }),
];
