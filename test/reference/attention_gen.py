"""Writes attention.json: a Linear layer and a layer of attention after it, in float64, with every gradient. Needs torch (2.13, CPU)."""
import json, os, torch, torch.nn as nn

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
BATCH, TIME = 2, 4


def fill(shape, a=1.0, phase=0.3):
    """a·sin(phase + 0.7·k + 0.31·k²), k = 0, 1, … in row-major order: matrices of full rank."""
    k = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (a * torch.sin(phase + 0.7 * k + 0.31 * k * k)).reshape(shape)


rounded = lambda t: [float(f"{v:.14g}") for v in t.detach().reshape(-1).tolist()]


class Net(nn.Module):
    def __init__(self, layer, width, causal):
        super().__init__()
        self.first, self.layer, self.causal = nn.Linear(width, width), layer, causal

    def forward(self, x):
        x = self.first(x)
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if self.causal else None
        if isinstance(self.layer, nn.MultiheadAttention):
            return self.layer(x, x, x, attn_mask=mask, need_weights=False)[0]
        return self.layer(x, src_mask=mask)


def case(type, params, width, time=TIME):
    causal = params.get("causal", False)
    args = {k: v for k, v in params.items() if k not in ("causal", "num_heads", "nhead")}
    heads = params.get("num_heads") or params.get("nhead")
    layer = getattr(nn, type)(width, heads, batch_first=True, **args)
    net = Net(layer, width, causal).train()
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(fill(p.shape, 0.5, 0.1 + 0.2 * i))
    y = net(fill((BATCH, time, width)))
    y.backward(fill(y.shape, 1, 1.1))
    gradients = {name: rounded(p.grad) for name, p in net.named_parameters()}
    return {"type": type, "params": params, "input": [time, width], "y": rounded(y), "gradients": gradients}


attention = lambda **params: ("MultiheadAttention", params)
encoder = lambda **params: ("TransformerEncoderLayer", {"nhead": 2, "dim_feedforward": 5, "dropout": 0.0, **params})
CASES = [
    (*attention(num_heads=3), 6), (*attention(num_heads=3, causal=True), 6), (*attention(num_heads=1, causal=True, bias=False), 5),
    (*attention(num_heads=5), 5, 1), (*attention(num_heads=2, bias=False), 6, 7),
    (*encoder(), 6), (*encoder(norm_first=True, causal=True), 6), (*encoder(activation="gelu", causal=True), 6),
    (*encoder(activation="gelu", norm_first=True, layer_norm_eps=0.01), 6), (*encoder(bias=False), 4, 1),
]
rule = "parameters: fill(shape, 0.5, 0.1 + 0.2·i) for the i-th gradient; x = fill([batch, …input]), dy = fill(y, 1, 1.1); fill is attention_gen.py's; y and gradients flattened"
out = {"torch": torch.__version__, "rule": rule, "batch": BATCH, "cases": [case(*c) for c in CASES]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "attention.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
