"""Layers as a configuration lists them, with a table of what there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

KINDS: dict[str, Callable[..., nn.Module]] = {
    "dense": nn.Linear,
    "tanh": nn.Tanh,
    "norm": lambda width: nn.LayerNorm(width),
}

CONFIG: dict[str, Any] = {
    "encoder": [("dense", 8, 16), ("tanh",), ("norm", 16)],
    "head": "head",
    "recurrent": {"kind": "LSTM", "hidden": 4},
}


def stage(layers: list[tuple[Any, ...]]) -> nn.Sequential:
    out = nn.Sequential()
    for i, (kind, *arguments) in enumerate(layers):
        layer = KINDS[kind](*arguments)  # @ encoder.*
        out.add_module(f"{kind}{i}", layer)
    return out


class Configured(nn.Module):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.encoder = stage(config["encoder"])  # @ encoder
        kind = getattr(nn, config["recurrent"]["kind"])
        self.recurrent = kind(16, config["recurrent"]["hidden"])  # @ recurrent
        name = config["head"]
        setattr(self, name, nn.Linear(config["recurrent"]["hidden"], 1))  # @ head


def build() -> nn.Module:
    return Configured(CONFIG)
