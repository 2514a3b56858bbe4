import { t } from "../../l10n/translate.ts";
import { type Draft, type Entry, without } from "./draft.ts";
import { type Case, type FixType } from "./fix.ts";
import { groupOf, Layout } from "./layout.ts";
import { rounded } from "./words.ts";

/** How `kaiming_normal` is told of an activation; those that are missing are close enough to ReLU. */
const NONLINEARITY: Readonly<Record<string, object>> = {
  LeakyReLU: { nonlinearity: "leaky_relu" },
  PReLU: { nonlinearity: "leaky_relu" },
  Tanh: { nonlinearity: "tanh" },
  SELU: { nonlinearity: "linear" },
  Sigmoid: { nonlinearity: "sigmoid" },
};

/** The activation of most hidden layers. */
export function mainActivation({ leaves, head }: Layout): string | undefined {
  const counts = new Map<string, number>();
  for (const { type } of leaves.slice(0, Math.max(head, 0)))
    if (groupOf(type) === "activation") counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** He's initialisation for the activation: `{ "type": "kaiming_normal", "nonlinearity": "relu" }`. */
const heFor = (activation: string | undefined): object => ({
  type: "kaiming_normal",
  ...(NONLINEARITY[activation ?? ""] ?? { nonlinearity: "relu" }),
});

/** Without what the model and its layers say of how they start out. */
export function withoutInits(draft: Draft): Draft {
  const clean = (entry: Entry): Entry => ({
    ...without(entry, "init", "bias_init"),
    ...(entry.layers && { layers: entry.layers.map(clean) }),
    ...(Array.isArray(entry.shortcut) && { shortcut: (entry.shortcut as readonly Entry[]).map(clean) }),
  });
  return { ...without(draft, "init", "bias_init"), layers: draft.layers.map(clean) };
}

/**
 * What the branch of each of `blocks` residual blocks adds is to stay small beside what goes past it, or the sum grows with every block.
 */
export const branchInit = (blocks: number): object => ({
  type: "orthogonal",
  gain: rounded(1.4 / Math.sqrt(blocks)),
});

/** Every layer starts out with `init`, every bias at zero; branches of residual blocks without a normalisation start small. */
export function withInit(patient: Pick<Case, "spec">, draft: Draft, init: unknown): Draft {
  const plain = { ...withoutInits(draft), init, bias_init: "zeros" };
  const blocks = residualBlocks(draft.layers);
  if (blocks < 2 || hasNorms(draft.layers)) return plain;
  return new Layout(patient).map(plain, (entry, { inResidual }) =>
    inResidual && groupOf(entry.type) === "weights" ? { ...entry, init: branchInit(blocks) } : entry,
  );
}

function residualBlocks(entries: readonly Entry[]): number {
  return entries.reduce((sum, { type, repeat = 1, layers = [] }) => {
    return sum + (type === "Residual" ? repeat : repeat * residualBlocks(layers));
  }, 0);
}

export const hasNorms = (entries: readonly Entry[]): boolean =>
  entries.some(({ type, layers = [] }) => groupOf(type) === "normalisation" || hasNorms(layers));

const isRecurrent = ({ leaves }: Layout): boolean => leaves.some(({ type }) => groupOf(type) === "recurrent");

/** He's initialisation as it fits the activation; recurrent nets start with orthogonal matrices, which keep norms through time. */
export function fittingInit(patient: Pick<Case, "spec">, activation?: string): unknown {
  const layout = new Layout(patient);
  return isRecurrent(layout) ? "orthogonal" : heFor(activation ?? mainActivation(layout));
}

export const heInit: FixType = (patient) => {
  if (patient.spec.weights !== undefined) return undefined;
  const init = fittingInit(patient);
  const draft = withInit(patient, patient.draft, init);
  const name = init === "orthogonal" ? t`orthogonal matrices` : t`He's initialisation (kaiming_normal)`;
  return { title: t`Start from ${name}, biases from zero`, draft };
};

export const xavierInit: FixType = (patient) =>
  patient.spec.weights === undefined
    ? {
        title: t`Start from Xavier's initialisation (xavier_uniform), biases from zero`,
        draft: withInit(patient, patient.draft, "xavier_uniform"),
      }
    : undefined;

export const defaultInit: FixType = ({ draft, spec }) =>
  spec.weights === undefined
    ? { title: t`Start from PyTorch's own initialisation`, draft: withoutInits(draft) }
    : undefined;
