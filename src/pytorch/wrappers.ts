import { python } from "../engine/torch.ts";
import type { LayerSpec } from "../engine/spec.ts";

/** A PyTorch module that does not turn one tensor into one, as a class of the program that does. */
export interface Wrapper {
  /** Name of that class; `undefined` where the module serves as it is. */
  name(params: LayerSpec["params"]): string | undefined;
  /** Arguments that it takes beside the module's own. */
  arguments(params: LayerSpec["params"]): readonly string[];
}

const recurrent = (type: string): Wrapper => ({
  name: () => type,
  arguments: ({ output, truncate }) => [
    ...(output === "last" ? [] : [`output=${python(output)}`]),
    ...(truncate === undefined ? [] : [`truncate=${python(truncate)}`]),
  ],
});

/** By layer type. It keeps the module's parameter names, since it is a subclass. */
export const wrappers: Readonly<Record<string, Wrapper>> = {
  RNN: recurrent("RNN"),
  LSTM: recurrent("LSTM"),
  GRU: recurrent("GRU"),
  MultiheadAttention: {
    name: () => "SelfAttention",
    arguments: ({ causal }) => (causal === true ? ["causal=True"] : []),
  },
  TransformerEncoderLayer: {
    name: ({ causal }) => (causal === true ? "CausalEncoderLayer" : undefined),
    arguments: () => [],
  },
};

/** How the program spells a layer, given how PyTorch does: `LSTM(4, 8, batch_first=True, output="sequence")`. */
export function spelled({ type, params }: LayerSpec, torch: string): string {
  const wrapper = Object.hasOwn(wrappers, type) ? wrappers[type] : undefined;
  const name = wrapper?.name(params);
  if (!wrapper || name === undefined) return torch;
  const own = torch.slice(torch.indexOf("(") + 1, -1);
  return `${name}(${[own, ...wrapper.arguments(params)].join(", ")})`;
}
