"""Calls of modules in a step that is watched: what came out, and the gradients that came back."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge
from torch.utils.hooks import RemovableHandle

from gradlens.graph import edge_of, observe, ways_into
from gradlens.opening import can_open, opened
from gradlens.reductions import SMALL, moments, outside, single, squares, stacked
from gradlens.rows import Row, first_tensor


class Call:
    """One call: small tensors are kept until others of their shape are reduced, of large ones the sums."""

    __slots__ = (
        "alive",
        "arrived",
        "delta",
        "entered",
        "entry",
        "input",
        "mean",
        "output",
        "row",
        "sums",
        "version",
        "ways",
    )

    def __init__(self, row: Row) -> None:
        self.row = row
        self.output: Tensor | None = None
        self.version = 0
        # [6] moments and saturated elements, taken at once; by unit whether any was not 0; mean of the samples.
        self.sums: Tensor | None = None
        self.alive: Tensor | None = None
        self.mean: tuple[Tensor, Tensor, int] | None = None
        # The gradients at the output and at the input: tensors, or their squares.
        self.arrived = False
        self.delta: Tensor | None = None
        self.entry: Tensor | None = None
        self.ways = self.entered = 0
        # What a recurrent layer got, where its steps are to be made again.
        self.input: Tensor | None = None


class Calls:
    """Hooks on the modules of the rows, while attached; `guard` makes of each what cannot fail."""

    def __init__(self, rows: list[Row], guard: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        self.rows = rows
        self.guard = guard
        self.made: list[Call] = []
        self.in_backward = False
        self.rare = False
        self._handles: list[RemovableHandle] = []
        # Rows whose output was written over before the step ended: its sums are taken at once.
        self._hasty: set[int] = set()
        self._inputs: defaultdict[tuple[int, int], list[GradientEdge | None]] = defaultdict(list)

    @property
    def attached(self) -> bool:
        return bool(self._handles)

    def attach(self, rare: bool) -> None:
        """`rare`: what is dear is taken too: the gain of the first layer, the spread of samples, time steps."""
        self.detach()
        self.rare = rare
        frozen = False
        for row in self.rows:
            frozen = frozen or not all(p.requires_grad for p in row.module.parameters())
            if rare and not frozen and can_open(row.module):
                self._handles.append(row.module.register_forward_pre_hook(self.guard(_open), with_kwargs=False))
            if not row.torch_type:
                enter = self.guard(partial(self._enter, row))
                self._handles.append(row.module.register_forward_pre_hook(enter, with_kwargs=True))
            leave = self.guard(partial(self._leave, row))
            self._handles.append(row.module.register_forward_hook(leave, with_kwargs=True))

    def detach(self) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self.made = []
        self._inputs.clear()

    def take(self) -> list[Call]:
        """Calls that a gradient came back to, and with them those of rows that get none; the rest is forgotten."""
        made, self.made = self.made, []
        if not any(call.arrived for call in made):
            return []
        for call in made:
            if call.output is not None and call.output._version != call.version:
                self._hasty.add(call.row.index)
                call.output = None
        return [call for call in made if call.arrived or (call.ways < 0 and call.row.module.training)]

    def _enter(self, row: Row, module: nn.Module, args: Any, kwargs: Any) -> None:
        """The user's own modules may write over their input: its place in the graph is asked for before."""
        if torch.is_grad_enabled():
            x = first_tensor(args) if args else first_tensor(kwargs)
            edge = edge_of(x) if x is not None else None
            self._inputs[row.index, threading.get_ident()].append(edge)

    def _leave(self, row: Row, module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        if not torch.is_grad_enabled():
            return
        x = first_tensor(args) if args else first_tensor(kwargs)
        edge = None
        if not row.torch_type:
            stack = self._inputs[row.index, threading.get_ident()]
            edge = stack.pop() if stack else None
        y = first_tensor(output)
        if y is None or not y.is_floating_point():
            return
        call = Call(row)
        if row.output_shape is None:
            shape = list(y.shape)
            row.output_shape = shape[: row.samples()] + shape[row.samples() + 1 :]
        self._look(call, y.detach())
        if row.recurrent and self.rare and x is not None and len(args) == 1 and not kwargs:
            call.input = x.detach()
        self._follow(call, x, y, edge)
        self.made.append(call)

    def _look(self, call: Call, y: Tensor) -> None:
        row = call.row
        if self.rare:
            call.mean = mean_of_samples(y, row.samples())
        if y.numel() <= SMALL and row.index not in self._hasty:
            call.output, call.version = y, y._version
            return
        call.sums = sums_of([y], row)[0]
        if row.dies:
            call.alive = alive_units(y, row)

    def _follow(self, call: Call, x: Tensor | None, y: Tensor, edge: GradientEdge | None) -> None:
        """Has the gradients caught that will come back to the call."""
        row, node = call.row, y.grad_fn
        if node is None:
            call.ways = -1  # none will
            return
        if row.torch_type and x is not None:
            if row.in_place and x is y:  # x's own place in the graph was taken by y
                ways = [(node, i) for i, (to, _) in enumerate(node.next_functions) if to is not None]
            else:
                edge = edge_of(x)
                ways = ways_into(node, edge) if edge is not None and x is not y else []
        else:
            ways = ways_into(node, edge) if edge is not None else []
        passes = x is y and not row.in_place and row.torch_type
        call.ways = len(ways)
        observe(y, ways, self.guard(partial(self._arrived, call, passes)), self.guard(partial(self._left, call)))

    def _arrived(self, call: Call, passes: bool, gradient: Tensor) -> None:
        if self.in_backward:
            call.arrived = True
            call.delta = _kept(gradient, call.row)
            if passes:
                call.entry = call.delta

    def _left(self, call: Call, gradient: Tensor) -> None:
        """A way's share of the gradient at the input; the last one tells the whole."""
        if self.in_backward and call.entered < call.ways:
            call.entered += 1
            whole = gradient if call.entry is None else call.entry + gradient
            call.entry = _kept(whole, call.row) if call.entered == call.ways else whole


def _open(module: nn.Module, args: Any) -> Any:
    return opened(args) if torch.is_grad_enabled() else None


def _kept(gradient: Tensor, row: Row) -> Tensor:
    """A small gradient as it is; of a large one Σ of its squares."""
    if gradient.numel() <= SMALL or row.recurrent:
        return gradient.detach()
    return squares(single(gradient.detach()).reshape(1, -1))[0]


def sums_of(outputs: list[Tensor], row: Row) -> Tensor:
    """[k, 6]: moments of outputs of one shape, and how many elements are saturated."""
    m = stacked(outputs)
    saturated = outside(m, *row.linear_part) if row.linear_part else m.new_zeros(len(outputs))
    return torch.cat([moments(m), saturated.double().unsqueeze(1)], 1)


def alive_units(y: Tensor, row: Row) -> Tensor:
    """By unit, whether it is not 0 for any sample."""
    dimension = row.units(y.dim())
    most = y.amax([i for i in range(y.dim()) if i != dimension]) if y.dim() > 1 else y
    return ~(most <= 0)  # NaN is not 0


def mean_of_samples(y: Tensor, dimension: int) -> tuple[Tensor, Tensor, int] | None:
    """The mean over the batch, Σ of squared deviations from it, and the number of samples."""
    if y.dim() < 2 or y.dim() <= dimension:
        return None
    y = single(y)
    mean = y.mean(dimension, keepdim=True)
    deviations = squares((y - mean).reshape(1, -1))[0]
    return mean.reshape(-1).double(), deviations, y.shape[dimension]
