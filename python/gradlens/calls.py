"""Calls of modules in a step that is watched: what came out, and the gradients that came back."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.utils.hooks import RemovableHandle

from gradlens.graph import Place, observe, place_of, ways_into
from gradlens.opening import can_open, opened
from gradlens.outputs import Spread, alive_units, spreads_of, sums_of
from gradlens.reductions import SMALL, single, squares
from gradlens.rows import Row, first_tensor


class Call:
    """One call: small tensors are kept until others of their shape are reduced, of large ones the sums."""

    output: Tensor | None = None
    version = 0
    # [6] moments and saturated elements, taken at once; by unit whether any was not 0; of the samples.
    sums: Tensor | None = None
    alive: Tensor | None = None
    spread: Spread | None = None
    # The gradients at output and input: tensors, or their squares. The second is whole when all have come.
    arrived = False
    delta: Tensor | None = None
    entry: Tensor | None = None
    ways = entered = 0
    # Whether the module gives its input on as it is, and with it the gradient.
    passes = False
    # What a recurrent layer got, where its steps are to be made again.
    input: Tensor | None = None

    def __init__(self, row: Row) -> None:
        self.row = row


class Calls:
    """Hooks on the modules of the rows, while attached; `failed` is told what goes wrong in them."""

    def __init__(self, rows: list[Row], failed: Callable[[Exception], None]) -> None:
        self.rows = rows
        self.failed = failed
        self.in_backward = False
        self.rare = False
        # Calls live as long as the graph that they are in; these a gradient has come back to, or none ever will.
        self._arrived: list[Call] = []
        self._without: list[Call] = []
        self._handles: list[RemovableHandle] = []
        # Rows whose output was written over before the step ended: its sums are taken at once.
        self._hasty: set[int] = set()
        self._inputs: defaultdict[tuple[int, int], list[Place | None]] = defaultdict(list)
        # What torch's layers have made in the graph: the node, and the way out of it that leads to the input alone.
        self._direct: dict[int, tuple[type, int]] = {}
        self._hooks = [self._hooks_of(row) for row in rows]

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
        add = self._handles.append
        for row, (enter, leave) in zip(self.rows, self._hooks):
            module = row.module
            if rare and not frozen:
                frozen = not all(p.requires_grad for p in module.parameters())
                if can_open(module):
                    add(module.register_forward_pre_hook(self._open))
            if not row.torch_type:
                add(module.register_forward_pre_hook(enter, with_kwargs=True))
            add(module.register_forward_hook(leave, with_kwargs=True))

    def detach(self) -> None:
        if not self._handles:
            return
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

    # ---- hooks

    def _hooks_of(self, row: Row) -> tuple[Callable[..., None], Callable[..., None]]:
        def enter(_: nn.Module, args: Any, kwargs: Any) -> None:
            try:
                self._enter(row, args, kwargs)
            except Exception as error:
                self.failed(error)

        def leave(_: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
            try:
                self._leave(row, args, kwargs, output)
            except Exception as error:
                self.failed(error)

        return enter, leave

    def _open(self, _: nn.Module, args: Any) -> Any:
        try:
            return opened(args) if torch.is_grad_enabled() else None
        except Exception as error:
            self.failed(error)
            return None

    def _enter(self, row: Row, args: Any, kwargs: Any) -> None:
        """The user's own modules may write over their input: its place in the graph is asked for before."""
        if torch.is_grad_enabled():
            x = first_tensor(args) if args else first_tensor(kwargs)
            place = place_of(x) if x is not None else None
            self._inputs[row.index, threading.get_ident()].append(place)

    def _leave(self, row: Row, args: Any, kwargs: Any, output: Any) -> None:
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
        if node is None and not row.module.training:
            return
        call = Call(row)
        self._look(call, y.detach())
        if row.recurrent and self.rare and x is not None and len(args) == 1 and not kwargs:
            call.input = x.detach()
        if node is None:
            self._without.append(call)
            return
        if not row.torch_type:
            ways = ways_into(node, place) if place is not None else []
        elif x is y:
            # A layer that works in place has put itself between; one that does nothing passes the gradient on.
            call.passes = not row.in_place
            ways = [] if call.passes else [(node, i) for i, (to, _) in enumerate(node.next_functions) if to is not None]
        else:
            place = place_of(x) if x is not None else None
            ways = self._ways(row, node, place) if place is not None else []
        call.ways = len(ways)
        observe(node, y.output_nr, ways, partial(self._pass, call))

    def _ways(self, row: Row, node: Node, place: Place) -> list[Place]:
        """Those into a layer of torch, which does the same each time: most make one node."""
        known = self._direct.get(row.index)
        if known is not None and known[0] is type(node):
            to, at = node.next_functions[known[1]]
            if to is place[0] and at == place[1]:
                return [(node, known[1])]
        ways = ways_into(node, place)
        if len(ways) == 1 and ways[0][0] is node:
            self._direct[row.index] = (type(node), ways[0][1])
        return ways

    def _look(self, call: Call, y: Tensor) -> None:
        row = call.row
        if y.numel() <= SMALL and row.index not in self._hasty:
            call.output, call.version = y, y._version
            return
        call.sums = sums_of([single(y).reshape(1, -1)], [row], y.device)[:, 0]
        look_closer([call], y.unsqueeze(0), self.rare)

    def _pass(self, call: Call, delta: Tensor | None, entries: Sequence[Tensor | None]) -> None:
        """A gradient comes by: that of the output, or shares of that of the input, the last of which makes it whole."""
        if not self.in_backward:
            return
        try:
            if delta is not None and not call.arrived:
                call.arrived = True
                self._arrived.append(call)
                call.delta = _kept(delta, call.row)
                if call.passes:
                    call.entry = call.delta
            for share in entries:
                if share is not None and call.entered < call.ways:
                    call.entered += 1
                    whole = share if call.entry is None else call.entry + share
                    call.entry = _kept(whole, call.row) if call.entered == call.ways else whole
        except Exception as error:
            self.failed(error)


def _kept(gradient: Tensor, row: Row) -> Tensor:
    """A small gradient as it is; of a large one Σ of its squares."""
    if gradient.requires_grad:
        gradient = gradient.detach()
    return gradient if gradient.numel() <= SMALL or row.recurrent else squares(gradient)


def look_closer(calls: Sequence[Call], y: Tensor, rare: bool) -> None:
    """What is not a sum over all elements, of the outputs [k, …] of calls of one kind of row."""
    row = calls[0].row
    if row.dies:
        for call, alive in zip(calls, alive_units(y, row)):
            call.alive = alive
    if rare:
        for call, spread in zip(calls, spreads_of(y, row)):
            call.spread = spread
