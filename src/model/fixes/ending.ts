import { layersOf } from "../../engine/spec.ts";
import { t } from "../../l10n/translate.ts";
import type { Draft, Entry } from "./draft.ts";
import { without } from "./draft.ts";
import type { Case, FixType } from "./fix.ts";
import { groupOf } from "./layout.ts";

/** The activation that the loss gets, where it is an entry that stands for one layer; with what is left without it. */
export function lastActivation({
  draft,
  spec,
}: Pick<Case, "draft" | "spec">): { type: string; draft: Draft } | undefined {
  const last = [...layersOf(spec.layers)].at(-1);
  if (!last || groupOf(last.type) !== "activation") return undefined;
  const layers = withoutLast(draft.layers);
  return layers && layers.length > 0 ? { type: last.type, draft: { ...draft, layers } } : undefined;
}

/** Without the last layer; `undefined` where that is a copy of several, or in a branch. A block that would be empty goes whole. */
function withoutLast(entries: readonly Entry[]): readonly Entry[] | undefined {
  const last = entries.at(-1);
  if (!last || last.repeat !== undefined || last.type === "Residual") return undefined;
  const rest = entries.slice(0, -1);
  if (!last.layers) return rest;
  const layers = withoutLast(last.layers);
  if (!layers) return undefined;
  return layers.length === 0 ? rest : [...rest, { ...last, layers }];
}

/** The same with another activation in the place of the last layer, or behind it where that is none. */
function withLast(entries: readonly Entry[], type: string): readonly Entry[] {
  const last = entries.at(-1);
  if (!last || groupOf(last.type) !== "activation") return [...entries, { type }];
  return [
    ...entries.slice(0, -1),
    { ...(last.name !== undefined && { name: last.name }), ...only(last), type },
  ];
}

/** An activation's entry without the parameters of its type. */
const only = (entry: Entry): Entry =>
  without(entry, ...Object.keys(entry).filter((field) => field !== "name"));

export const dropActivation: FixType = (patient) => {
  const last = lastActivation(patient);
  return last && { title: t`Remove ${last.type} before the loss`, draft: last.draft };
};

/** The loss that takes the model's last layer as it is: probabilities, log-probabilities or scores. */
export const fittingLoss: FixType = (patient) => {
  const { draft, spec } = patient;
  const last = lastActivation(patient);
  const without = last ? t`, and remove ${last.type} before it` : "";
  const to = (loss: string, layers: Draft = draft, how = ""): ReturnType<FixType> => ({
    title: t`Replace ${spec.loss.type} by ${loss}${how}`,
    draft: { ...layers, loss },
  });
  switch (spec.loss.type) {
    case "NLLLoss":
      return to("CrossEntropyLoss", last?.draft ?? draft, without);
    case "BCELoss":
      return last ? to("BCEWithLogitsLoss", last.draft, without) : to("BCEWithLogitsLoss");
    case "BCEWithLogitsLoss":
      return last?.type === "Sigmoid" ? to("BCELoss") : undefined;
    default:
      return undefined;
  }
};

/** A `Sigmoid` for the probability of one unit, whose `Softmax` is always 1; otherwise no activation: then every target is in range. */
export const outputActivation: FixType = (patient) => {
  const { draft, spec } = patient;
  const last = lastActivation(patient);
  if (spec.loss.type === "BCELoss" && last?.type !== "Sigmoid") {
    const title = last ? t`Replace ${last.type} before the loss by Sigmoid` : t`Put Sigmoid before the loss`;
    return { title, draft: { ...draft, layers: withLast(draft.layers, "Sigmoid") } };
  }
  return dropActivation(patient);
};
