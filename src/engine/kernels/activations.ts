import type { Activation } from "../activations/activation.ts";
import { ACTIVATIONS } from "../activations/index.ts";
import { index, size, place, number, kernel } from "./kernel.ts";
import type { Floats } from "../tensor.ts";
import { elements } from "./costs.ts";

/** dy · f′(x) from x and y = f(x). */
export function gradientOf(
  { df, cuts = false }: Activation,
  dy: number,
  x: number,
  y: number,
  alpha: number,
  beta: number,
): number {
  const slope = df(x, y, alpha, beta);
  return cuts && slope === 0 ? 0 : dy * slope;
}

/** A bound in the precision of the elements: an element that was cut off at it lies on it, not beside it. */
const roundingOf = (floats: Floats): ((x: number) => number) =>
  floats instanceof Float32Array ? Math.fround : (x) => x;

/** Functions of one element at a time; `kind` is an index into `ACTIVATION_NAMES`. */
export const activationKernels = {
  /** y = f(x), n elements; y may be x. */
  activation: kernel({
    params: { kind: index, n: size, x: place, y: place, alpha: number, beta: number },

    scalar:
      ({ floats: v }) =>
      (kind, n, x, y, alpha, beta) => {
        const { f } = ACTIVATIONS[kind];
        const round = roundingOf(v);
        const [a, b] = [round(alpha), round(beta)];
        for (let i = 0; i < n; i++) v[y + i] = f(v[x + i], a, b);
      },
    access: ({ n }) => ({ reads: { x: n }, writes: { y: n } }),
    split: { along: "n", moves: () => ({ x: 1, y: 1 }) },
    cost: ({ n }) => elements(n),
  }),

  /** dx = dy · f′(x), n elements; dx may be dy, and x may be y. */
  activationGrad: kernel({
    params: { kind: index, n: size, x: place, y: place, dy: place, dx: place, alpha: number, beta: number },

    scalar:
      ({ floats: v }) =>
      (kind, n, x, y, dy, dx, alpha, beta) => {
        const f = ACTIVATIONS[kind];
        const round = roundingOf(v);
        const [a, b] = [round(alpha), round(beta)];
        for (let i = 0; i < n; i++) v[dx + i] = gradientOf(f, v[dy + i], v[x + i], v[y + i], a, b);
      },
    access: ({ n }) => ({ reads: { x: n, y: n, dy: n }, writes: { dx: n } }),
    split: { along: "n", moves: () => ({ x: 1, y: 1, dy: 1, dx: 1 }) },
    cost: ({ n }) => elements(n),
  }),
};
