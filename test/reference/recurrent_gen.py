"""Writes recurrent.json: a Linear layer and a recurrent layer after it, in float64, with every gradient and the norms of
dL/dh_t in the last layer's forward direction. Needs torch (2.13, CPU)."""
import json, os, torch, torch.nn as nn
from torch.func import functional_call

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
BATCH = 2


def fill(shape, a=1.0, phase=0.3):
    """a·sin(phase + 0.7·k + 0.31·k²), k = 0, 1, … in row-major order: matrices of full rank."""
    k = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (a * torch.sin(phase + 0.7 * k + 0.31 * k * k)).reshape(shape)


rounded = lambda t: [float(f"{v:.14g}") for v in t.detach().reshape(-1).tolist()]


def cell_of(layer, width):
    options = {"nonlinearity": layer.nonlinearity} if isinstance(layer, nn.RNN) else {}
    return getattr(nn, f"{type(layer).__name__}Cell")(width, layer.hidden_size, bias=layer.bias, **options)


def direction(layer, suffix, x, truncate):
    """h of every step, in the order in which they are taken: the states are detached after each `truncate` of them."""
    weights = {name[: -len(suffix) - 1]: p for name, p in layer.named_parameters() if name.endswith(f"_{suffix}")}
    cell, state, hs = cell_of(layer, x.shape[-1]), None, []
    for i in range(x.shape[1]):
        if state is not None and truncate and i % truncate == 0:
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        state = functional_call(cell, weights, (x[:, i],) if state is None else (x[:, i], state))
        h = state[0] if isinstance(state, tuple) else state
        h.retain_grad()
        hs.append(h)
    return hs


def unrolled(layer, x, truncate):
    """Outputs of the stack, step by step, and h_t of the last layer's forward direction."""
    for i in range(layer.num_layers):
        observed = hs = direction(layer, f"l{i}", x, truncate)
        outputs = [torch.stack(hs, 1)]
        if layer.bidirectional:
            outputs.append(torch.stack(direction(layer, f"l{i}_reverse", x.flip(1), truncate), 1).flip(1))
        x = torch.cat(outputs, -1)
    return x, observed


class Net(nn.Module):
    def __init__(self, layer, width):
        super().__init__()
        self.first, self.layer = nn.Linear(width, width), layer


def case(type, params, width, time):
    args = {k: v for k, v in params.items() if k not in ("hidden_size", "output", "truncate")}
    layer = getattr(nn, type)(width, params["hidden_size"], batch_first=True, **args)
    net = Net(layer, width)
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(fill(p.shape, 0.9, 0.1 + 0.2 * i))
    x = net.first(fill((BATCH, time, width)))
    whole, hs = unrolled(layer, x, params.get("truncate"))
    torch.testing.assert_close(whole, layer(x)[0], rtol=1e-12, atol=1e-13)
    y = whole if params.get("output") == "sequence" else whole[:, -1]
    y.backward(fill(y.shape, 1, 1.1))
    if "truncate" not in params:
        gradients = [p.grad.clone() for p in net.parameters()]
        net.zero_grad()
        y = layer(net.first(fill((BATCH, time, width))))[0]
        y = y if params.get("output") == "sequence" else y[:, -1]
        y.backward(fill(y.shape, 1, 1.1))
        torch.testing.assert_close(gradients, [p.grad for p in net.parameters()], rtol=1e-11, atol=1e-12)
    norms = [torch.zeros(()) if h.grad is None else h.grad.norm() for h in hs]
    gradients = {name: rounded(p.grad) for name, p in net.named_parameters()}
    input = [time, width]
    return {"type": type, "params": params, "input": input, "y": rounded(y), "time": rounded(torch.stack(norms)), "gradients": gradients}


CASES = [
    ("RNN", {"hidden_size": 3}, 2, 5),
    ("RNN", {"hidden_size": 3, "nonlinearity": "relu", "num_layers": 2, "bidirectional": True, "output": "sequence"}, 2, 4),
    ("RNN", {"hidden_size": 2, "bias": False, "bidirectional": True}, 3, 4),
    ("RNN", {"hidden_size": 3, "num_layers": 2, "truncate": 3, "output": "sequence"}, 2, 7),
    ("LSTM", {"hidden_size": 3, "num_layers": 2, "bidirectional": True}, 2, 4),
    ("LSTM", {"hidden_size": 2, "num_layers": 3, "bias": False, "output": "sequence"}, 3, 5),
    ("LSTM", {"hidden_size": 3, "truncate": 2}, 2, 5),
    ("LSTM", {"hidden_size": 2, "bidirectional": True, "truncate": 2, "output": "sequence"}, 2, 5),
    ("LSTM", {"hidden_size": 2, "bidirectional": True}, 3, 1),
    ("GRU", {"hidden_size": 3, "num_layers": 2, "bidirectional": True, "output": "sequence"}, 2, 4),
    ("GRU", {"hidden_size": 3, "bias": False}, 2, 5),
    ("GRU", {"hidden_size": 2, "num_layers": 2, "truncate": 1, "output": "sequence"}, 2, 4),
    ("GRU", {"hidden_size": 2, "bidirectional": True, "truncate": 3, "output": "sequence"}, 2, 7),
]
rule = "parameters: fill(shape, 0.9, 0.1 + 0.2·i) for the i-th gradient; x = fill([batch, …input]), dy = fill(y, 1, 1.1); fill is recurrent_gen.py's; y and gradients flattened; time: norm of dL/dh_t"
out = {"torch": torch.__version__, "rule": rule, "batch": BATCH, "cases": [case(*c) for c in CASES]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recurrent.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
