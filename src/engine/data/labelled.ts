import { integer, type Declared, type Params, type Values } from "../params.ts";
import type { Generator } from "../rng.ts";
import type { Shape } from "../tensor.ts";
import { generated, type GeneratedSet, type Wants } from "./data.ts";
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
  input?(params: Values<P>, wants: Wants): Shape;
  classes(params: Values<P>, wants: Wants): number;
  draw(generator: Generator, params: Values<P>, points: Points, wants: Wants): void;
}

/** A data set of points that each belong to a class. */
export function labelled<const P extends Params>(set: Labelled<P>): GeneratedSet {
  const params: typeof common = { ...common, ...set.params };
  const own = (params: Values<typeof common>): Values<P> => params as unknown as Values<P>;

  return generated({
    doc: set.doc,
    params,

    check(params, wants) {
      checkInput(set.input?.(own(params), wants) ?? [2], wants);
      checkLabels(set.classes(own(params), wants), wants);
      checkSize(params.samples, wants.input);
    },

    generate(generator, params, wants) {
      const { samples } = params;
      const inputs = allocate(samples, wants.input);
      const ids = new Int32Array(samples);
      set.draw(generator, own(params), { samples, inputs, ids }, wants);
      return { samples, input: wants.input, inputs, ...labelTargets(ids, wants) };
    },
  });
}
