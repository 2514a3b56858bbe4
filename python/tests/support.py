"""A training, its stream, and what plain autograd says of it."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import gradlens

Line = dict[str, Any]


def mlp() -> nn.Sequential:
    return nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))


def data(samples: int = 32, *shape: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(samples, *(shape or (8,)), generator=generator), torch.randn(samples, 1, generator=generator)


def lines_of(path: Path) -> list[Line]:
    """Whole lines."""
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]]


def steps_of(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line["type"] == "step"]


def row(step: Line, path: str) -> Line:
    return next(layer for layer in step["layers"] if layer["path"] == path)


def value(x: float | str) -> float:
    return float(x.replace("Infinity", "inf")) if isinstance(x, str) else x


def train(
    path: Path,
    net: nn.Module,
    steps: int = 3,
    *,
    of: tuple[Tensor, Tensor] | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] = F.mse_loss,
    optimizer: torch.optim.Optimizer | None = None,
    given: bool = True,
    parts: int = 1,
    clip: float | None = None,
    scaler: Any = None,
    autocast: bool = False,
    before: Callable[[int], None] = lambda _: None,
    **options: Any,
) -> list[Line]:
    """The stream of a usual training: accumulated over `parts`, scaled and clipped as told, `before` each update."""
    x, y = of if of is not None else data()
    optimizer = optimizer or torch.optim.SGD(net.parameters(), lr=0.1)
    options = {"every": 1, "hist_every": 1, **options}
    with gradlens.watch(net, optimizer if given else None, path=path, **options):
        for i in range(steps):
            optimizer.zero_grad()
            for inputs, targets in zip(x.chunk(parts), y.chunk(parts)):
                with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                    part = loss(net(inputs), targets) / parts
                (scaler.scale(part) if scaler else part).backward()
            if scaler and clip:
                scaler.unscale_(optimizer)
            if clip:
                nn.utils.clip_grad_norm_(net.parameters(), clip)
            before(i)
            if scaler:
                scaler.step(optimizer)
                scaler.update()
            else:
                optimizer.step()
    return lines_of(path)


def gradients(
    net: nn.Module, x: Tensor, y: Tensor, loss: Callable[[Tensor, Tensor], Tensor] = F.mse_loss
) -> tuple[float, dict[str, Tensor]]:
    """The loss, and the gradient of every parameter by its name, of a copy."""
    net = copy.deepcopy(net)
    at = loss(net(x), y)
    at.backward()
    return at.item(), {name: p.grad.clone() for name, p in net.named_parameters() if p.grad is not None}


def close(found: float | str, expected: float, rel: float = 1e-4) -> None:
    assert value(found) == pytest_approx(expected, rel)


def pytest_approx(expected: float, rel: float) -> Any:
    import pytest

    return pytest.approx(float(expected), rel=rel, abs=1e-12)


def check_gradients(
    step: Line,
    net: nn.Module,
    x: Tensor,
    y: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor] = F.mse_loss,
    rel: float = 1e-4,
) -> None:
    """Holds every gradient column of a step to plain autograd. `net`: as it was before the step."""
    at, grads = gradients(net, x, y, loss)
    close(step["loss"], at, rel)
    close(step["grad_norm"], torch.cat([g.flatten() for g in grads.values()]).norm(), rel)
    checked = 0
    for layer in step["layers"]:
        own = [g.flatten() for name, g in grads.items() if name.rpartition(".")[0] == layer["path"]]
        if not own:
            continue
        checked += 1
        g = torch.cat(own).double()
        close(layer["grad_norm"], g.norm(), rel)
        close(layer["grad_std"], g.std(correction=0), rel)
        close(layer["grad_min"], g.min(), rel)
        close(layer["grad_max"], g.max(), rel)
        assert abs(layer["grad_mean"] - g.mean()) <= rel * g.std(correction=0)
        assert abs(layer["grad_zero"] - (g == 0).double().mean()) <= (1e-6 if rel < 1e-3 else 0.1)
        assert layer["grad_nonfinite"] == 0
        if rel < 1e-3:
            assert layer["grad_hist"] == histogram(g)
    assert checked > 0


def histogram(g: Tensor) -> list[int]:
    bins = [0] * 64
    for x in g[g != 0].tolist():
        bins[min(63, max(0, math.floor(math.log2(abs(x))) + 48))] += 1
    return bins
