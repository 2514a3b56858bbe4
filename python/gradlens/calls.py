"""Calls of modules in a step that is watched: what came out, and the gradients that came back."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from gradlens.graph import Place, observe, place_of, ways_into
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
        # The gradients at output and input: tensors, or their squares. The second is whole when all have come.
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
        self.in_backward = False
        self.rare = False
        # Calls live as long as the graph that they are in; these a gradient has come back to, or none ever will.
        self._arrived: list[Call] = []
        self._without: list[Call] = []
        self._passed = guard(self._pass)
        self._handles: list[RemovableHandle] = []
        # Rows whose output was written over before the step ended: its sums are taken at once.
        self._hasty: set[int] = set()
        self._inputs: defaultdict[tuple[int, int], list[Place | None]] = defaultdict(list)

    @property
    def attached(self) -> bool:
        return bool(self._handles)

    def attach(self, rare: bool) -> None:
        """`rare`: what is dear is taken too: the gain of the first layer, the spread of samples, time steps."""
        self._arrived, self._without = [], []
        self._inputs.clear()
        if self.attached and self.rare == rare:
            return
        self.detach()
        self.rare = rare
        frozen = False
        for row in self.rows:
            hook = self._handles.append
            if rare and not frozen:
                frozen = not all(p.requires_grad for p in row.module.parameters())
                if can_open(row.module):
                    hook(row.module.register_forward_pre_hook(self.guard(_open)))
            if not row.torch_type:
                enter = self.guard(partial(self._enter, row))
                hook(row.module.register_forward_pre_hook(enter, with_kwargs=True))
            hook(row.module.register_forward_hook(self.guard(partial(self._leave, row)), with_kwargs=True))

    def detach(self) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self._arrived, self._without = [], []
        self._inputs.clear()

    def take(self) -> list[Call]:
        """Calls that a gradient has come back to, and with them those of rows that get none."""
        arrived, without = self._arrived, self._without
        self._arrived, self._without = [], []
        if not arrived:
            return []
        for call in arrived + without:
            if call.output is not None and call.output._version != call.version:
                self._hasty.add(call.row.index)
                call.output = None
        return without + arrived

    def _enter(self, row: Row, module: nn.Module, args: Any, kwargs: Any) -> None:
        """The user's own modules may write over their input: its place in the graph is asked for before."""
        if torch.is_grad_enabled():
            x = first_tensor(args) if args else first_tensor(kwargs)
            place = place_of(x) if x is not None else None
            self._inputs[row.index, threading.get_ident()].append(place)

    def _leave(self, row: Row, module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        if not torch.is_grad_enabled():
            return
        x = first_tensor(args) if args else first_tensor(kwargs)
        place = None
        if not row.torch_type:
            stack = self._inputs[row.index, threading.get_ident()]
            place = stack.pop() if stack else None
        y = first_tensor(output)
        if y is None or not y.is_floating_point():
            return
        if row.output_shape is None:
            shape = list(y.shape)
            row.output_shape = shape[: row.samples()] + shape[row.samples() + 1 :]
        node = y.grad_fn
        if node is None and not module.training:
            return
        call = Call(row)
        self._look(call, y.detach())
        if row.recurrent and self.rare and x is not None and len(args) == 1 and not kwargs:
            call.input = x.detach()
        if node is None:
            self._without.append(call)
            return
        passes = False
        if not row.torch_type:
            ways = ways_into(node, place) if place is not None else []
        elif x is y:
            # A layer that works in place has put itself between; one that does nothing passes the gradient on.
            passes = not row.in_place
            ways = [] if passes else [(node, i) for i, (to, _) in enumerate(node.next_functions) if to is not None]
        else:
            place = place_of(x) if x is not None else None
            ways = ways_into(node, place) if place is not None else []
        call.ways = len(ways)
        observe(node, y.output_nr, ways, partial(self._passed, call, passes))

    def _look(self, call: Call, y: Tensor) -> None:
        row = call.row
        if self.rare:
            call.mean = mean_of_samples(y, row.samples())
        if y.numel() <= SMALL and row.index not in self._hasty:
            call.output, call.version = y, y._version
            return
        call.sums = sums_of([[y]], [row], y.device)[0]
        if row.dies:
            call.alive = alive_units(y, row)

    def _pass(self, call: Call, passes: bool, delta: Tensor | None, entries: list[Tensor]) -> None:
        """A gradient comes by: that of the output, or shares of that of the input, the last of which makes it whole."""
        if not self.in_backward:
            return
        if delta is not None and not call.arrived:
            call.arrived = True
            self._arrived.append(call)
            call.delta = _kept(delta, call.row)
            if passes:
                call.entry = call.delta
        for share in entries:
            if call.entered < call.ways:
                call.entered += 1
                whole = share if call.entry is None else call.entry + share
                call.entry = _kept(whole, call.row) if call.entered == call.ways else whole


def _open(module: nn.Module, args: Any) -> Any:
    return opened(args) if torch.is_grad_enabled() else None


def _kept(gradient: Tensor, row: Row) -> Tensor:
    """A small gradient as it is; of a large one Σ of its squares."""
    if gradient.requires_grad:
        gradient = gradient.detach()
    return gradient if gradient.numel() <= SMALL or row.recurrent else squares(gradient)


def sums_of(outputs: list[list[Tensor]], rows: list[Row], home: torch.device) -> Tensor:
    """[k, 6]: moments of outputs, in lists of one shape and kind of row, and how many elements are saturated."""
    ms = [stacked(group) for group in outputs]
    sums, finite = moments(ms, home)
    saturated = [
        outside(m, *row.linear_part, known) if row.linear_part else m.new_zeros(len(m))
        for m, row, known in zip(ms, rows, finite)
    ]
    return torch.cat([sums, torch.cat([each.to(home, torch.float64) for each in saturated]).unsqueeze(1)], 1)


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
    return mean.reshape(-1).double(), squares(y - mean), y.shape[dimension]
