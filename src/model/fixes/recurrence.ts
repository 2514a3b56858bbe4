import type { LayerSpec } from "../../engine/spec.ts";
import { t } from "../../l10n/translate.ts";
import { type Entry, without } from "./draft.ts";
import type { FixType } from "./fix.ts";
import { withoutInits } from "./inits.ts";
import { groupOf, Layout } from "./layout.ts";
import { rounded } from "./words.ts";

/** Units that a gated layer needs at least to hold something over many steps. */
const UNITS = 32;

const isRecurrent = ({ type }: { readonly type?: string }): boolean => groupOf(type) === "recurrent";

/** One layer with units enough: nothing of its size is in the way. */
const isAble = ({ params }: LayerSpec): boolean =>
  Number(params.hidden_size) >= UNITS && params.num_layers === 1;

/**
 * What keeps a forget gate open for as many steps as there are: σ(ln T)ᵀ ≈ 1/e (Tallec & Ollivier, Can recurrent neural
 * networks warp time?, 2018, §2).
 */
const openBias = ({ input: [steps = 1] }: LayerSpec): number => Math.max(1, rounded(Math.log(steps)));

/**
 * Every recurrent layer as one of another type: one layer, wide enough, from PyTorch's own initialisation, with a clipped gradient.
 * An LSTM's forget gate begins open: PyTorch's own forgets half of its state at each step.
 */
const gated =
  (to: "LSTM" | "GRU"): FixType =>
  (patient) => {
    const { spec } = patient;
    const layout = new Layout(patient);
    const old = layout.leaves.filter(isRecurrent);
    const [first] = old;
    if (!first || spec.weights !== undefined) return undefined;
    if (old.every((leaf) => leaf.type === to && isAble(leaf))) return undefined;
    const widths = old.map(({ params }) => Math.max(UNITS, Number(params.hidden_size)));
    const forget_bias = openBias(first);
    const isOpen = to === "LSTM" && old.every(({ params }) => params.bias === true);
    const change = (entry: Entry): Entry =>
      isRecurrent(entry)
        ? {
            ...without(entry, "nonlinearity", "num_layers", "dropout", "forget_bias"),
            type: to,
            hidden_size: Math.max(UNITS, Number(entry.hidden_size)),
            ...(isOpen && { forget_bias }),
          }
        : entry;
    const draft = layout.map(withoutInits(patient.draft), change);
    const clip = spec.clip_grad_norm ? {} : { clip_grad_norm: 1 };
    const what = old.every(({ type }) => type === to)
      ? t`Make the ${to} one layer`
      : t`Replace ${first.type} by ${to}`;
    const how = isOpen ? t` with a forget bias of ${forget_bias}` : "";
    const clipped = spec.clip_grad_norm ? "" : t`, and clip the gradient to a norm of 1`;
    return {
      title: t`${what} of ${Math.max(...widths)} units${how}${clipped}`,
      draft: { ...draft, ...clip },
    };
  };

export const lstm = gated("LSTM");
export const gru = gated("GRU");

/** Steps that the gradient goes back, as a share of all. */
const KEPT = 4;

/** The gradient is cut every so many steps: a quarter of all, unless they are fewer already. */
export const truncate: FixType = (patient) => {
  const layout = new Layout(patient);
  const old = layout.leaves.filter(isRecurrent);
  const [first] = old;
  if (!first) return undefined;
  const steps = first.input[0] ?? 0;
  const k = Math.max(2, Math.ceil(steps / KEPT));
  if (old.every(({ params }) => params.truncate !== undefined && Number(params.truncate) <= k))
    return undefined;
  const draft = layout.map(patient.draft, (entry) =>
    isRecurrent(entry) ? { ...entry, truncate: k } : entry,
  );
  return { title: t`Let the gradient go back ${k} of ${steps} steps (truncate)`, draft };
};

/** The forget gate of every LSTM begins open. */
export const forgetBias: FixType = (patient) => {
  const layout = new Layout(patient);
  const closed = layout.leaves.filter(
    ({ type, params }) => type === "LSTM" && params.bias === true && params.forget_bias === undefined,
  );
  const [first] = closed;
  if (!first || patient.spec.weights !== undefined) return undefined;
  const forget_bias = openBias(first);
  const draft = layout.map(patient.draft, (entry, { layer }) =>
    layer && closed.some(({ path }) => path === layer.path) ? { ...entry, forget_bias } : entry,
  );
  return { title: t`Open the LSTM's forget gate at the start: a bias of ${forget_bias}`, draft };
};
