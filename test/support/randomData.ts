import type { TargetKind } from "../../src/engine/data/data.ts";
import type { Shape } from "../../src/engine/tensor.ts";
import type { Dice } from "./dice.ts";
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
function classes(dice: Dice, input: Shape, count: number, ids = false): Asked {
  const kind = dice.pick(KINDS);
  const one = kind !== "class" && count === 2 && dice.chance(0.5);
  return { input, ids, kind, output: [one ? 1 : kind === "class" ? count + dice.integer(0, 1) : count] };
}

const inPlane = (dice: Dice): Asked => classes(dice, [2], 2);

/** Time steps of a sequence: those that the data set was given, if any. */
const stepsOf = (dice: Dice, { length }: Written): number =>
  length === undefined ? dice.integer(2, 7) : Number(length);

const shapes = (dice: Dice): Shape =>
  dice.pick([
    [dice.integer(2, 9)],
    [dice.integer(2, 6), dice.integer(2, 6)],
    [dice.integer(2, 6), dice.integer(2, 6)],
    [dice.integer(1, 4), dice.integer(3, 6), dice.integer(3, 6)],
    [dice.integer(1, 4), dice.integer(3, 6), dice.integer(3, 6)],
  ]);

/** By generated data set, given the params that it has been given. */
export const ASKED: Readonly<Record<string, (dice: Dice, params: Written) => Asked>> = {
  xor: inPlane,
  two_moons: inPlane,
  circles: inPlane,
  spiral: (dice, params) => classes(dice, [2], Number(params["classes"] ?? 2)),
  blobs: (dice, { centers }) => classes(dice, [dice.integer(2, 5)], Number(centers ?? 3)),
  regression_sine: () => ({ input: [1], ids: false, output: [1], kind: "number" }),
  adding_problem: (dice, params) => ({
    input: [stepsOf(dice, params), 2],
    ids: false,
    output: [1],
    kind: "number",
  }),
  copy_memory(dice, params) {
    const steps = 20 + stepsOf(dice, params);
    const ids = dice.chance(0.5);
    return { input: ids ? [steps] : [steps, 10], ids, output: [steps, 10], kind: dice.pick(KINDS) };
  },
  parity(dice, params) {
    const steps = stepsOf(dice, params);
    const ids = dice.chance(0.3);
    return classes(dice, ids || dice.chance(0.5) ? [steps] : [steps, 1], 2, ids);
  },
  gaussian(dice) {
    const ids = dice.chance(0.15);
    return { input: ids ? [dice.integer(2, 6)] : shapes(dice), ids, kind: dice.pick(KINDS) };
  },
};
