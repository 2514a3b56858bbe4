import type { LayerSpec } from "../../engine/spec.ts";
import { t } from "../../l10n/translate.ts";
import type { Entry } from "./draft.ts";
import type { FixType } from "./fix.ts";
import { Layout } from "./layout.ts";
import { counted } from "./words.ts";

/** Share of dropped units that leaves a layer most of them. */
const DROPPED = 0.2;

/** The parameter that says how much a layer drops. */
const shareName = (type: string | undefined): string => (type === "Dropout" ? "p" : "dropout");

export const lessDropout: FixType = (patient) => {
  const layout = new Layout(patient);
  const shareOf = ({ type, params }: LayerSpec): number => Number(params[shareName(type)] ?? 0);
  const heavy = layout.leaves.filter((leaf) => shareOf(leaf) > DROPPED);
  if (heavy.length === 0) return undefined;
  const draft = layout.map(patient.draft, (entry, { layer }) =>
    layer && shareOf(layer) > DROPPED ? { ...entry, [shareName(layer.type)]: DROPPED } : entry,
  );
  const before = Math.max(...heavy.map(shareOf));
  return {
    title: t`Drop ${DROPPED * 100} % of the units instead of ${Math.round(before * 100)} % in ${counted(heavy.length, "layer")}`,
    draft,
  };
};

/** Features that are few for a hidden layer, and what it gets then. */
const [NARROW, WIDE] = [8, 16] as const;

/**
 * A hidden layer that is narrow between wider ones gets the width of its narrower neighbour; where all are narrow, each gets 16.
 */
export const wider: FixType = (patient) => {
  const layout = new Layout(patient);
  const hidden = layout.leaves.filter(({ type }, i) => i < layout.head && type === "Linear");
  const widths = hidden.map(({ params }) => Number(params.out_features));
  const widest = Math.max(...widths, 0);
  const target = (width: number): number | undefined => {
    if (width * 4 <= widest) return widest;
    return widest <= NARROW ? WIDE : undefined;
  };
  const changed = hidden.filter((_, i) => target(widths[i]) !== undefined);
  if (changed.length === 0 || patient.spec.weights !== undefined) return undefined;
  const draft = layout.map(patient.draft, (entry, { layer, isHidden, inResidual }): Entry => {
    if (!isHidden || inResidual || layer?.type !== "Linear") return entry;
    const out_features = target(Number(layer.params.out_features));
    return out_features === undefined ? entry : { ...entry, out_features };
  });
  const to = target(Number(changed[0].params.out_features)) ?? WIDE;
  return { title: t`Widen ${counted(changed.length, "layer")} to ${to} units`, draft };
};
