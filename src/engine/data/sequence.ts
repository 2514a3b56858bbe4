import { t } from "../../l10n/translate.ts";
import { integer, optional } from "../params.ts";
import { show } from "../tensor.ts";
import type { DataRequirements } from "./data.ts";
import { DataError } from "./error.ts";

/** The parameter of a data set of sequences. */
export const length = (doc: string, min: number) =>
  optional(integer(`${doc} Default: what the model's input has room for.`, { min, max: 1_000_000 }));

/**
 * Throws unless the model's input has this many time steps, each of `width` numbers: `[steps, width]`. With `flat` it may
 * leave out the last axis: `[steps]`.
 */
export function checkSequence(
  steps: number | undefined,
  width: number,
  flat: boolean,
  { input }: DataRequirements,
): void {
  const fits = (flat && input.length === 1) || (input.length === 2 && input[1] === width);
  if (fits && (steps === undefined || steps === input[0])) return;
  const first = steps ?? "steps";
  const expected = `[${first}, ${width}]${flat ? ` or [${first}]` : ""}`;
  throw new DataError(
    t`the data are sequences of shape ${expected}, but the model's "input" is ${show(input)}`,
  );
}
