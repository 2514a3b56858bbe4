import type { LayerSpec } from "../../engine/spec.ts";
import { t } from "../../l10n/translate.ts";
import { type Entry, without } from "./draft.ts";
import type { FixType } from "./fix.ts";
import { followedBy, groupOf, Layout } from "./layout.ts";
import { counted, listed } from "./words.ts";

const NORMED = ["Linear", "Conv1d", "Conv2d"];

/** The normalisation over the batch that fits what a layer gives; `undefined` where there is none. */
function batchNormFor({ type, output }: LayerSpec): Entry | undefined {
  if (type === "Conv2d") return { type: "BatchNorm2d" };
  if (type === "Conv1d") return { type: "BatchNorm1d" };
  return type === "Linear" && output.length === 1 ? { type: "BatchNorm1d" } : undefined;
}

/** Each sample by itself: features by LayerNorm, channels as one group. */
const layerNormFor = ({ type }: LayerSpec): Entry =>
  type === "Linear" ? { type: "LayerNorm" } : { type: "GroupNorm", num_groups: 1 };

/**
 * A normalisation behind every layer with weights but the head. Those of `others` that stand there already are replaced, since
 * two of them one after the other do no more than one.
 */
const normalisation =
  (normFor: (layer: LayerSpec) => Entry | undefined, others: readonly string[]): FixType =>
  (patient) => {
    if (patient.spec.weights !== undefined) return undefined;
    const layout = new Layout(patient);
    const normed = layout.leaves.filter(
      (leaf, i) => i < layout.head && NORMED.includes(leaf.type) && normFor(leaf) !== undefined,
    );
    const replaced = new Set<string>();
    let last: Entry | undefined;
    const added = new Set<string>();
    const draft = layout.map(patient.draft, (entry, { layer, isHidden, rest }) => {
      if (isHidden && others.includes(entry.type ?? "")) {
        const before = layout.leaves[layout.leaves.findIndex(({ path }) => path === layer?.path) - 1];
        const norm = before && normFor(before);
        if (!norm) return entry;
        replaced.add(entry.type ?? "");
        last = norm;
        return {
          ...without(entry, "normalized_shape", "num_groups", "elementwise_affine", "bias", "eps"),
          ...norm,
        };
      }
      const norm = layer && isHidden && NORMED.includes(layer.type) ? normFor(layer) : undefined;
      if (!norm || groupOf(rest[0]?.type) === "normalisation") return entry;
      last = norm;
      added.add(norm.type ?? "");
      return followedBy(entry, [norm]);
    });
    if (!last) return undefined;
    const title =
      added.size > 0
        ? t`Put ${listed(added)} behind ${counted(normed.length, "layer")}`
        : t`Replace ${listed(replaced)} by ${last.type ?? ""}`;
    return { title, draft };
  };

export const batchNorm = normalisation(batchNormFor, ["LayerNorm", "GroupNorm", "RMSNorm"]);

export const layerNorm = normalisation(layerNormFor, ["BatchNorm1d", "BatchNorm2d"]);

/** Encoder layers that normalise before attention and feed-forward, so that the shortcuts stay free. */
export const preNorm: FixType = (patient) => {
  const layout = new Layout(patient);
  const after = layout.leaves.filter(
    ({ type, params }) => type === "TransformerEncoderLayer" && params.norm_first !== true,
  );
  if (after.length === 0) return undefined;
  const draft = layout.map(patient.draft, (entry) =>
    entry.type === "TransformerEncoderLayer" ? { ...entry, norm_first: true } : entry,
  );
  return {
    title: t`Normalise before attention and feed-forward in ${counted(after.length, "encoder layer")}`,
    draft,
  };
};

/** The bias in front of a normalisation is subtracted with the mean. */
export const noBias: FixType = (patient) => {
  if (patient.spec.weights !== undefined) return undefined;
  const layout = new Layout(patient);
  const useless = new Set(
    layout.leaves
      .filter(({ type, params }, i) => {
        const next = layout.leaves[i + 1]?.type ?? "";
        return (
          NORMED.includes(type) &&
          params.bias === true &&
          groupOf(next) === "normalisation" &&
          next !== "RMSNorm"
        );
      })
      .map(({ path }) => path),
  );
  if (useless.size === 0) return undefined;
  const draft = layout.map(patient.draft, (entry, { layer }) =>
    layer && useless.has(layer.path) ? { ...entry, bias: false } : entry,
  );
  return { title: t`Leave out the bias of ${counted(useless.size, "layer")} before a normalisation`, draft };
};
