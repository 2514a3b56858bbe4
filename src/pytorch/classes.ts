import { modulesOf, type LayerSpec, type ModelSpec } from "../engine/spec.ts";
import { wrappers } from "./wrappers.ts";

// Classes of the exported program, as Python text.

const RESIDUAL = `class Residual(nn.Sequential):
    """Adds its input to what its layers make of it."""

    def forward(self, x):
        return super().forward(x) + x`;

const RESIDUAL_WITH_SHORTCUT = `class ResidualWithShortcut(nn.Sequential):
    """Adds what its shortcut makes of the input to what its layers make of it."""

    def __init__(self, *layers, shortcut):
        super().__init__(*layers)
        self.shortcut = shortcut

    def forward(self, x):
        *layers, shortcut = self
        y = x
        for layer in layers:
            y = layer(y)
        return y + shortcut(x)`;

const RECURRENT = `class Recurrent:
    """Makes an nn.RNN, nn.LSTM or nn.GRU give its output alone: at the last step, or at all."""

    def __init__(self, *sizes, output="last", **options):
        super().__init__(*sizes, **options)
        self.output = output

    def forward(self, x):
        sequence, _ = super().forward(x)
        return sequence[:, -1] if self.output == "last" else sequence`;

const TRUNCATED = `class Recurrent:
    """
    Makes an nn.RNN, nn.LSTM or nn.GRU give its output alone: at the last step, or at all. With
    \`truncate\`, no gradient goes back beyond the parts of that many steps that it takes at a time.
    """

    def __init__(self, *sizes, output="last", truncate=None, **options):
        super().__init__(*sizes, **options)
        self.output = output
        self.truncate = truncate

    def forward(self, x):
        state, parts = None, []
        for part in x.split(self.truncate or x.shape[1], dim=1):
            y, state = super().forward(part, state)
            lstm = isinstance(state, tuple)
            state = tuple(s.detach() for s in state) if lstm else state.detach()
            parts.append(y)
        sequence = torch.cat(parts, dim=1)
        return sequence[:, -1] if self.output == "last" else sequence`;

const TRUNCATED_BOTH_WAYS = `class Recurrent:
    """
    Makes an nn.RNN, nn.LSTM or nn.GRU give its output alone: at the last step, or at all. With
    \`truncate\`, no gradient goes back beyond the parts of that many steps that it takes at a time,
    counted from where each direction begins.
    """

    def __init__(self, *sizes, output="last", truncate=None, **options):
        super().__init__(*sizes, **options)
        self.output = output
        self.truncate = truncate

    def forward(self, x):
        for i in range(self.num_layers):
            if i > 0:
                x = nn.functional.dropout(x, self.dropout, self.training)
            directions = [self.direction(x, f"l{i}")]
            if self.bidirectional:
                directions.append(self.direction(x.flip(1), f"l{i}_reverse").flip(1))
            x = torch.cat(directions, dim=-1)
        return x[:, -1] if self.output == "last" else x

    def direction(self, x, suffix):
        """The output of one layer, from the first step of x to the last."""
        run = getattr(torch, self.mode.lower())  # torch.lstm, torch.gru, torch.rnn_tanh …
        names = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if self.bias else [])
        weights = [getattr(self, f"{name}_{suffix}") for name in names]
        lstm = self.mode == "LSTM"
        state = [x.new_zeros(1, len(x), self.hidden_size)] * (2 if lstm else 1)
        parts = []
        for part in x.split(self.truncate or x.shape[1], dim=1):
            start = [s.detach() for s in state]
            y, *state = run(
                part, start if lstm else start[0], weights, self.bias, 1, 0.0, self.training, False, True
            )
            parts.append(y)
        return torch.cat(parts, dim=1)`;

const recurrentClass = (name: string): string => `class ${name}(Recurrent, nn.${name}):
    pass`;

const MASK = `def causal_mask(x):
    """Hides later steps of [batch, time, features] from earlier ones."""
    return nn.Transformer.generate_square_subsequent_mask(x.shape[1])`;

const SELF_ATTENTION = `class SelfAttention(nn.MultiheadAttention):
    """Every step of a sequence attends to all others; where it is causal, only to earlier ones."""

    def __init__(self, *sizes, causal=False, **options):
        super().__init__(*sizes, **options)
        self.causal = causal

    def forward(self, x):
        mask = causal_mask(x) if self.causal else None
        return super().forward(x, x, x, attn_mask=mask, need_weights=False)[0]`;

const CAUSAL_ENCODER = `class CausalEncoderLayer(nn.TransformerEncoderLayer):
    """No step of a sequence attends to a later one."""

    def forward(self, x):
        return super().forward(x, src_mask=causal_mask(x))`;

/** The classes and functions that the model's modules are made of, besides PyTorch's. */
export function classesOf({ layers }: ModelSpec): readonly string[] {
  const rows = [...modulesOf(layers)];
  const leaves = rows.filter((row) => row.kind === "layer");
  const residuals = rows.filter((row) => row.kind === "residual");
  const used = new Set(leaves.map(({ type, params }) => wrappers[type]?.name(params)));
  const recurrent = ["RNN", "LSTM", "GRU"].filter((name) => used.has(name));
  const [attention, encoder] = [used.has("SelfAttention"), used.has("CausalEncoderLayer")];
  return [
    ...(residuals.some(({ shortcut }) => shortcut.length === 0) ? [RESIDUAL] : []),
    ...(residuals.some(({ shortcut }) => shortcut.length > 0) ? [RESIDUAL_WITH_SHORTCUT] : []),
    ...(recurrent.length > 0 ? [recurrentBase(leaves), ...recurrent.map(recurrentClass)] : []),
    ...(attention || encoder ? [MASK] : []),
    ...(attention ? [SELF_ATTENTION] : []),
    ...(encoder ? [CAUSAL_ENCODER] : []),
  ];
}

function recurrentBase(leaves: readonly LayerSpec[]): string {
  const truncated = leaves.filter(({ params }) => params["truncate"] !== undefined);
  if (truncated.length === 0) return RECURRENT;
  return truncated.some(({ params }) => params["bidirectional"]) ? TRUNCATED_BOTH_WAYS : TRUNCATED;
}
