import { Generator as Random } from "../rng/generator.ts";
import type { EagerNetwork } from "./eager.ts";

/** Enough where the second value is 0.95 of the first. */
const MOST_ITERATIONS = 300;

/** Relative error of the value at which it is good enough. */
const ENOUGH = 1e-6;

/** Step of a central difference for an argument of norm 1 and values of about the size of one: the cube root of 2⁻⁵³. */
const STEP = 5e-6;

/**
 * The largest singular value of J, by power iteration on Jᵀ·J: Jᵀ·δ is a backward pass, J·v a central difference. The error is
 * bounded by the residual: some eigenvalue of a symmetric A lies within ‖A·v − θ·v‖ of θ. Yields the share of the digits that are there.
 */
export function* largestSingularValue(
  one: EagerNetwork,
  two: EagerNetwork,
  at: Float64Array,
  outputs: number,
): Generator<number, { readonly value: number; readonly error: number }> {
  one.forward(at);
  const scale = STEP * Math.max(1, norm(at));
  const v = startOf(at.length);
  let found = { value: 0, error: Infinity };
  for (let i = 0; i < MOST_ITERATIONS && found.error > ENOUGH; i++) {
    const along = (sign: number): readonly number[] => Array.from(at, (x, k) => x + sign * scale * v[k]);
    two.forward([...along(1), ...along(-1)]);
    const y = two.output();
    const jv = Float64Array.from({ length: outputs }, (_, k) => (y[k] - y[outputs + k]) / (2 * scale));
    const squared = dot(jv, jv);
    if (!(squared > 0)) return { value: Math.sqrt(squared), error: 0 };
    const w = one.backward(jv);
    const residual = norm(w.map((x, k) => x - squared * v[k]));
    found = { value: Math.sqrt(squared), error: residual / (2 * squared) };
    const length = norm(w);
    w.forEach((x, k) => (v[k] = x / length));
    yield Math.min(1, -Math.log10(found.error) / -Math.log10(ENOUGH));
  }
  return found;
}

/** The same direction each time. */
function startOf(size: number): Float64Array {
  const v = new Float32Array(size);
  new Random(0).normal(v, 0, 1);
  const length = norm(v);
  return Float64Array.from(v, (x) => x / length);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

const norm = (x: ArrayLike<number>): number => Math.sqrt(dot(x, x));
