import { integer, type Declared, type Params, type Values } from "../params.ts";
import type { Generator } from "../rng/generator.ts";
import type { Shape } from "../tensor.ts";
import { generated, type GeneratedSet, type DataRequirements } from "./data.ts";
import { allocate, checkInput, checkSize } from "./fit.ts";
import { checkLabels, labelTargets } from "./labels.ts";

/** The parameter that every generated data set has. */
export const common = { samples: integer("Number of samples.", { min: 1, max: 10_000_000 }, 1000) };

/** Points and the ids of their classes, all 0, for `draw` to fill. */
export interface Points {
  readonly samples: number;
  readonly inputs: Float32Array;
  readonly ids: Int32Array;
}

interface Labelled<P extends Params> extends Declared<P> {
  /** Shape of one sample, if it is not a point of the plane. */
  input?(params: Values<P>, required: DataRequirements): Shape;
  classes(params: Values<P>, required: DataRequirements): number;
  draw(generator: Generator, params: Values<P>, points: Points, required: DataRequirements): void;
}

/** A data set of points that each belong to a class. */
export function labelled<const P extends Params>(set: Labelled<P>): GeneratedSet {
  const params: typeof common = { ...common, ...set.params };
  const own = (params: Values<typeof common>): Values<P> => params as unknown as Values<P>;

  return generated({
    doc: set.doc,
    params,

    check(params, required) {
      checkInput(set.input?.(own(params), required) ?? [2], required);
      checkLabels(set.classes(own(params), required), required);
      checkSize(params.samples, required.input);
    },

    generate(generator, params, required) {
      const { samples } = params;
      const inputs = allocate(samples, required.input);
      const ids = new Int32Array(samples);
      set.draw(generator, own(params), { samples, inputs, ids }, required);
      return { samples, input: required.input, inputs, ...labelTargets(ids, required) };
    },
  });
}
