"""Writes losses.json: losses and their gradients in float32 at and beyond the largest float. Needs torch (2.13, CPU)."""
import json, os, torch, torch.nn as nn

torch.set_num_threads(1)
MOST = torch.finfo(torch.float32).max

number = lambda v: v if torch.tensor(v).isfinite() else "NaN" if v != v else "Infinity" if v > 0 else "-Infinity"


def case(type, params, x, t):
    classes = type in ("CrossEntropyLoss", "NLLLoss")
    output = torch.tensor(x, dtype=torch.float32, requires_grad=True)
    target = torch.tensor(t) if classes else torch.tensor(t, dtype=torch.float32)
    loss = getattr(nn, type)(**params)(output, target)
    loss.backward()
    return {
        "type": type,
        "params": params,
        "x": output.tolist(),
        "t": t,
        "loss": number(loss.item()),
        "gradient": [number(g) for g in output.grad.flatten().tolist()],
    }


def errors():
    """Errors whose square, whose sum of squares, or which themselves are at or beyond the largest float."""
    root = MOST**0.5
    zeros = [0.0] * 4
    yield [0.999 * root, 0.0, 0.0, 0.0], zeros
    yield [1.001 * root, 0.0, 0.0, 0.0], zeros
    yield [0.45 * root, -0.45 * root, 0.45 * root, 0.45 * root], zeros
    yield [0.55 * root, -0.55 * root, 0.55 * root, 0.55 * root], zeros
    yield [1.4 * root, 1.0, 1.0, 1.0], zeros
    yield [1.42 * root, 1.0, 1.0, 1.0], zeros
    yield [MOST, 0.0, 0.0, 0.0], zeros
    yield [0.24 * MOST, 0.24 * MOST, -0.24 * MOST, 0.24 * MOST], zeros
    yield [0.26 * MOST, 0.26 * MOST, -0.26 * MOST, 0.26 * MOST], zeros
    yield [0.6 * MOST, 1.0, 2.0, 3.0], [-0.3 * MOST, 0.0, 0.0, 0.0]
    yield [0.6 * MOST, 1.0, 2.0, 3.0, 4.0, 5.0], [-0.6 * MOST, 0.0, 0.0, 0.0, 0.0, 0.0]
    yield [-MOST, 1.0], [MOST, 1.0]


def scores():
    yield [[0.9 * MOST, 0.0, 1.0]], [1]
    yield [[0.9 * MOST, -0.9 * MOST, 1.0]], [1]
    yield [[0.9 * MOST, -0.9 * MOST, 1.0]], [0]
    yield [[0.3 * MOST, 0.0, 1.0]] * 3, [1, 1, 1]
    yield [[0.34 * MOST, 0.0, 1.0]] * 3, [1, 1, 1]
    yield [[0.6 * MOST, 0.0, 1.0]] * 2, [0, 0]
    yield [[0.4 * MOST, 0.0, 1.0]] * 2, [0, 0]


def cases():
    for x, t in errors():
        yield case("MSELoss", {}, x, t)
        yield case("L1Loss", {}, x, t)
        for delta in (1e-3, 1.0, 1e19, 3e19, 1e38):
            yield case("HuberLoss", {"delta": delta}, x, t)
            yield case("SmoothL1Loss", {"beta": delta}, x, t)
        yield case("SmoothL1Loss", {"beta": 0.0}, x, t)
    for edge in (0.3 * MOST, 0.6 * MOST, MOST):
        for t in ([0.0, 0.0], [0.0, 1.0], [0.5, 0.5]):
            yield case("BCEWithLogitsLoss", {}, [edge, -edge], t)
            yield case("BCEWithLogitsLoss", {}, [edge, edge], t)
    yield case("BCELoss", {}, [0.0, 1.0], [1.0, 0.0])
    for x, t in scores():
        for smoothing in (0.0, 0.25, 1.0):
            yield case("CrossEntropyLoss", {"label_smoothing": smoothing}, x, t)
        yield case("NLLLoss", {}, x, t)
        yield case("NLLLoss", {}, [[-v for v in row] for row in x], t)


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json")
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(c) for c in cases()) + "\n]\n")
