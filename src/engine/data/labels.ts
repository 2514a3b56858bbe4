import { t } from "../../l10n/translate.ts";
import { show, sizeOf, type Shape } from "../tensor.ts";
import type { DataRequirements } from "./data.ts";
import { DataError } from "./error.ts";
import { allocate } from "./fit.ts";

/** Throws where data of so many classes, one for each sample, do not fit the output and the loss. */
export function checkLabels(classes: number, { output, targets }: DataRequirements): void {
  const has = t`the data have ${classes} classes, one for each sample`;
  if (targets === "class") {
    if (output.length !== 1) {
      throw new DataError(t`${has}, but the model's output is ${show(output)}: expected [${classes}]`);
    }
    if (output[0] < classes) {
      throw new DataError(t`${has}, but the model has ${output[0]} outputs: expected ${classes}`);
    }
    return;
  }
  const one = sizeOf(output) === 1;
  if (one && (classes === 2 || targets === "number")) return;
  if (output.length === 1 && output[0] === classes) return;
  const expected = classes === 2 ? "[1] (0 or 1)" : t`[${classes}] (1 for the class, else 0)`;
  throw new DataError(t`${has}, but the model's output is ${show(output)}: expected ${expected}`);
}

/**
 * Targets for the ids of classes: the ids themselves where there is room for one number, else 1 at the class and 0 elsewhere.
 * `checkLabels` has passed.
 */
export function labelTargets(
  ids: Int32Array,
  { output, targets }: DataRequirements,
): { readonly target: Shape; readonly targets: Float32Array } {
  if (targets === "class") return { target: [], targets: Float32Array.from(ids) };
  if (sizeOf(output) === 1) return { target: output, targets: Float32Array.from(ids) };
  const oneHot = allocate(ids.length, output);
  for (const [i, id] of ids.entries()) oneHot[i * sizeOf(output) + id] = 1;
  return { target: output, targets: oneHot };
}
