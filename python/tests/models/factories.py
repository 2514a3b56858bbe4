"""Layers from factory functions, a network from builders of its own."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def conv3x3(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)


def conv1x1(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 1, stride, bias=False)


class Basic(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int = 1, around: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = conv3x3(inputs, outputs, stride)  # @ *.conv1
        self.bn1 = nn.BatchNorm2d(outputs)  # @ *.bn1
        self.relu = nn.ReLU(inplace=True)  # @ *.relu
        self.conv2 = conv3x3(outputs, outputs)  # @ *.conv2
        self.bn2 = nn.BatchNorm2d(outputs)  # @ *.bn2
        self.around = around

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.around is None else self.around(x)))


class Residual(nn.Module):
    def __init__(self, block: type[Basic], counts: list[int]) -> None:
        super().__init__()
        self.inputs = 8
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)  # @ conv1
        self.layer1 = self._layer(block, 8, counts[0])
        self.layer2 = self._layer(block, 16, counts[1], 2)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))  # @ pool
        self.fc = nn.Linear(16, 10)  # @ fc

    def _layer(self, block: type[Basic], outputs: int, count: int, stride: int = 1) -> nn.Sequential:
        around = None
        if stride != 1 or self.inputs != outputs:
            around = nn.Sequential(  # @ *.around
                conv1x1(self.inputs, outputs, stride),  # @ *.around.0
                nn.BatchNorm2d(outputs),  # @ *.around.1
            )
        layers = [block(self.inputs, outputs, stride, around)]  # @ layer1.0 layer2.0
        self.inputs = outputs
        for _ in range(1, count):
            layers.append(block(self.inputs, outputs))  # @ layer1.[1-9] layer2.[1-9]
        return nn.Sequential(*layers)  # @ layer1 layer2

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.flatten(self.pool(self.layer2(self.layer1(self.conv1(x)))), 1))


def build() -> nn.Module:
    return Residual(Basic, [2, 3])
