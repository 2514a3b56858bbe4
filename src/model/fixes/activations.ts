import { t } from "../../l10n/translate.ts";
import { type Entry, type Draft, without } from "./draft.ts";
import type { Case, FixType } from "./fix.ts";
import { fittingInit, withInit } from "./inits.ts";
import { followedBy, groupOf, Layout } from "./layout.ts";
import { counted, listed } from "./words.ts";

/** Activations whose derivative goes to 0 on both sides. */
const SATURATING = new Set([
  "Sigmoid",
  "Tanh",
  "Softsign",
  "Hardtanh",
  "Hardsigmoid",
  "ReLU6",
  "Softmax",
  "LogSigmoid",
]);

/** Activations that give 0, and no gradient, on one side. */
const DYING = new Set(["ReLU", "ReLU6", "Hardtanh", "Hardsigmoid"]);

/** Another type in the same place: no parameter of the old one is left. */
const retyped = ({ name, repeat, ...entry }: Entry, type: string): Entry => ({
  ...without(entry, ...Object.keys(entry)),
  type,
  ...(name !== undefined && { name }),
  ...(repeat !== undefined && { repeat }),
});

/** Every hidden activation among `old`, in place; `undefined` where there is none. */
function replaced(patient: Case, old: ReadonlySet<string>, type: string) {
  const layout = new Layout(patient);
  const changed = layout.leaves.slice(0, Math.max(layout.head, 0)).filter((leaf) => old.has(leaf.type));
  if (changed.length === 0) return undefined;
  const draft = layout.map(patient.draft, (entry, { isHidden }) =>
    isHidden && old.has(entry.type ?? "") ? retyped(entry, type) : entry,
  );
  const what = t`Replace ${listed(changed.map((leaf) => leaf.type))} by ${type} in ${counted(changed.length, "layer")}`;
  return { draft, what };
}

/** With the initialisation that fits the new activation, unless the weights come from a file. */
function fitted(patient: Case, draft: Draft, activation: string): { draft: Draft; how: string } {
  if (patient.spec.weights !== undefined) return { draft, how: "" };
  const init = fittingInit(patient, activation);
  return {
    draft: withInit(patient, draft, init),
    how: init === "orthogonal" ? t`, with orthogonal matrices` : t`, with He's initialisation`,
  };
}

const replacement =
  (old: ReadonlySet<string>, type: string): FixType =>
  (patient) => {
    const found = replaced(patient, old, type);
    if (!found) return undefined;
    const { draft, how } = fitted(patient, found.draft, type);
    return { title: found.what + how, draft };
  };

export const relu = replacement(SATURATING, "ReLU");

export const leakyRelu = replacement(DYING, "LeakyReLU");

const isLinear = (type: string): boolean => ["Linear", "Conv1d", "Conv2d"].includes(type);

/** Layers that leave a chain of linear maps linear. */
const keepsLinear = (type: string): boolean =>
  groupOf(type) === "normalisation" || ["Dropout", "Identity"].includes(type);

/** A ReLU behind every layer with weights that the next one follows without a nonlinearity between them. */
export const addActivation: FixType = (patient) => {
  if (patient.spec.weights !== undefined) return undefined;
  const layout = new Layout(patient);
  const { leaves } = layout;
  const follows = (index: number): boolean => {
    let next = index + 1;
    while (next < leaves.length && keepsLinear(leaves[next].type)) next++;
    return next < leaves.length && isLinear(leaves[next].type);
  };
  const bare = new Set(leaves.filter(({ type }, i) => isLinear(type) && follows(i)).map(({ path }) => path));
  if (bare.size === 0) return undefined;
  const draft = layout.map(patient.draft, (entry, { layer, isHead, inResidual, rest }) => {
    if (!layer || !bare.has(layer.path) || isHead) return entry;
    if (inResidual && rest.every(({ type = "" }) => keepsLinear(type))) return entry; // the sum comes next, not a layer
    return followedBy(entry, [{ type: "ReLU" }]);
  });
  const behind = counted(bare.size, "layer");
  return { title: t`Put ReLU behind ${behind} that the next one follows without a nonlinearity`, draft };
};
