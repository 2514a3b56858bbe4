"""What has happened in the step at hand: which gradients belong to it, and which of its optimizers have made theirs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.optim import Optimizer

from gradlens.activations import Activations
from gradlens.arguments import loss_of
from gradlens.calls import Calls
from gradlens.parameters import Parameters, Version


class Course:
    """A step from its first forward pass to its last optimizer's update."""

    def __init__(self, calls: Calls, activations: Activations, parameters: Parameters) -> None:
        self.calls, self.activations, self.parameters = calls, activations, parameters
        self.depth = 0
        # Backward passes of the step before: at the last one the gradients are whole.
        self.expected = 1
        self.lr = math.nan
        # Of the first backward pass, where it is one that has a name.
        self.kind_of_loss: str | None = None
        self._first = True
        self._of: WeakKeyDictionary[Optimizer, tuple[int, list[int]]] = WeakKeyDictionary()
        self.start(rare=False)

    def start(self, rare: bool) -> None:
        self.rare = rare
        self.parameters.clear()
        self.activations.clear(self.parameters.home, rare)
        self.losses: list[Tensor] = []
        self.scale: Tensor | None = None
        self.clipped = False
        self.used: list[Tensor] = []
        self.times: dict[int, Tensor] = {}
        self.done: set[int] = set()
        self.backwards = 0
        # The gradients cannot be known as they were before clipping.
        self.spoilt = False
        self._roots: list[Tensor] = []
        self._left: dict[int, Version | None] = {}
        # Inside of optimizer.step(closure), and how many backward passes that has made.
        self._inside = False
        self._inner = 0

    @property
    def complete(self) -> bool:
        return bool(self.parameters.read_at) and not self.spoilt

    def of(self, optimizer: Optimizer) -> list[int]:
        """Places of the model's parameters that an optimizer changes."""
        size = sum(len(group["params"]) for group in optimizer.param_groups)
        known = self._of.get(optimizer)
        if known is None or known[0] != size:
            known = self._of[optimizer] = (size, self.parameters.of(optimizer))
        return known[1]

    # ---- the backward pass

    def backward_begins(self, tensors: Any) -> None:
        self.depth += 1  # checkpointing calls backward inside of backward
        if self.depth > 1:
            return
        self.calls.in_backward = True
        roots = [tensors] if isinstance(tensors, Tensor) else list(tensors)
        self._roots = [root.detach() for root in roots if root.numel() == 1]
        if self._first and len(roots) == 1:
            self.kind_of_loss, self._first = loss_of(roots[0]), False
        if not self._inside or self._inner == 0:
            self._forget_cleared()

    @torch.no_grad()
    def backward_ends(self) -> None:
        self.depth -= 1
        if self.depth > 0:
            return
        self.calls.in_backward = False
        calls = self.calls.take()
        now = self.parameters.versions(self._open())
        if not calls and now == {i: self._left.get(i) for i in now}:
            return  # another model's
        self._inner += self._inside
        if self._inner > 1:
            return  # of a closure the first evaluation counts: at the weights before the update
        self._left = now
        self.backwards += 1
        if calls or not self.calls.attached:
            self.losses += self._roots
        self.activations.add([call for call in calls if not self._is_done(call.row.owner)])
        if self.backwards >= self.expected or self._inside:
            self.parameters.read(now, self.rare)
        if self._inside:
            self._repeat_recurrences()

    def _open(self) -> list[int]:
        return [i for i in range(len(self.parameters.all)) if i not in self.done]

    def _is_done(self, row: int) -> bool:
        own = self.parameters.by_row.get(row)
        return bool(own) and all(i in self.done for i in own or ())

    def _forget_cleared(self) -> None:
        """Gradients that were cleared without an update belong to no step: a GAN's, or those of a skipped one."""
        had = [i for i, version in self._left.items() if version is not None]
        cleared = [i for i, version in self.parameters.versions(had).items() if version != self._left[i]]
        if not cleared:
            return
        rows = {self.parameters.row_of[i] for i in cleared}
        self.activations.forget([row.index for row in self.activations.rows if row.owner in rows])
        for i in cleared:
            self.parameters.read_at.pop(i, None)
        if len(cleared) == len(had):
            self.losses, self.backwards, self.scale = [], 0, None

    # ---- the optimizer

    @torch.no_grad()
    def update_begins(self, optimizer: Optimizer) -> None:
        which = [i for i in self.of(optimizer) if i not in self.done]
        if math.isnan(self.lr) or not self.done:
            self.lr = float(optimizer.param_groups[0]["lr"])
        scale = getattr(optimizer, "grad_scale", None)  # fused optimizers divide by it themselves
        if self.scale is None and isinstance(scale, Tensor):
            self.scale = scale.detach().clone()
        self.parameters.keep(which)
        self._inside, self._inner = True, 0
        if self.backwards == 0:
            return  # a closure will make the gradients, or there are none
        now = self.parameters.versions(which)
        unread = [i for i, version in now.items() if version is not None and i not in self.parameters.read_at]
        if unread and any(now[i] != self._left.get(i) for i in unread):
            self.spoilt = True  # fewer backward passes than last time, and clipped since
        elif unread:
            self.parameters.read(now, self.rare)
        self._look_for_clipping(now)
        self._repeat_recurrences()

    @torch.no_grad()
    def update_ends(self, optimizer: Optimizer) -> None:
        which = [i for i in self.of(optimizer) if i not in self.done]
        self._inside = False
        if self._inner == 1:
            self._look_for_clipping(self.parameters.versions(which))
        self.parameters.compare()
        self.done.update(which)

    def unscaled(self, scaler: Any) -> None:
        scale = getattr(scaler, "_scale", None)
        if self.scale is None and isinstance(scale, Tensor):
            self.scale = scale.detach().clone()

    def _look_for_clipping(self, now: Mapping[int, Version | None]) -> None:
        """Whoever has changed the gradients since they were read: their norm is what the optimizer gets."""
        read = self.parameters.read_at
        if self.parameters.sharded or any(i in read and version != read[i] for i, version in now.items()):
            self.clipped = True
            self.used.append(self.parameters.squares_now(now))
        else:
            self.used.append(self.parameters.squares_read(now))

    def squares_used(self) -> Tensor:
        """Σ of squares of the gradients that the optimizers got; NaN where nobody has changed them."""
        if not self.clipped:
            return torch.tensor(math.nan, dtype=torch.float64, device=self.activations.home)
        return torch.stack(self.used).sum()

    def _repeat_recurrences(self) -> None:
        for row, recurrence in self.activations.recurrences.items():
            deltas = recurrence.deltas()
            if deltas is not None:
                self.times[row] = deltas.to(self.activations.home)
        self.activations.recurrences = {}

    def loss(self) -> Tensor:
        home = self.activations.home
        if not self.losses:
            return torch.tensor(math.nan, dtype=torch.float64, device=home)
        return torch.stack([loss.double().reshape(()).to(home) for loss in self.losses]).sum()


class Cycle:
    """Several optimizers of one model make one step: which have stepped, and when all have."""

    def __init__(self, optimizers: Iterable[Optimizer]) -> None:
        self.expected = {id(optimizer) for optimizer in optimizers}
        self.stepped: set[int] = set()
        self._covered: set[int] = set()

    def repeats(self, optimizer: Optimizer) -> bool:
        """Whether an optimizer begins its next step: then the others make none, or make theirs less often."""
        if id(optimizer) not in self.stepped:
            return False
        self.expected = set(self.stepped)
        return True

    def ends(self, optimizer: Optimizer, which: Iterable[int], all_: Collection[int]) -> bool:
        """An optimizer has stepped: whether that was the last of the step."""
        self.stepped.add(id(optimizer))
        if self.expected:
            return self.expected <= self.stepped
        self._covered.update(which)
        if not self._covered.issuperset(all_):
            return False
        self.expected = set(self.stepped)
        return True

    def start(self) -> None:
        self.stepped, self._covered = set(), set()
