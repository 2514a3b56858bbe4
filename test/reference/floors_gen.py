"""Writes floors.json: the least loss of a constant prediction, found by minimising PyTorch's losses. Needs torch (2.13, CPU)."""
import json, os, torch, torch.nn as nn

torch.set_num_threads(1)
torch.manual_seed(3)

SAMPLES, CLASSES = 40, 5


def least(loss, start, predict):
    """Of a convex function: Newton-like steps until nothing moves, from a grid's best for what has kinks."""
    z = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([z], lr=1, max_iter=500, tolerance_grad=1e-14, tolerance_change=1e-16, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss(predict(z))
        value.backward()
        return value

    optimizer.step(closure)
    return loss(predict(z.detach())).item()


def number(type, params, t):
    target = torch.tensor(t, dtype=torch.float64)
    module = getattr(nn, type)(**params)
    loss = lambda x: module(x.expand_as(target), target)
    # The best constant of a loss with kinks is one of the targets.
    start = min(target.unique(), key=lambda x: loss(x).item())
    return min(loss(start).item(), least(loss, start, lambda z: z))


def binary(type, t):
    target = torch.tensor(t, dtype=torch.float64)
    module = getattr(nn, type)()
    predict = (lambda z: z.sigmoid().expand_as(target)) if type == "BCELoss" else (lambda z: z.expand_as(target))
    return least(lambda x: module(x, target), torch.zeros((), dtype=torch.float64), predict)


def classes(type, params, t):
    target = torch.tensor(t)
    module = getattr(nn, type)(**params)
    rows = lambda z: z.expand(len(t), CLASSES)
    predict = (lambda z: rows(z).log_softmax(1)) if type == "NLLLoss" else rows
    return least(lambda x: module(x, target), torch.zeros(CLASSES, dtype=torch.float64), predict)


numbers = (3 + torch.randn(SAMPLES).exp()).tolist()
bits = (torch.rand(SAMPLES) < 0.2).double().tolist()
ids = (torch.rand(SAMPLES) ** 2 * (CLASSES - 1)).long().tolist()

cases = [
    *((type, {}, numbers, number(type, {}, numbers)) for type in ("MSELoss", "L1Loss")),
    *(("HuberLoss", p, numbers, number("HuberLoss", p, numbers)) for p in ({"delta": 1.0}, {"delta": 0.25}, {"delta": 9.0})),
    *(("SmoothL1Loss", p, numbers, number("SmoothL1Loss", p, numbers)) for p in ({"beta": 1.0}, {"beta": 0.25}, {"beta": 0.0})),
    *((type, {}, bits, binary(type, bits)) for type in ("BCELoss", "BCEWithLogitsLoss")),
    *(("CrossEntropyLoss", p, ids, classes("CrossEntropyLoss", p, ids)) for p in ({"label_smoothing": 0.0}, {"label_smoothing": 0.1})),
    ("NLLLoss", {}, ids, classes("NLLLoss", {}, ids)),
]

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "floors.json")
with open(path, "w") as file:
    lines = (json.dumps({"type": type, "params": p, "targets": t, "floor": floor}) for type, p, t, floor in cases)
    file.write("[\n" + ",\n".join(lines) + "\n]\n")
