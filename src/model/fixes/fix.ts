import type { ModelSpec } from "../../engine/spec.ts";
import type { Draft } from "./draft.ts";

/** What a fix is to remedy, as far as it asks: a finding. */
export interface Cause {
  readonly id: string;
  /** Path of the layer that it is about. */
  readonly path?: string;
  readonly figures?: Readonly<Record<string, number>>;
}

/** A model that something was found in. */
export interface Case {
  readonly draft: Draft;
  /** The same with every default filled in, unrolled, and with its shapes. */
  readonly spec: ModelSpec;
  readonly cause: Cause;
}

export interface Changed {
  /** What is done, in words and with the numbers: `Lower the learning rate from 8 to 0.8`. */
  readonly title: string;
  readonly draft: Draft;
}

/** One way to change a model. `undefined` where there is nothing that it would change, or it does not fit. */
export type FixType = (patient: Case) => Changed | undefined;
