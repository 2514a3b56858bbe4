import { t } from "../../l10n/translate.ts";
import { isNonFinite } from "../../protocol/frame.ts";
import type { RunEnd } from "../../protocol/run.ts";
import { spoken } from "../chain.ts";
import { breakOf } from "../finite.ts";
import { figure } from "../format.ts";
import type { Share } from "../share.ts";
import { PLACES } from "../words.ts";
import { runFinding, type Run } from "./finding.ts";

export const nonFinite = runFinding({
  id: "non-finite",
  title: t`NaN or ∞`,
  condition: "A NaN or ±∞ is in the loss, in an output, in a gradient or in a weight.",
  severity: "error",
  why: t`From a NaN or ∞ on no figure means anything, and no step mends it: the first place where one appeared is where to look. It comes from numbers that grew beyond the largest float, or from an operation that has no result, such as 0/0 or the logarithm of a negative number.`,
  source: {
    title: "PyTorch, Autograd mechanics: anomaly detection",
    url: "https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection",
  },
  fixes: ["lower-rate", "clip-grad-norm", "normalize", "he-init", "default-init"],

  find(run) {
    const broke = breakOf(run);
    if (!broke) return undefined;
    const { step, layer, where } = broke;
    const { end } = run.run;
    const ended = end?.reason === "non_finite";
    const cause = ended ? causeOf(end) : "";
    const marks = marksOf(run, layer);
    const inputs = end?.reason === "non_finite" ? end.inputs : undefined;
    const figures = { step, ...(inputs && { input_min: inputs.min, input_max: inputs.max }) };
    if (layer === undefined) {
      return {
        layer: run.layers.at(-1)?.path ?? "",
        message: ended
          ? t`The loss is no longer finite at step ${step}, although every layer's output is${cause}.`
          : t`The loss is no longer finite at step ${step}${cause}.`,
        figures,
        marks,
      };
    }
    const place = PLACES[where ?? "activation"];
    const message = ended
      ? t`The first NaN or ∞ was in the ${place} of ${spoken(layer)} at step ${step}${cause}.`
      : t`NaN or ∞ in the ${place} of ${spoken(layer)} at step ${step}.`;
    return { layer, message, figures, marks };
  },
});

/** `: linear made it of numbers from −3·10³⁰ to 2·10³⁰` */
const causeOf = ({ op, inputs }: RunEnd & { readonly reason: "non_finite" }): string =>
  op && inputs ? t`: ${op} made it of numbers from ${figure(inputs.min)} to ${figure(inputs.max)}` : "";

/** The layer that had the first, and all that have one at the latest step. */
function marksOf({ layers, history }: Run, layer: string | undefined): ReadonlyMap<number, Share> {
  const frame = history.recent.at(-1);
  const rows = layers.flatMap(({ path }, row) =>
    path === layer || (frame && isNonFinite(frame, row)) ? [row] : [],
  );
  return new Map(rows.map((row) => [row, "nonfinite"]));
}
