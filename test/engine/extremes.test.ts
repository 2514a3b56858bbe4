import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Backend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { ACTIVATION_NAMES } from "../../src/engine/activations/index.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { MOMENTS, SUMMARY, UPDATE } from "../../src/protocol/sums.ts";
import { SeededRandom } from "../support/seededRandom.ts";
import { wasmBackends } from "../support/wasm.ts";

/** Elements of a tensor; tensors lie one after the other. */
const ROOM = 8192;
const ROUNDS = 60;

/** Powers of ten from the smallest normal float to the largest. */
const [LEAST, MOST] = [-37, 38];

interface Machine {
  readonly k: Kernels;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

function machineOf(backend: Backend): Machine {
  const memory = backend.memory(6 * ROOM, 200);
  const { floats, doubles } = memory;
  return { k: backend.kernels(memory, () => 0), floats: floats as Float32Array, doubles };
}

/** Numbers of one magnitude, or of all; some of them 0, of one sign or both. */
function draw(random: SeededRandom, n: number): Float32Array {
  const magnitude = random.integer(LEAST, MOST);
  const [mixed, positive] = [random.chance(0.4), random.chance(0.3)];
  return Float32Array.from({ length: n }, () => {
    if (random.chance(0.1)) return 0;
    const power = mixed ? random.integer(LEAST, MOST) : magnitude;
    return (positive || random.chance(0.5) ? 1 : -1) * random.number(0.1, 3) * 10 ** power;
  });
}

/** A size that is one block, more or less than one, or many. */
const drawSize = (random: SeededRandom): number =>
  random.pick([random.integer(1, 40), random.integer(1000, 1060), random.integer(2000, 5000)]);

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Equal but for the last digits of single precision, as a share of `scale`. */
function near(found: number, expected: number, what: string, scale = Math.abs(expected)): void {
  assert.ok(Math.abs(found - expected) <= 1e-5 * scale, `${what}: ${found}, not ${expected}`);
}

/** Σx and Σx² from `at` on are those of these values. */
function checkMoments(doubles: Float64Array, at: number, values: Float32Array, what: string): void {
  const sums = [doubles[at + MOMENTS.indexOf("sum")], doubles[at + MOMENTS.indexOf("squares")]];
  near(sums[0], sum(values), `Σx of ${what}`, sum(values.map(Math.abs).values()));
  near(sums[1], sum(Float64Array.from(values, (x) => x * x)), `Σx² of ${what}`);
}

const squaresOf = (values: Float32Array): number => sum(Float64Array.from(values, (x) => x * x));

const LIGHT = ["relu", "leakyRelu", "hardtanh", "tanh", "sigmoid"].map((name) =>
  (ACTIVATION_NAMES as readonly string[]).indexOf(name),
);

/** What each optimizer reads (see `CLIPPING` and its kernel), and its call on θ at 0, the gradient behind it, then its state. */
const optimizers: Readonly<
  Record<string, { readonly hyper: readonly number[]; readonly call: (k: Kernels, n: number) => void }>
> = {
  SGD: { hyper: [0.5, 0, 0, 0, 0], call: (k, n) => k.sgd(n, 0, ROOM, -1, 0, 50) },
  "SGD with decay": { hyper: [0.5, 0, 0, 0.1, 0], call: (k, n) => k.sgd(n, 0, ROOM, -1, 0, 50) },
  "SGD with momentum": { hyper: [0.5, 0.9, 0, 0, 0], call: (k, n) => k.sgd(n, 0, ROOM, 2 * ROOM, 0, 50) },
  "SGD, Nesterov's": { hyper: [0.5, 0.9, 0, 0, 1], call: (k, n) => k.sgd(n, 0, ROOM, 2 * ROOM, 0, 50) },
  Adam: {
    hyper: [0.1, 0.9, 0.99, 1e-8, 0, 0.1, 1],
    call: (k, n) => k.adam(n, 0, ROOM, 2 * ROOM, 3 * ROOM, -1, 0, 50),
  },
  "Adam at a huge rate": {
    hyper: [1e30, 0.9, 0.99, 1e-8, 0, 0.1, 1],
    call: (k, n) => k.adam(n, 0, ROOM, 2 * ROOM, 3 * ROOM, 4 * ROOM, 0, 50),
  },
  RMSprop: {
    hyper: [1e20, 0.9, 1e-8, 0, 0],
    call: (k, n) => k.rmsprop(n, 0, ROOM, 2 * ROOM, -1, -1, 0, 50),
  },
  "RMSprop at a tiny rate": {
    hyper: [1e-25, 0.9, 1e-8, 0, 0.5],
    call: (k, n) => k.rmsprop(n, 0, ROOM, 2 * ROOM, 3 * ROOM, 4 * ROOM, 0, 50),
  },
  Adagrad: { hyper: [1e25, 1e-10, 0], call: (k, n) => k.adagrad(n, 0, ROOM, 2 * ROOM, 0, 50) },
};

const CLIPPED = [
  [1, Infinity],
  [0.5, 1e30],
] as const;

for (const backend of [scalarBackend, ...wasmBackends()]) {
  suite(`sums of numbers of any magnitude, by ${backend.name}`, () => {
    const { k, floats, doubles } = machineOf(backend);

    test("of statistics are right: none overflows, none vanishes", () => {
      const random = new SeededRandom(1);
      for (let round = 0; round < ROUNDS; round++) {
        const values = draw(random, drawSize(random));
        const n = values.length;
        floats.fill(7).set(values);
        k.moments(n, 0, 0);
        checkMoments(doubles, 0, values, `round ${round}`);
        k.summary(n, 0, 10);
        checkMoments(doubles, 10, values, `round ${round}`);
        assert.equal(doubles[10 + SUMMARY.indexOf("nonfinite")], 0);
        k.sumSquares(n, 0, 20);
        near(doubles[20], squaresOf(values), `Σx², round ${round}`);
      }
    });

    test("of what an activation reads and writes are right, and of its derivative", () => {
      const random = new SeededRandom(2);
      for (let round = 0; round < ROUNDS; round++) {
        const kind = LIGHT[round % LIGHT.length];
        const values = draw(random, drawSize(random));
        const n = values.length;
        floats.fill(7).set(values);
        k.activationMoments(kind, n, 0, ROOM, 0.1, 1, 0, 10);
        checkMoments(doubles, 0, values, `x, round ${round}`);
        checkMoments(doubles, 10, floats.slice(ROOM, ROOM + n), `y, round ${round}`);

        const dy = draw(random, n);
        floats.set(dy, 2 * ROOM);
        k.activationGradSquares(kind, n, 0, ROOM, 2 * ROOM, 3 * ROOM, 0.1, 1, 20, 21);
        near(doubles[20], squaresOf(dy), `dy, round ${round}`);
        near(doubles[21], squaresOf(floats.slice(3 * ROOM, 3 * ROOM + n)), `dx, round ${round}`);
      }
    });

    test("of a derivative over rows are right", () => {
      const random = new SeededRandom(3);
      for (let round = 0; round < ROUNDS; round++) {
        const kind = LIGHT[round % LIGHT.length];
        const [rows, columns] = [random.integer(1, 60), random.pick([32, 64, 96])];
        const n = rows * columns;
        floats.fill(0.5, 0, n).fill(0.5, ROOM, ROOM + n);
        const dy = draw(random, n);
        floats.set(dy, 2 * ROOM);
        k.activationGradSums(
          { kind, alpha: 0.1, beta: 1 },
          ...([rows, columns, 0, ROOM, 2 * ROOM, 3 * ROOM, 20, 21, 4 * ROOM] as const),
        );
        near(doubles[20], squaresOf(dy), `dy, round ${round}`);
        near(doubles[21], squaresOf(floats.slice(3 * ROOM, 3 * ROOM + n)), `dx, round ${round}`);
      }
    });

    for (const [name, { hyper, call }] of Object.entries(optimizers)) {
      test(`of what ${name} moves, and of what it leaves, are right`, () => {
        const random = new SeededRandom(4);
        for (let round = 0; round < ROUNDS; round++) {
          const n = drawSize(random);
          const before = draw(random, n);
          floats.fill(0).set(before);
          floats.set(draw(random, n), ROOM);
          doubles.set([...CLIPPED[round % CLIPPED.length], ...hyper]);
          call(k, n);
          const after = floats.slice(0, n);
          if (!after.every(Number.isFinite)) continue;
          const changes = Float64Array.from(after, (x, i) => (x - before[i]) ** 2);
          near(doubles[50 + UPDATE.indexOf("moved")], sum(changes), `Σ(Δθ)², round ${round}`);
          near(doubles[50 + UPDATE.indexOf("squares")], squaresOf(after), `Σθ², round ${round}`);
        }
      });
    }
  });
}
