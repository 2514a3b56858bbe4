import assert from "node:assert/strict";
import golden from "../reference/golden.json" with { type: "json" };

/** Values that PyTorch computed in float64 (`golden.json`; how is said in its `rule`). */
export const reference = golden as unknown as Readonly<Record<string, never>>;

/** fill(shape, a, phase) of the reference: a·sin(0.7·k + phase), k = 0…n − 1. */
export const fill = (n: number, a = 1, phase = 0.3): Float64Array =>
  Float64Array.from({ length: n }, (_, k) => a * Math.sin(0.7 * k + phase));

type Nested = number | readonly Nested[];

const flatten = (values: Nested): number[] =>
  typeof values === "number" ? [values] : values.flatMap(flatten);

/** Equal to within 1e-10, absolute and relative. */
export function assertClose(actual: ArrayLike<number> | number, expected: Nested, what: string): void {
  const [a, e] = [typeof actual === "number" ? [actual] : Array.from(actual), flatten(expected)];
  assert.equal(a.length, e.length, `${what}: number of values`);
  e.forEach((value, i) => {
    assert.ok(
      Math.abs(a[i] - value) <= 1e-10 * Math.max(1, Math.abs(value)),
      `${what}[${i}]: expected ${value}, found ${a[i]}`,
    );
  });
}
