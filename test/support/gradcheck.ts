import assert from "node:assert/strict";
import { type Backend, doubleBackend } from "../../src/engine/runtime/backend.ts";
import type { Memory } from "../../src/engine/kernels/memory.ts";
import type { Op, Sample } from "../../src/engine/ops/op.ts";
import { type Floats, type Tensor, sizeOf } from "../../src/engine/tensor.ts";
import { directions, lehmer } from "./random.ts";

const STEP = 1e-6; // the error of a central difference is O(h²) + O(ε/h); this balances the two in double precision
const TOLERANCE = 1e-7;
const CLEARANCE = 1e-3; // how far an input keeps from a kink: far more than STEP

/** An op on a small memory of its own, in double precision unless another backend is given. */
export class OpBench {
  readonly inputs: readonly Tensor[];
  readonly out: Tensor;
  readonly floats: Floats;
  readonly #backend: Backend;
  readonly #memory: Memory;
  readonly #op: Op;
  readonly #sample: Sample<unknown>;
  readonly #saved: readonly number[];
  readonly #gradients: readonly Tensor[];
  readonly #dOut: Tensor;
  readonly #scratch: number;

  constructor(op: Op, sample: Sample<unknown>, backend = doubleBackend) {
    this.#backend = backend;
    this.#op = op;
    this.#sample = sample;
    let end = 0;
    const take = (size: number) => (end += size) - size;
    const tensor = (shape: readonly number[]): Tensor => ({
      at: take(sizeOf(shape)),
      shape,
      size: sizeOf(shape),
    });
    this.inputs = sample.shapes.map(tensor);
    this.out = tensor(op.shape(sample.shapes, sample.attrs));
    this.#saved = (op.savedTensors?.(sample.shapes, sample.attrs) ?? []).map(take);
    this.#gradients = sample.shapes.map(tensor);
    this.#dOut = tensor(this.out.shape);
    this.#scratch = end;
    this.#memory = backend.memory(end + 100_000, 10_000);
    this.floats = this.#memory.floats;
  }

  set(tensor: Tensor, values: ArrayLike<number>): void {
    this.floats.set(values, tensor.at);
  }

  get(tensor: Tensor): Float64Array {
    return Float64Array.from(this.floats.subarray(tensor.at, tensor.at + tensor.size));
  }

  #kernels() {
    return this.#backend.kernels(this.#memory, lehmer(7)); // the same masks every time
  }

  #call() {
    let end = this.#scratch;
    const scratch = (size: number) => (end += size) - size;
    const { inputs, out } = this;
    return { inputs, out, saved: this.#saved, attrs: this.#sample.attrs, scratch };
  }

  /** `over`: the input that the output is written over. */
  forward(over?: number): Float64Array {
    const out = over === undefined ? this.out : { ...this.out, at: this.inputs[over].at };
    this.#op.forward(this.#kernels(), { ...this.#call(), out });
    return this.get(out);
  }

  /**
   * Gradients of the inputs for ∂L/∂out = dOut. Everything that the op does not say it reads is NaN by then, and only
   * `wanted` inputs have a place for theirs; where dOut is `free` and the op can do that, the first one's is there.
   */
  backward(dOut: ArrayLike<number>, wanted: readonly boolean[], free = false): (Float64Array | undefined)[] {
    const reads = this.#op.neededForBackward?.(this.#sample.attrs);
    if (reads) {
      this.inputs.forEach((input, i) => {
        if (!reads.inputs.includes(i)) this.floats.fill(NaN, input.at, input.at + input.size);
      });
      if (!reads.out) this.floats.fill(NaN, this.out.at, this.out.at + this.out.size);
    }
    this.floats.fill(NaN, this.#scratch);
    for (const gradient of this.#gradients) this.floats.fill(NaN, gradient.at, gradient.at + gradient.size);
    this.set(this.#dOut, dOut);
    const places = this.#gradients.map((gradient, i) =>
      wanted[i]
        ? free && this.#op.inPlace && i === 0
          ? { ...gradient, at: this.#dOut.at }
          : gradient
        : undefined,
    );
    this.#op.backward(this.#kernels(), {
      ...this.#call(),
      dOut: this.#dOut,
      dInputs: places,
      time: undefined,
    });
    return places.map((place) => place && this.get(place));
  }
}

/** Random values for every input of a sample, clear of its kinks. */
export function sampleInputs(sample: Sample<unknown>, seed: number): Float64Array[] {
  const direction = directions(seed);
  const kinks = sample.kinks ?? [];
  const clear = (): number => {
    for (;;) {
      const x = direction();
      if (kinks.every((kink) => Math.abs(x - kink) > CLEARANCE)) return x;
    }
  };
  return sample.shapes.map((shape, i) => {
    if (sample.ids?.input === i) {
      const { below } = sample.ids;
      return Float64Array.from({ length: sizeOf(shape) }, () => Math.floor(((direction() + 2) / 4) * below));
    }
    return Float64Array.from({ length: sizeOf(shape) }, clear);
  });
}

/** Whether an input has a gradient. */
export const differentiable = ({ ids, fixed }: Sample<unknown>, input: number): boolean =>
  ids?.input !== input && !fixed?.includes(input);

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);

/**
 * Compares ⟨v, J·u⟩ by central differences with ⟨Jᵀ·v, u⟩ from the op's own backward, for random directions u and v.
 * One number decides, whatever the size of the Jacobian J.
 */
export function checkGradient(op: Op, sample: Sample<unknown>, seed: number): void {
  const bench = new OpBench(op, sample);
  const inputs = sampleInputs(sample, seed);
  const direction = directions(seed + 1);
  const u = inputs.map((values, i) => values.map(() => (differentiable(sample, i) ? direction() : 0)));
  const v = Float64Array.from({ length: bench.out.size }, direction);

  const at = (h: number): Float64Array => {
    bench.inputs.forEach((input, i) =>
      bench.set(
        input,
        inputs[i].map((x, j) => x + h * u[i][j]),
      ),
    );
    return bench.forward();
  };
  const [plus, minus] = [at(STEP), at(-STEP)];
  const numeric = dot(
    v,
    plus.map((y, i) => (y - minus[i]) / (2 * STEP)),
  );

  at(0);
  const wanted = inputs.map((_, i) => differentiable(sample, i));
  const gradients = op.identityGradient ? inputs.map(() => v) : bench.backward(v, wanted);
  const analytic = gradients.reduce((sum, gradient, i) => sum + (gradient ? dot(gradient, u[i]) : 0), 0);
  const scale = Math.max(Math.abs(numeric), Math.abs(analytic), 1);
  assert.ok(
    Math.abs(numeric - analytic) <= TOLERANCE * scale,
    `${op.name} on ${JSON.stringify(sample.shapes)}: central differences give ${numeric}, backward ${analytic}`,
  );
}
