import type { ModuleSpec } from "../engine/spec.ts";
import type { Shape } from "../engine/tensor.ts";
import { show } from "../engine/tensor.ts";
import { t } from "../l10n/translate.ts";
import { layerName } from "../protocol/layerName.ts";

/** What a layer is given. */
export interface ShapeState {
  /** Absent behind a mistake: nothing that follows from it is reported. */
  readonly shape: Shape | undefined;
  /** Path of the layer that gives it; absent: it is the model's input. */
  readonly from: string | undefined;
  /** Meaning of the axes of a sample of two. */
  readonly layout: "channels" | "sequence" | undefined;
}

/** What was built of some entries, and what they give. */
export interface Built {
  readonly modules: readonly ModuleSpec[];
  readonly state: ShapeState;
}

/** `block.2 gives [64]`, `the input is [64]` */
export const gives = ({ from, shape }: ShapeState): string => {
  const size = shape ? show(shape) : t`nothing`;
  return from === undefined ? t`the input is ${size}` : t`${layerName(from)} gives ${size}`;
};

export const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
