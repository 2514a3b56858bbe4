import type { TargetKind } from "../../src/engine/data/data.ts";
import type { Shape } from "../../src/engine/tensor.ts";
import type { SeededRandom } from "./seededRandom.ts";
import type { Written } from "./coverage.ts";

/** What a data set asks of a model. */
export interface Asked {
  readonly input: Shape;
  /** The inputs are ids of tokens. */
  readonly ids: boolean;
  /** Absent: the model may give any shape. */
  readonly output?: Shape;
  readonly kind: TargetKind;
}

const KINDS: readonly TargetKind[] = ["class", "binary", "number"];

/** For samples that belong to one of so many classes. */
function classes(random: SeededRandom, input: Shape, count: number, ids = false): Asked {
  const kind = random.pick(KINDS);
  const one = kind !== "class" && count === 2 && random.chance(0.5);
  return { input, ids, kind, output: [one ? 1 : kind === "class" ? count + random.integer(0, 1) : count] };
}

const inPlane = (random: SeededRandom): Asked => classes(random, [2], 2);

/** Time steps of a sequence: those that the data set was given, if any. */
const stepsOf = (random: SeededRandom, { length }: Written): number =>
  length === undefined ? random.integer(2, 7) : Number(length);

const shapes = (random: SeededRandom): Shape =>
  random.pick([
    [random.integer(2, 9)],
    [random.integer(2, 6), random.integer(2, 6)],
    [random.integer(2, 6), random.integer(2, 6)],
    [random.integer(1, 4), random.integer(3, 6), random.integer(3, 6)],
    [random.integer(1, 4), random.integer(3, 6), random.integer(3, 6)],
  ]);

/** By generated data set, given the params that it has been given. */
export const ASKED: Readonly<Record<string, (random: SeededRandom, params: Written) => Asked>> = {
  xor: inPlane,
  two_moons: inPlane,
  circles: inPlane,
  spiral: (random, params) => classes(random, [2], Number(params["classes"] ?? 2)),
  blobs: (random, { centers }) => classes(random, [random.integer(2, 5)], Number(centers ?? 3)),
  regression_sine: () => ({ input: [1], ids: false, output: [1], kind: "number" }),
  adding_problem: (random, params) => ({
    input: [stepsOf(random, params), 2],
    ids: false,
    output: [1],
    kind: "number",
  }),
  copy_memory(random, params) {
    const steps = 20 + stepsOf(random, params);
    const ids = random.chance(0.5);
    return { input: ids ? [steps] : [steps, 10], ids, output: [steps, 10], kind: random.pick(KINDS) };
  },
  parity(random, params) {
    const steps = stepsOf(random, params);
    const ids = random.chance(0.3);
    return classes(random, ids || random.chance(0.5) ? [steps] : [steps, 1], 2, ids);
  },
  gaussian(random) {
    const ids = random.chance(0.15);
    return { input: ids ? [random.integer(2, 6)] : shapes(random), ids, kind: random.pick(KINDS) };
  },
};
