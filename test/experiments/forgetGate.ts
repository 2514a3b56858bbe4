import { doubleBackend } from "../../src/engine/runtime/backend.ts";
import { lstm } from "../../src/engine/ops/recurrent.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import { OpBench } from "../support/gradcheck.ts";
import { withinFactor } from "./criterion.ts";
import { type Experiment, seeded } from "./experiment.ts";
import { show } from "./figures.ts";

const UNITS = 32;
const STEPS = 50;
/** Rows of the gates' sums, in PyTorch's order. */
const ROWS = 4 * UNITS;
const GATES = ["input", "forget", "cell", "output"] as const;
type Gate = (typeof GATES)[number];

/** A sum that opens a gate for all purposes, or closes it: σ(±50) is 1 or 0 to 21 digits. */
const OPEN = 50;

/** An LSTM by PyTorch's initialisation, and the sums over its inputs, normal numbers, at each step. */
class Cell {
  readonly W_hh: Float32Array;
  /** [STEPS, ROWS] */
  readonly sums: Float64Array;

  constructor(seed: number, forgetBias: number | undefined) {
    const random = new Generator(seed);
    const uniform = (size: number): Float32Array => {
      const values = new Float32Array(size);
      random.uniform(values, -1 / Math.sqrt(UNITS), 1 / Math.sqrt(UNITS));
      return values;
    };
    const W_ih = uniform(ROWS * UNITS);
    this.W_hh = uniform(ROWS * UNITS);
    const [b_ih, b_hh] = [uniform(ROWS), uniform(ROWS)];
    const x = new Float32Array(STEPS * UNITS);
    random.normal(x, 0, 1);
    const bias = (row: number) =>
      gateOf(row) === "forget" && forgetBias !== undefined ? forgetBias : b_ih[row] + b_hh[row];
    this.sums = Float64Array.from({ length: STEPS * ROWS }, (_, i) => {
      const [t, row] = [Math.floor(i / ROWS), i % ROWS];
      return x
        .subarray(t * UNITS, (t + 1) * UNITS)
        .reduce((sum, value, k) => sum + value * W_ih[row * UNITS + k], bias(row));
    });
  }
}

const gateOf = (row: number): Gate => GATES[Math.floor(row / UNITS)];

/**
 * The norm of ∂c₅₀/∂c₀, from the op's own backward. A step before sets c₀ = tanh(sum of its cell gate), with the output
 * closed, so that h₀ = 0 and the derivative by that sum, at 0, is the one by c₀. A step after hands c₅₀ on: h = tanh(c₅₀),
 * and a gradient of 1/(1 − h²) there is one of 1 at c₅₀. Sample j asks for that of unit j.
 */
function jacobianNorm({ W_hh, sums }: Cell): number {
  const steps = STEPS + 2;
  const bench = new OpBench(
    lstm,
    {
      shapes: [
        [UNITS, steps, ROWS],
        [ROWS, ROWS],
        [ROWS, UNITS],
      ],
      attrs: { reverse: false, truncate: 0, last: false },
    },
    doubleBackend,
  );
  const before = rows({ input: OPEN, forget: 0, cell: 0, output: -OPEN });
  const after = rows({ input: -OPEN, forget: OPEN, cell: 0, output: OPEN });
  const sequence = [...before, ...sums, ...after];
  const identity = Float64Array.from({ length: ROWS * ROWS }, (_, i) => (i % (ROWS + 1) === 0 ? 1 : 0));
  const [x, W_ih, W] = bench.inputs;
  bench.set(x, Array.from({ length: UNITS }, () => sequence).flat());
  bench.set(W_ih, identity);
  bench.set(W, W_hh);

  const h = bench.forward();
  const dh = new Float64Array(h.length);
  for (let j = 0; j < UNITS; j++) {
    const last = (j * steps + steps - 1) * UNITS + j;
    dh[last] = 1 / (1 - h[last] ** 2);
  }
  const [dx] = bench.backward(dh, [true, false, false]);
  if (!dx) throw new Error("no gradient of the inputs");
  const cell = GATES.indexOf("cell") * UNITS;
  let squares = 0;
  for (let j = 0; j < UNITS; j++) {
    for (let i = 0; i < UNITS; i++) squares += dx[j * steps * ROWS + cell + i] ** 2;
  }
  return Math.sqrt(squares);
}

const rows = (sums: Readonly<Record<Gate, number>>): readonly number[] =>
  Array.from({ length: ROWS }, (_, row) => sums[gateOf(row)]);

const withBias = (bias: number | undefined, expected: number): Experiment =>
  seeded(
    {
      name: `LSTM, ${UNITS} units, normal inputs, forget-gate bias ${bias ?? "as PyTorch draws it"}: ‖∂c₅₀/∂c₀‖`,
      expected: show(expected),
      agrees: withinFactor(10, expected),
    },
    doubleBackend.name,
    (seed) => jacobianNorm(new Cell(seed, bias)),
  );

export const forgetGate: readonly Experiment[] = [
  withBias(undefined, 6.6e-11),
  withBias(1, 1.4e-4),
  withBias(3, 1.15),
];
