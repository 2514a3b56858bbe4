"""Subclasses that build on what their parents have built, and subclasses of torch's own layers."""

from __future__ import annotations

from torch import nn


class Scaled(nn.Linear):
    def __init__(self, inputs: int, outputs: int, scale: float) -> None:
        super().__init__(inputs, outputs)
        self.scale = scale


class ConvNormAct(nn.Sequential):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv1d(inputs, outputs, 3),  # @ *.0
            nn.BatchNorm1d(outputs),  # @ *.1
            nn.ReLU(),  # @ *.2
        )


class Base(nn.Module):
    head: nn.Module

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = ConvNormAct(3, width)  # @ stem
        self.head = self.make_head(width)

    def make_head(self, width: int) -> nn.Module:
        return nn.Linear(width, 10)


class Derived(Base):
    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.extra = Scaled(width, width, 0.5)  # @ extra

    def make_head(self, width: int) -> nn.Module:
        return Scaled(width, 5, 2.0)  # @ head


def build() -> nn.Module:
    return Derived(8)
