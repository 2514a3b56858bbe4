import type { LayerSpec } from "../engine/spec.ts";
import type { TorchCall } from "../engine/torch.ts";

/** A PyTorch module that does not turn one tensor into one, as a class of the program that does. */
export interface Wrapper {
  /** Name of that class; `undefined` where the module serves as it is. */
  name(params: LayerSpec["params"]): string | undefined;
  /** Parameters that it takes beside the module's own. */
  readonly takes: readonly string[];
}

const recurrent = (type: string): Wrapper => ({ name: () => type, takes: ["output", "truncate"] });

/** By layer type. It keeps the module's parameter names, since it is a subclass. */
export const wrappers: Readonly<Record<string, Wrapper>> = {
  RNN: recurrent("RNN"),
  LSTM: recurrent("LSTM"),
  GRU: recurrent("GRU"),
  MultiheadAttention: { name: () => "SelfAttention", takes: ["causal"] },
  TransformerEncoderLayer: {
    name: ({ causal }) => (causal === true ? "CausalEncoderLayer" : undefined),
    takes: [],
  },
};

/** How the program spells a layer, given how PyTorch does: `LSTM(4, 8, batch_first=True, output="sequence")`. */
export function spelled({ type, params }: LayerSpec, call: TorchCall): TorchCall {
  const wrapper = Object.hasOwn(wrappers, type) ? wrappers[type] : undefined;
  const callee = wrapper?.name(params);
  if (!wrapper || callee === undefined) return call;
  const own = Object.fromEntries(wrapper.takes.map((name) => [name, params[name]]));
  return { ...call, callee, kwargs: { ...call.kwargs, ...own } };
}
