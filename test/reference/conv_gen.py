"""Writes conv.json: convolution, pooling and the norms of images in float64 with every gradient, and the shapes that random layers give or refuse. Needs torch (2.13, CPU)."""
import json, os, random, warnings, torch, torch.nn as nn

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
BATCH = 2
FIRST = {  # what PyTorch's module wants before the params of the model file, from the shape of a sample
    **dict.fromkeys(["Conv1d", "Conv2d", "BatchNorm2d", "InstanceNorm2d"], lambda s, p: [s[0]]),
    "GroupNorm": lambda s, p: [p.pop("num_groups"), s[0]],
}


def module(type, params, shape):
    p = dict(params)
    return getattr(nn, type)(*FIRST.get(type, lambda s, p: [])(shape, p), **p)


def fill(shape, a=1.0, phase=0.3):
    """a·sin(phase + 0.7·k + 0.31·k²), k = 0, 1, … in row-major order."""
    k = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (a * torch.sin(phase + 0.7 * k + 0.31 * k * k)).reshape(shape)


rounded = lambda t: [float(f"{v:.12g}") for v in t.detach().reshape(-1).tolist()]


def case(type, shape, **params):
    layer = module(type, params, shape)
    with torch.no_grad():
        for i, p in enumerate(layer.parameters()):
            p.copy_(fill(p.shape, 0.5, 0.1 + 0.2 * i))
    x = fill((BATCH, *shape))
    if type.startswith("MaxPool"):
        x = (2 * x).round() / 2  # many ties
    x.requires_grad_()
    y = layer(x)
    y.backward(fill(y.shape, 1, 1.1))
    gradients = [rounded(g.grad) for g in (x, *layer.parameters())]
    return {"type": type, "input": shape, "params": params, "y": rounded(y), "gradients": gradients}


CASES = [
    ("Conv1d", [2, 7], dict(out_channels=3, kernel_size=3)),
    ("Conv1d", [4, 6], dict(out_channels=4, kernel_size=4, padding="same", groups=2, dilation=2)),
    ("Conv1d", [3, 8], dict(out_channels=2, kernel_size=2, stride=3, padding=1, dilation=3, bias=False)),
    ("Conv2d", [2, 5, 4], dict(out_channels=3, kernel_size=3)),
    ("Conv2d", [3, 4, 5], dict(out_channels=2, kernel_size=1)),
    ("Conv2d", [2, 5, 4], dict(out_channels=3, kernel_size=1, stride=2, bias=False)),
    ("Conv2d", [2, 3, 5], dict(out_channels=2, kernel_size=[2, 4], padding="same", dilation=[1, 3])),
    ("Conv2d", [4, 5, 6], dict(out_channels=6, kernel_size=[3, 2], stride=[2, 1], padding=[1, 2], dilation=[1, 2], groups=2)),
    ("Conv2d", [3, 4, 4], dict(out_channels=3, kernel_size=3, padding=2, groups=3)),
    ("Conv2d", [1, 1, 2], dict(out_channels=2, kernel_size=3, stride=2, padding=3)),
    ("Conv2d", [2, 4, 3], dict(out_channels=2, kernel_size=[4, 3], padding="valid")),
    ("MaxPool1d", [2, 7], dict(kernel_size=3, stride=2, padding=1)),
    ("MaxPool1d", [2, 8], dict(kernel_size=3, stride=2, dilation=2, ceil_mode=True)),
    ("MaxPool2d", [2, 6, 5], dict(kernel_size=2)),
    ("MaxPool2d", [2, 5, 6], dict(kernel_size=3, stride=1, padding=1)),
    ("MaxPool2d", [1, 7, 6], dict(kernel_size=[2, 3], stride=[3, 2], padding=[1, 0], dilation=[3, 1], ceil_mode=True)),
    ("AvgPool1d", [2, 7], dict(kernel_size=4, stride=2, padding=2)),
    ("AvgPool1d", [2, 8], dict(kernel_size=3, padding=1, ceil_mode=True, count_include_pad=False)),
    ("AvgPool2d", [2, 5, 6], dict(kernel_size=2)),
    ("AvgPool2d", [2, 5, 6], dict(kernel_size=[3, 4], stride=[2, 3], padding=[1, 2], ceil_mode=True)),
    ("AvgPool2d", [2, 5, 6], dict(kernel_size=[3, 4], stride=[2, 3], padding=[1, 2], ceil_mode=True, count_include_pad=False)),
    ("AvgPool2d", [1, 5, 6], dict(kernel_size=3, stride=2, padding=1, divisor_override=4)),
    ("AdaptiveAvgPool2d", [2, 5, 7], dict(output_size=[3, 2])),
    ("AdaptiveAvgPool2d", [2, 4, 3], dict(output_size=1)),
    ("AdaptiveAvgPool2d", [1, 3, 2], dict(output_size=5)),
    ("BatchNorm2d", [3, 2, 4], dict()),
    ("BatchNorm2d", [2, 3, 2], dict(affine=False, track_running_stats=False, eps=0.01)),
    ("GroupNorm", [6, 2, 3], dict(num_groups=3)),
    ("GroupNorm", [4, 5], dict(num_groups=1, eps=0.1, affine=False)),
    ("GroupNorm", [6], dict(num_groups=2)),
    ("InstanceNorm2d", [3, 2, 4], dict()),
    ("InstanceNorm2d", [2, 3, 3], dict(affine=True, eps=0.01)),
]

rng = random.Random(0)
pick = rng.choice
some = lambda **options: {k: v() for k, v in options.items() if rng.random() < 0.6}
upto = lambda n, low=0: rng.randint(low, n)


def sized(dims, low, high):
    return lambda: upto(high, low) if rng.random() < 0.5 else [upto(high, low) for _ in range(dims)]


def plane(dims):
    return [pick([1, 2, 3, 4, 6]), *(upto(9, 1) for _ in range(dims))]


def draw(type):
    dims = 1 if type.endswith("1d") else 2
    kernel = {"kernel_size": sized(dims, 1, 5)()}
    if type.startswith("Conv"):
        padding = lambda: pick(["same", "valid", sized(dims, 0, 3)()])
        return plane(dims), {"out_channels": pick([1, 2, 3, 4, 6]), **kernel, **some(stride=sized(dims, 1, 2), padding=padding, dilation=sized(dims, 1, 3), groups=lambda: upto(3, 1))}
    if type.startswith("MaxPool"):
        return plane(dims), {**kernel, **some(stride=sized(dims, 1, 3), padding=sized(dims, 0, 2), dilation=sized(dims, 1, 2), ceil_mode=lambda: True)}
    if type.startswith("AvgPool"):
        return plane(dims), {**kernel, **some(stride=sized(dims, 1, 3), padding=sized(dims, 0, 2), ceil_mode=lambda: True)}
    if type == "AdaptiveAvgPool2d":
        return plane(2), {"output_size": sized(2, 1, 9)()}
    if type == "GroupNorm":
        return plane(upto(2)), {"num_groups": upto(4, 1)}
    if type == "InstanceNorm2d":
        return [upto(3, 1), upto(2, 1), upto(2, 1)], {}
    if type == "Embedding":
        return [upto(4, 1) for _ in range(upto(2))], {"num_embeddings": 3, "embedding_dim": upto(4, 1), "padding_idx": upto(4, -4)}
    shape = [pick([2, 3, 4, 6, 12]) for _ in range(upto(3, 1))]
    if type == "Flatten":
        return shape, some(start_dim=lambda: upto(4, -4), end_dim=lambda: upto(4, -4))
    return shape, {"dim": upto(3, -3), "unflattened_size": [pick([-1, 1, 2, 3]) for _ in range(upto(3, 1))]}


def touches_batch(shape, dims):
    return any(d in (0, -len(shape) - 1) for d in dims)


def shape_of(type, shape, params):
    """Of one sample, None where PyTorch refuses the layer or its input, or where it would reshape the batch."""
    if touches_batch(shape, [params.get(k, 1) for k in ("start_dim", "end_dim", "dim")]):
        return None
    try:
        x = torch.zeros(BATCH, *shape, dtype=torch.long if type == "Embedding" else None)
        return list(module(type, params, shape)(x).shape[1:])
    except (RuntimeError, ValueError, IndexError, AssertionError):
        return None


def shapes(type, n):
    for _ in range(n):
        shape, params = draw(type)
        yield [type, shape, params, shape_of(type, shape, params)]


COUNTS = {
    **dict(Conv1d=50, Conv2d=70, MaxPool1d=50, MaxPool2d=60, AvgPool1d=40, AvgPool2d=50, AdaptiveAvgPool2d=10, GroupNorm=20),
    **dict(InstanceNorm2d=16, Embedding=15, Flatten=40, Unflatten=60),
}
rule = "values: the i-th parameter is fill(shape, 0.5, 0.1 + 0.2·i), x = fill([batch, …input]), rounded to halves for MaxPool, dy = fill(y, 1, 1.1); y and the gradients of x and the parameters flattened. shapes: type, input, params, output (null: refused)"
out = {
    "torch": torch.__version__,
    "rule": rule,
    "batch": BATCH,
    "values": [case(type, shape, **params) for type, shape, params in CASES],
    "shapes": [row for type, n in COUNTS.items() for row in shapes(type, n)],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "conv.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
