import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Backend, doubleBackend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { losses } from "../../src/engine/losses/index.ts";
import type { LossType } from "../../src/engine/losses/loss.ts";
import recorded from "../reference/losses.json" with { type: "json" };
import { wasmBackends } from "../support/wasm.ts";

/** A loss in PyTorch's float32, at or beyond the largest float; what is not finite is a text. */
interface Case {
  readonly type: string;
  readonly params: Readonly<Record<string, number>>;
  readonly x: readonly number[] | readonly (readonly number[])[];
  readonly t: readonly number[];
  readonly loss: number | string;
  readonly gradient: readonly (number | string)[];
}

const cases = recorded as unknown as readonly Case[];

interface Found {
  readonly loss: number;
  readonly gradient: readonly number[];
}

function compute({ type, params, x, t }: Case, backend: Backend): Found {
  const row = (losses as Readonly<Record<string, LossType>>)[type];
  const values = x.flat();
  const n = values.length;
  const memory = backend.memory(3 * n, 2);
  memory.floats.set([...values, ...t]);
  const shape = Array.isArray(x[0]) ? [x.length, n / x.length] : [n];
  const places = { x: { at: 0, shape, size: n }, batch: shape[0], target: n, dx: 2 * n, out: 0 };
  row.record(
    backend.kernels(memory, () => 0),
    places,
    params,
  );
  return { loss: memory.doubles[0], gradient: [...memory.floats.subarray(2 * n, 3 * n)] };
}

/** Equal but for the last digits of single precision, or neither of them finite. */
const agrees = (ours: number, theirs: number | string): boolean =>
  typeof theirs === "string"
    ? !Number.isFinite(ours)
    : Math.abs(ours - theirs) <= 2e-6 * Math.abs(theirs) + 1e-37;

const nameOf = ({ type, params, x, t }: Case): string => JSON.stringify({ type, ...params, x, t });

suite("losses at the edge of single precision", () => {
  for (const backend of [scalarBackend, ...wasmBackends()]) {
    for (const [type] of Object.entries(losses)) {
      test(`${type} is finite where it is in PyTorch, and there alone, by ${backend.name}`, () => {
        const own = cases.filter((one) => one.type === type);
        assert.ok(own.length > 0);
        for (const one of own) {
          const { loss, gradient } = compute(one, backend);
          assert.ok(agrees(loss, one.loss), `${nameOf(one)}: ${loss}, in PyTorch ${one.loss}`);
          const all = gradient.every((slope, i) => agrees(slope, one.gradient[i]));
          assert.ok(all, `${nameOf(one)}: gradient ${gradient.join()}, in PyTorch ${one.gradient.join()}`);
        }
      });
    }
  }

  test("has both sides of it for every loss that has one", () => {
    for (const type of Object.keys(losses)) {
      const finite = cases.filter((one) => one.type === type).map(({ loss }) => typeof loss === "number");
      assert.ok(finite.includes(true), type);
      assert.ok(type === "BCELoss" || finite.includes(false), type); // no logarithm is below −100
    }
  });

  test("is none in double precision", () => {
    for (const one of cases) {
      const smoothed = one.params["label_smoothing"] !== undefined;
      if (!smoothed) assert.ok(Number.isFinite(compute(one, doubleBackend).loss), nameOf(one));
    }
  });
});
