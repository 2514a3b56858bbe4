import { isNonFinite } from "../../protocol/frame.ts";
import { spoken } from "../chain.ts";
import { breakOf } from "../finite.ts";
import type { Share } from "../share.ts";
import type { FindingType, Run } from "./finding.ts";

export const nonFinite: FindingType = {
  id: "non-finite",
  why: "From a NaN or ∞ on no figure means anything: the first place where one appeared is where to look.",

  find(run) {
    const broke = breakOf(run);
    if (!broke) return undefined;
    const { step, layer, where } = broke;
    const ended = run.run.end?.reason === "non_finite";
    const marks = marksOf(run, layer);
    if (layer === undefined) {
      const although = ended ? ", although every layer's output is" : "";
      return {
        severity: "error",
        message: `The loss is no longer finite at step ${step}${although}.`,
        marks,
      };
    }
    const message = ended
      ? `The first NaN or ∞ was in the ${where} of ${spoken(layer)} at step ${step}.`
      : `NaN or ∞ in the ${where} of ${spoken(layer)} at step ${step}.`;
    return { severity: "error", layer, message, marks };
  },
};

/** The layer that had the first, and all that have one at the latest step. */
function marksOf({ layers, history }: Run, layer: string | undefined): ReadonlyMap<number, Share> {
  const frame = history.recent.at(-1);
  const rows = layers.flatMap(({ path }, row) =>
    path === layer || (frame && isNonFinite(frame, row)) ? [row] : [],
  );
  return new Map(rows.map((row) => [row, "nonfinite"]));
}
