import { calculateGain, NONLINEARITIES, type Nonlinearity } from "../../protocol/gain.ts";
import { choice, either, number } from "../params.ts";

export { calculateGain, NONLINEARITIES, type Nonlinearity };

const gainWithin = (bounds: { readonly min?: number }) =>
  either(
    number("Scaling factor, or a nonlinearity for its `calculate_gain`.", bounds, 1),
    choice("Stands for the factor `calculate_gain` recommends.", NONLINEARITIES),
  );

export const gainParam = gainWithin({});

/** Of what has a deviation or a width, which are not negative. */
export const spreadGainParam = gainWithin({ min: 0 });

export const gainOf = (gain: number | Nonlinearity): number =>
  typeof gain === "number" ? gain : calculateGain(gain);
