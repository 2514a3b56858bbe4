"""The rows of a frame: which modules have figures, and what is peculiar to them."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field

import torch
from torch import nn

from gradlens.unwrap import is_of_torch, kind_of

# Torch's modules whose children do the work of one layer.
_COMPOSITE = (nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.TransformerDecoderLayer)
_CHANNELS_FIRST = (
    nn.modules.conv._ConvNd,
    nn.modules.batchnorm._BatchNorm,
    nn.modules.pooling._MaxPoolNd,
    nn.modules.pooling._AvgPoolNd,
    nn.modules.pooling._AdaptiveAvgPoolNd,
    nn.modules.pooling._AdaptiveMaxPoolNd,
)
_CHANNELS_LAST = (nn.RNNBase, nn.Embedding, *_COMPOSITE)

# Where the derivative is below 5 % of its greatest: 1 - y² for tanh, 4y(1 - y) for sigmoid, (1 - |y|)² for softsign.
_TANH, _SIGMOID, _SOFTSIGN = math.sqrt(0.95), (1 - math.sqrt(0.95)) / 2, 1 - math.sqrt(0.05)


def _linear_part(module: nn.Module) -> tuple[float, float] | None:
    """Between these outputs an activation has a slope that is not small; None where that says nothing."""
    if isinstance(module, (nn.Sigmoid, nn.Softmax)):
        return _SIGMOID, 1 - _SIGMOID
    if isinstance(module, nn.Tanh):
        return -_TANH, _TANH
    if isinstance(module, nn.Softsign):
        return -_SOFTSIGN, _SOFTSIGN
    if isinstance(module, nn.Hardtanh):  # ReLU6 is one
        return module.min_val, module.max_val
    return (0.0, 1.0) if isinstance(module, nn.Hardsigmoid) else None


@dataclass(eq=False)
class Row:
    """A leaf, a module with parameters of its own, or a block (after its content), with the parameters that it owns."""

    index: int
    path: str
    module: nn.Module
    leaf: bool
    # Its parameters' places in the list of all.
    parameters: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    # Of the output; which dimension of a sequence's output is the units'.
    channels_first: bool = False
    output_shape: list[int] | None = None
    # The row whose gradients it goes with: itself, or the nearest one that has parameters.
    owner: int = 0
    # Outputs of rows of one kind are reduced alike.
    kind: Hashable = None

    def __post_init__(self) -> None:
        self.type = kind_of(self.module)
        self.torch_type = self.leaf and is_of_torch(self.module)
        self.linear_part = _linear_part(self.module) if self.leaf else None
        self.dies = self.leaf and isinstance(self.module, (nn.ReLU, nn.ReLU6))
        self.recurrent = self.leaf and isinstance(self.module, nn.RNNBase)
        self.in_place = bool(getattr(self.module, "inplace", False))

    def units(self, dimensions: int) -> int:
        """The dimension of the output that is that of features or channels."""
        return 1 if self.channels_first or dimensions <= 2 else dimensions - 1

    def samples(self) -> int:
        """The dimension of the output that is the batch's."""
        return 0 if getattr(self.module, "batch_first", True) else 1


def rows_of(root: nn.Module, blocks: bool = True) -> tuple[list[Row], list[nn.Parameter]]:
    """Rows in order of definition, and all parameters: each belongs to the row that has it first."""
    rows: list[Row] = []
    parameters: list[nn.Parameter] = []
    owned: set[int] = set()
    seen: set[nn.Module] = set()

    def add(path: str, module: nn.Module, leaf: bool, recurse: bool) -> None:
        row = Row(len(rows), path or type(module).__name__, module, leaf)
        for name, parameter in module.named_parameters(recurse=recurse) if recurse or not leaf else ():
            if id(parameter) not in owned:
                owned.add(id(parameter))
                row.parameters.append(len(parameters))
                row.names.append(name)
                parameters.append(parameter)
        rows.append(row)

    def visit(path: str, module: nn.Module) -> None:
        if module in seen:
            return
        seen.add(module)
        children = [] if isinstance(module, _COMPOSITE) else list(module.named_children())
        if not children:
            add(path, module, leaf=True, recurse=True)
            return
        direct = any(id(p) not in owned for _, p in module.named_parameters(recurse=False))
        if direct:
            add(path, module, leaf=False, recurse=False)
        for name, child in children:
            visit(f"{path}.{name}" if path else name, child)
        if blocks and path and not direct and not is_of_torch(module):
            rows.append(Row(len(rows), path, module, leaf=False))

    visit("", root)
    _follow(rows)
    return rows, parameters


def _follow(rows: list[Row]) -> None:
    """Says of every row what depends on those before it."""
    channels_first = False
    owner = next((row.index for row in rows if row.parameters), 0)
    for row in rows:
        if isinstance(row.module, _CHANNELS_FIRST + _CHANNELS_LAST):
            channels_first = isinstance(row.module, _CHANNELS_FIRST)
        row.channels_first = channels_first
        owner = row.index if row.parameters else owner
        row.owner = owner
        row.kind = (row.linear_part, row.dies, row.dies and channels_first, row.samples())


def first_tensor(value: object) -> torch.Tensor | None:
    """The first tensor of what a module takes or gives."""
    if isinstance(value, torch.Tensor):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    for one in inner:
        tensor = first_tensor(one)
        if tensor is not None:
            return tensor
    return None
