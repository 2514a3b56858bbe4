"""
Runs exported programs and writes what it sees of them. The one argument is a file of jobs: a list of
{"program", "mode", "out"} in JSON. Modes:

main   runs the program as `python program.py --jsonl` does; `out` gets what it prints
data   the inputs and targets that the program loads
watch  the initial weights, then a stream of statistics with every column of docs/statistics.md, then the losses
       of the program by itself. Each step comes with its like from other runs, whose distance shows how far
       rounding alone leads: one in double precision, two with every weight and output moved by one bit
refuse evaluates the expression `program`, which PyTorch is to refuse

Every statistic is computed here from its definition, with hooks on PyTorch's modules.
"""

import base64
import contextlib
import importlib.util
import json
import math
import runpy
import sys
import traceback

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.optimizer import register_optimizer_step_pre_hook

torch.set_num_threads(1)

BINS, OFFSET = 64, 48
SATURATED = 0.05
RECURRENT = (nn.RNN, nn.LSTM, nn.GRU)
CHANNELS_FIRST = (
    nn.Conv1d, nn.Conv2d, nn.BatchNorm2d, nn.InstanceNorm2d, nn.MaxPool1d, nn.MaxPool2d, nn.AvgPool1d,
    nn.AvgPool2d, nn.AdaptiveAvgPool2d,
)
CHANNELS_LAST = (*RECURRENT, nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.Embedding)

# The derivative as a share of its maximum, as a function of the output.
SLOPES = {
    nn.Sigmoid: lambda y: 4 * y * (1 - y),
    nn.Softmax: lambda y: 4 * y * (1 - y),
    nn.Tanh: lambda y: 1 - y**2,
    nn.Softsign: lambda y: (1 - y.abs()) ** 2,
    nn.Hardsigmoid: lambda y: ((y > 0) & (y < 1)).double(),
}


def slope(module, y):
    if isinstance(module, (nn.Hardtanh, nn.ReLU6)):
        return ((y > module.min_val) & (y < module.max_val)).double()
    return SLOPES[type(module)](y.double())


def encode(tensor):
    data = tensor.detach().to(torch.float32).contiguous().numpy().tobytes()
    return {"shape": list(tensor.shape), "data": base64.b64encode(data).decode()}


def number(value):
    value = float(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def ratio(a, b):
    return torch.tensor(a, dtype=torch.float64) / torch.tensor(b, dtype=torch.float64)


def spread(y):
    """How far the samples of a batch are apart: NaN for one alone."""
    if len(y) == 1:
        return math.nan
    squares = y.square().mean(0).sum()
    return 0 if squares == 0 else (y.var(0, correction=0).sum() / squares).sqrt()


def norm(tensors):
    return math.sqrt(sum(float(t.detach().double().square().sum()) for t in tensors))


# ---- rounding errors, made on purpose


class Nudges:
    """Moves every element by the spacing of floats, up or down, while it is switched on."""

    def __init__(self):
        self.generator = None

    def __call__(self, x):
        if self.generator is None or not x.is_floating_point():
            return x
        signs = 2 * torch.randint(0, 2, x.shape, generator=self.generator) - 1
        return (x * (1 + signs * 2**-23)).clamp(x.min(), x.max())  # probabilities stay below 1


nudge = Nudges()


# ---- dropout with GradLens's masks, which PyTorch need not draw: with them, all the rest can be compared

masks = torch.Generator()


def dropout(x, p=0.5, training=True, inplace=False):
    if not training or p == 0:
        return x
    keep = torch.rand(x.shape, dtype=torch.float64, generator=masks) >= p
    return x * (keep * (1 / (1 - p) if p < 1 else 0)).to(x.dtype)


pytorch_attention = F.scaled_dot_product_attention


def attention(q, k, v, attn_mask=None, dropout_p=0.0, is_causal=False):
    if dropout_p == 0:
        return pytorch_attention(q, k, v, attn_mask, dropout_p, is_causal)
    assert not is_causal
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if attn_mask is not None:
        scores = scores + attn_mask
    return dropout(scores.softmax(-1), dropout_p) @ v


F.dropout = dropout
F.scaled_dot_product_attention = attention


# ---- recurrent layers one step at a time, so that dL/dh_t can be seen


def direction(layer, suffix, x, seen):
    run = getattr(torch, layer.mode.lower())
    names = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if layer.bias else [])
    weights = [getattr(layer, f"{name}_{suffix}") for name in names]
    truncate = getattr(layer, "truncate", None)
    state = [x.new_zeros(1, len(x), layer.hidden_size)] * (2 if layer.mode == "LSTM" else 1)
    outputs = []
    for t in range(x.shape[1]):
        if truncate and t > 0 and t % truncate == 0:
            state = [s.detach() for s in state]
        start = state if layer.mode == "LSTM" else state[0]
        _, *state = run(x[:, t : t + 1], start, weights, layer.bias, 1, 0.0, layer.training, False, True)
        state = [nudge(s) for s in state]
        if seen is not None and state[0].requires_grad:
            state[0].retain_grad()
            seen.append(state[0])
        outputs.append(state[0][0])
    return torch.stack(outputs, dim=1)


def unrolled(layer, x, seen):
    for i in range(layer.num_layers):
        if i > 0:
            x = dropout(x, layer.dropout, layer.training)
        last = i == layer.num_layers - 1
        directions = [direction(layer, f"l{i}", x, seen if last else None)]
        if layer.bidirectional:
            directions.append(direction(layer, f"l{i}_reverse", x.flip(1), None).flip(1))
        x = torch.cat(directions, dim=-1)
    return x[:, -1] if layer.output == "last" else x


def observe_steps(layer, seen):
    whole = layer.forward

    def forward(x):
        seen.clear()
        y = unrolled(layer, x, seen)
        masked = layer.dropout > 0 and layer.num_layers > 1
        if not masked and nudge.generator is None and y.isfinite().all():
            with torch.no_grad():
                torch.testing.assert_close(whole(x), y, rtol=1e-4, atol=1e-4 * float(y.abs().max()))
        return y

    layer.forward = forward


# ---- the rows of a frame


def is_residual(module):
    return type(module).__name__ in ("Residual", "ResidualWithShortcut")


def rows_of(module, path=""):
    """Leaf layers and Residual blocks, content first."""
    if not isinstance(module, nn.Sequential):
        yield path, module
        return
    for name, child in module.named_children():
        yield from rows_of(child, f"{path}.{name}" if path else name)
    if is_residual(module):
        yield path, module


def type_of(module):
    if is_residual(module):
        return "Residual"
    return next(base.__name__ for base in type(module).__mro__ if base.__module__.startswith("torch.nn"))


class Row:
    def __init__(self, path, module, channels_first):
        self.path, self.module, self.channels_first = path, module, channels_first
        self.parameters = [] if is_residual(module) else list(module.parameters())
        self.grads = [None] * len(self.parameters)
        self.figures, self.seen = {}, []
        self.entry = self.delta = None
        module.register_forward_pre_hook(self.enter)
        module.register_forward_hook(self.leave)
        if isinstance(module, RECURRENT):
            observe_steps(module, self.seen)
        for i, parameter in enumerate(self.parameters):
            parameter.register_post_accumulate_grad_hook(lambda p, i=i: self.keep(i, p))

    def keep(self, i, parameter):
        self.grads[i] = parameter.grad.clone()

    def enter(self, module, inputs):
        if not torch.is_grad_enabled() or not inputs[0].is_floating_point():
            return None
        x = inputs[0] if inputs[0].requires_grad else inputs[0].detach().requires_grad_()
        x = x.view_as(x)
        x.register_hook(lambda grad: setattr(self, "entry", norm([grad])))
        return (x,)

    def leave(self, module, inputs, output):
        if not torch.is_grad_enabled():
            return None
        self.entry = self.delta = None
        self.figures = {}
        self.look_at(output.detach())
        output = nudge(output.view_as(output))
        output.register_hook(lambda grad: setattr(self, "delta", norm([grad])))
        return output

    def tensors(self):
        """What the figures of this step were taken of."""
        tensors = {"act": self.y}
        if self.parameters:
            tensors["grad"] = torch.cat([grad.flatten() for grad in self.grads]).double()
        return tensors

    def look_at(self, output):
        self.y = y = output.double()
        self.output_shape = list(y.shape[1:])
        put = self.figures.__setitem__
        put("act_mean", y.mean())
        put("act_std", y.std(correction=0))
        put("act_spread", spread(y))
        put("act_zero", (y == 0).double().mean())
        put("act_nonfinite", (~y.isfinite()).sum())
        if type(self.module) in (nn.ReLU, nn.ReLU6):
            axis = 1 if self.channels_first or y.dim() <= 2 else y.dim() - 1
            others = [i for i in range(y.dim()) if i != axis]
            put("act_dead", (y == 0).to(torch.uint8).amin(dim=others).double().mean())
        if type(self.module) in (*SLOPES, nn.Hardtanh, nn.ReLU6):
            put("act_saturated", (slope(self.module, output) < SATURATED).double().mean())

    def line(self, before):
        put = self.figures.__setitem__
        if self.parameters:
            g = torch.cat([grad.flatten() for grad in self.grads]).double()
            put("grad_norm", norm([g]))
            put("grad_mean", g.mean())
            put("grad_std", g.std(correction=0))
            put("grad_min", g.min())
            put("grad_max", g.max())
            put("grad_zero", (g == 0).double().mean())
            put("grad_nonfinite", (~g.isfinite()).sum())
            start = [before[parameter] for parameter in self.parameters]
            change = [p.detach().double() - b.double() for p, b in zip(self.parameters, start)]
            put("weight_norm", norm(start))
            put("update_ratio", ratio(norm(change), norm(start) or math.nan))
        if self.delta is not None:
            put("delta_norm", self.delta)
            if self.entry is not None:
                put("gain", ratio(self.entry, self.delta))
        line = {"path": self.path, **{name: number(value) for name, value in self.figures.items()}}
        if self.parameters:
            line["grad_hist"] = histogram(g)
        if self.seen:
            line["time_delta_norm"] = [number(0 if h.grad is None else norm([h.grad])) for h in self.seen]
        return line


def histogram(g):
    g = g[g.isfinite() & (g != 0)]
    bins = (torch.frexp(g.abs())[1] - 1 + OFFSET).clamp(0, BINS - 1)
    return torch.bincount(bins, minlength=BINS).tolist()


# ---- a run


class Totals:
    """What is seen of the optimizer, of clipping and of the loss."""

    def __init__(self, rows):
        self.rows = rows
        self.line, self.before = {}, {}
        self.removes = [
            register_optimizer_step_pre_hook(self.before_step),
            nn.modules.module.register_module_forward_pre_hook(self.at_loss),
        ]
        self.clip = nn.utils.clip_grad_norm_
        nn.utils.clip_grad_norm_ = self.clip_norm

    def close(self):
        nn.utils.clip_grad_norm_ = self.clip
        for hook in self.removes:
            hook.remove()

    def clip_norm(self, parameters, max_norm, norm_type=2.0):
        total = self.clip(parameters, max_norm, norm_type)
        self.line["grad_norm"] = number(total)
        self.line["clip_coef"] = number(torch.clamp(max_norm / (total + 1e-6), max=1.0))
        return total

    def before_step(self, optimizer, *_):
        parameters = optimizer.param_groups[0]["params"]
        self.before = {p: p.detach().clone() for p in parameters}
        self.line["lr"] = number(optimizer.param_groups[0]["lr"])
        self.line.setdefault("clip_coef", 1)
        if "grad_norm" not in self.line:
            self.line["grad_norm"] = number(norm([g for row in self.rows for g in row.grads if g is not None]))

    def at_loss(self, module, inputs):
        if not isinstance(module, nn.modules.loss._Loss) or not torch.is_grad_enabled():
            return
        output, target = inputs
        if isinstance(module, (nn.CrossEntropyLoss, nn.NLLLoss)):
            self.line["metric"] = number((output.argmax(1) == target).double().mean())
        elif isinstance(module, (nn.BCELoss, nn.BCEWithLogitsLoss)):
            edge = 0.5 if isinstance(module, nn.BCELoss) else 0
            self.line["metric"] = number(((output > edge) == (target > 0.5)).double().mean())

    def take(self):
        line, self.line = self.line, {}
        return line


class Recording:
    """What is seen of a model while it is trained."""

    def __init__(self, module, model):
        inputs, _ = module.load_data(torch.Generator().manual_seed(module.SEED))
        channels_first = inputs.dim() > 3
        self.rows, self.lines, self.tensors = [], [], []
        for path, part in rows_of(model):
            if isinstance(part, (*CHANNELS_FIRST, *CHANNELS_LAST)):
                channels_first = isinstance(part, CHANNELS_FIRST)
            self.rows.append(Row(path, part, channels_first))
        totals = Totals(self.rows)
        masks.manual_seed(module.SEED)
        for step, loss, *validation in module.train(model):
            line = {"type": "step", "step": step, "loss": number(loss), **totals.take()}
            if validation and validation[0] is not None:
                line["val_loss"] = number(validation[0])
            self.lines.append({**line, "layers": [row.line(totals.before) for row in self.rows]})
            self.tensors.append([row.tensors() for row in self.rows])
        totals.close()


def in_double(program):
    """The same run in double precision, from the same weights and data."""
    module = load(program)
    model = module.build_model().double()
    for part in model.modules():
        if isinstance(part, nn.RMSNorm) and part.eps is None:
            part.eps = torch.finfo(torch.float32).eps
    load_data = module.load_data

    def doubled(generator):
        torch.set_default_dtype(torch.float32)
        data = load_data(generator)
        torch.set_default_dtype(torch.float64)
        return [t.double() if t.is_floating_point() else t for t in data]

    module.load_data = doubled
    try:
        return Recording(module, model)
    finally:
        torch.set_default_dtype(torch.float32)


def nudged(program, seed):
    """The same run, with every weight, input and output of a layer moved by the spacing of floats."""
    module = load(program)
    model = module.build_model()
    nudge.generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(nudge(parameter))
    load_data = module.load_data

    def load_nudged(generator):
        inputs, targets = load_data(generator)
        return nudge(inputs), targets

    module.load_data = load_nudged
    try:
        return Recording(module, model)
    finally:
        nudge.generator = None


def noise(tensor, others):
    """The share of elements that are rounding errors: in another run they are something else."""
    apart = [(tensor - other).abs() > 0.5 * tensor.abs() for other in others]
    return float(torch.stack(apart).any(dim=0).double().mean())


def watch(program):
    module = load(program)
    model = module.build_model()
    state = {name: t for name, t in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    yield {"type": "weights", "weights": {name: encode(tensor) for name, tensor in state.items()}}

    seen = Recording(module, model)
    yield {
        "type": "run",
        "parameters": sum(p.numel() for p in model.parameters()),
        "layers": [
            {"path": row.path, "type": type_of(row.module), "output_shape": row.output_shape}
            for row in seen.rows
        ],
    }
    others = [in_double(program), nudged(program, 1), nudged(program, 2)]
    for i, line in enumerate(seen.lines):
        for j, row in enumerate(line["layers"]):
            for name, tensor in seen.tensors[i][j].items():
                row[f"{name}_noise"] = noise(tensor, [other.tensors[i][j][name] for other in others])
        yield {**line, "witnesses": [other.lines[i] for other in others]}

    masks.manual_seed(module.SEED)
    yield {"type": "plain", "losses": [number(loss) for _, loss, *_ in module.train(module.build_model())]}


def load(program):
    spec = importlib.util.spec_from_file_location("exported", program)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def data(program):
    module = load(program)
    inputs, targets = module.load_data(torch.Generator().manual_seed(module.SEED))
    yield {"inputs": encode(inputs), "targets": encode(targets), "types": [str(inputs.dtype), str(targets.dtype)]}


def refuse(expression):
    try:
        eval(expression, {"torch": torch, "nn": nn})
    except Exception as error:
        yield {"refused": f"{type(error).__name__}: {error}"}
    else:
        yield {"accepted": expression}


def main(program, out):
    sys.argv = [program, "--jsonl"]
    masks.manual_seed(load(program).SEED)
    with contextlib.redirect_stdout(out):
        runpy.run_path(program, run_name="__main__")


MODES = {"watch": watch, "data": data, "refuse": refuse}


def run(job):
    with open(job["out"], "w", encoding="utf-8") as out:
        try:
            if job["mode"] == "main":
                main(job["program"], out)
            else:
                for line in MODES[job["mode"]](job["program"]):
                    print(json.dumps(line), file=out)
        except Exception:
            print(json.dumps({"type": "error", "message": traceback.format_exc()}), file=out)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        for job in json.load(file):
            run(job)
