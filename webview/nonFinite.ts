import { statOf } from "../src/protocol/frame.ts";
import { spoken } from "./layers.ts";
import type { Reading } from "./reading.ts";
import type { View } from "./view.ts";

/** Where a NaN or ∞ appeared: first, where the run ended by it, else at the latest step. */
export function nonFinite({ run, layers, history }: View): Reading {
  const last = history.recent.at(-1);
  const end = run.end?.reason === "non_finite" ? run.end : undefined;
  const step = last ? ` at step ${last.step}` : "";
  if (end) {
    const text =
      end.layer === "loss"
        ? `The loss is no longer finite${step}, although every layer's output is.`
        : `The first NaN or ∞ was in the ${end.where} of ${spoken(end.layer)}${step}.`;
    return { severity: "error", text, ...(end.layer !== "loss" && { layer: end.layer }) };
  }
  const has = (stat: "act_nonfinite" | "grad_nonfinite") => (_: unknown, layer: number) =>
    last !== undefined && statOf(last, layer, stat) > 0;
  // Forward, the first layer in order is the cause; backward, the last.
  const forward = layers.find(has("act_nonfinite"));
  const found = forward ?? layers.findLast(has("grad_nonfinite"));
  if (!found) return { severity: "error", text: `The loss is no longer finite${step}.` };
  const where = forward ? "activation" : "gradient";
  return {
    severity: "error",
    layer: found.path,
    text: `NaN or ∞ in the ${where} of ${spoken(found.path)}${step}.`,
  };
}
