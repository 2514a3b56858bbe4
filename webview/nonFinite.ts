import { layerName } from "../src/protocol/layerName.ts";
import { breakOf, finiteFrames } from "./finite.ts";
import type { Break } from "./finite.ts";
import { spoken } from "./layers.ts";
import type { View } from "./view.ts";

/** What is said of a run that broke, and the layer that it is about. */
export interface BreakReading {
  readonly severity: "error";
  readonly text: string;
  readonly layer?: string;
}

/** The sentence about a run that broke: how it ended by that, or what is not finite while it goes on. */
export function nonFinite({ run }: View, { step, layer, where }: Break): BreakReading {
  const ended = run.end?.reason === "non_finite";
  if (layer === undefined) {
    const although = ended ? ", although every layer's output is" : "";
    return { severity: "error", text: `The loss is no longer finite at step ${step}${although}.` };
  }
  const text = ended
    ? `The first NaN or ∞ was in the ${where} of ${spoken(layer)} at step ${step}.`
    : `NaN or ∞ in the ${where} of ${spoken(layer)} at step ${step}.`;
  return { severity: "error", layer, text };
}

/** What a chart's reading adds where the run broke, since the figures are those of the steps before. */
export function brokenNote(view: View): string {
  const broke = breakOf(view);
  if (!broke) return "";
  const last = finiteFrames(view.history).at(-1)?.step;
  const finite = last === undefined || last >= broke.step ? "" : ` · finite up to step ${last}`;
  const where = broke.layer === undefined ? "" : ` in ${layerName(broke.layer)}`;
  return `${finite} · NaN or ∞${where} at step ${broke.step}`;
}

/** Why there is no figure to read: there is no step yet, none that is finite, or `absent` at the steps that are. */
export const noFigure = ({ history }: View, absent: string): string =>
  history.recent.length === 0
    ? "No step yet"
    : finiteFrames(history).length === 0
      ? "No finite step"
      : absent;
