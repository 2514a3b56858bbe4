"""The parameters of a step: gradients as the backward pass left them, and how far the update moves the weights."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from gradlens.reductions import (
    BINS,
    GREATEST,
    LEAST,
    SQUARES,
    ZEROS,
    N,
    Stacks,
    histogram,
    moments,
    norms,
    row_norms,
    single,
    stacked,
)
from gradlens.rows import Row

COLUMNS = 7

# Of larger tensors so many elements are kept for the size of the update.
_WHOLE, _SAMPLE = 1 << 24, 1 << 18

Version = tuple[int, int]


def local(tensor: Tensor) -> Tensor:
    """This process's shard of a tensor that FSDP2 has divided."""
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor


class Parameters:
    def __init__(self, parameters: list[nn.Parameter], rows: list[Row]) -> None:
        self.all = parameters
        self.row_of = [row.index for row in rows for _ in row.parameters]
        # The versions of shards do not tell whether somebody has written to them.
        self.sharded = any(hasattr(parameter, "to_local") for parameter in parameters)
        self.shares = torch.ones(len(parameters), dtype=torch.float64)
        self.by_row = {row.index: row.parameters for row in rows}
        self.index = {id(parameter): i for i, parameter in enumerate(parameters)}
        # Which are reduced together: the same from step to step, unless some get no gradient.
        self._stacks: dict[tuple[int, ...], Stacks] = {}
        self.home = torch.device("cpu")
        self.clear()

    def clear(self) -> None:
        # A model may be moved after it is watched.
        home = self.all[0].device if self.all else torch.device("cpu")
        if home != self.home:
            self.home = home
            self.shares = self.shares.to(home)
            self._stacks.clear()
        self.sums = torch.zeros(len(self.all), COLUMNS, dtype=torch.float64, device=self.home)
        self.sums[:, LEAST], self.sums[:, GREATEST] = math.inf, -math.inf
        # Σ of squares of weights before the update, and of the update; negative where they were not looked at.
        self.moves = torch.full((len(self.all), 2), -1, dtype=torch.float64, device=self.home)
        self.histogram: Tensor | None = None
        self.read_at: dict[int, Version | None] = {}
        self._before: tuple[list[int], list[Tensor]] | None = None

    def of(self, optimizer: torch.optim.Optimizer) -> list[int]:
        """Places of those that an optimizer changes."""
        all_ = (parameter for group in optimizer.param_groups for parameter in group["params"])
        return [self.index[id(parameter)] for parameter in all_ if id(parameter) in self.index]

    def versions(self, which: Iterable[int]) -> dict[int, Version | None]:
        """Which tensors the gradients are, and how often they have been written to."""
        found: dict[int, Version | None] = {}
        for i in which:
            gradient = self.all[i].grad
            found[i] = None if gradient is None else (id(gradient), gradient._version)
        return found

    def _stacks_of(self, which: Sequence[int], tensors: Sequence[Tensor]) -> Stacks:
        key = tuple(which)
        if key not in self._stacks:
            if len(self._stacks) > 8:
                self._stacks.clear()
            self._stacks[key] = Stacks(tensors)
        return self._stacks[key]

    @torch.no_grad()
    def read(self, versions: Mapping[int, Version | None], histograms: bool) -> None:
        """Takes the sums of gradients as they are now; a later reading takes the place of an earlier one."""
        if histograms and self.histogram is None:
            self.histogram = torch.zeros(len(self.all), BINS, dtype=torch.float64, device=self.home)
        which: list[int] = []
        dense: list[Tensor] = []
        for i, version in versions.items():
            gradient = self.all[i].grad
            if gradient is None:
                continue
            self.read_at[i] = version
            gradient = local(gradient)
            if gradient.is_sparse:
                self._put_sparse(i, gradient)
            elif gradient.numel() > 0:
                which.append(i)
                dense.append(gradient)
        if dense:
            stacks = self._stacks_of(which, dense)
            self._put([which[i] for i in stacks.order], stacks.of(dense))

    def _put(self, which: list[int], ms: list[Tensor], absent: int = 0) -> None:
        """`absent`: elements that are 0 and not there."""
        index = torch.tensor(which, device=self.home)
        sums = moments(ms, self.home, with_extremes=True)
        if self.histogram is not None:
            parts = torch.split(sums[ZEROS], [m.shape[0] for m in ms])
            counts = [histogram(m, zeros.to(m.device)).to(self.home) for m, zeros in zip(ms, parts)]
            self.histogram[index] = torch.cat(counts)
        if absent:
            sums[[N, ZEROS]] += absent
            sums[LEAST].clamp_(max=0)
            sums[GREATEST].clamp_(min=0)
        self.sums[index] = sums.t()

    def _put_sparse(self, i: int, gradient: Tensor) -> None:
        values = gradient.coalesce().values()
        if values.numel() == 0:
            values = values.new_zeros(1)
        self._put([i], [single(values.reshape(1, -1))], gradient.numel() - values.numel())

    def squares_now(self, which: Collection[int]) -> Tensor:
        """Σ of squares of gradients as they are at this moment, such as after clipping."""
        found = [(i, g.coalesce().values() if g.is_sparse else g) for i in which if (g := self.all[i].grad) is not None]
        squares = norms([local(gradient) for _, gradient in found], self.home).square()
        return (squares * self.shares[[i for i, _ in found]]).sum()

    def squares_read(self, which: Collection[int]) -> Tensor:
        """The same as it was when they were read."""
        return (self.sums[list(which), SQUARES] * self.shares[list(which)]).sum()

    def keep(self, which: Collection[int]) -> None:
        """Keeps the weights before the update; of very large ones a sample."""
        trained = [i for i in which if self.all[i].requires_grad]
        if not trained:
            return
        self.moves[trained] = 0
        weights = [(i, weight) for i in trained if (weight := local(self.all[i])).numel() > 0]
        if not weights:
            return
        tensors = [weight for _, weight in weights]
        stacks = self._stacks_of([i for i, _ in weights], tensors)
        ms = stacks.of(tensors)
        order = [weights[i][0] for i in stacks.order]
        self.moves[order, 0] = row_norms(ms, self.home).square()
        kept = [_sample(m) for m in ms]
        theirs = {weight.data_ptr() for weight in tensors}
        self._before = order, [m.clone() if m.data_ptr() in theirs else m for m in kept]

    def compare(self) -> None:
        """How far the update has moved the weights that were kept."""
        if self._before is None:
            return
        (order, kept), self._before = self._before, None
        at = 0
        moved, shares = [], []
        for before in kept:
            m = stacked([local(self.all[i]) for i in order[at : at + before.shape[0]]])
            at += before.shape[0]
            moved.append(_sample(m) - before)
            shares += [m.shape[1] / before.shape[1]] * before.shape[0]
        moves = row_norms(moved, self.home).square()
        if any(share != 1 for share in shares):
            moves *= torch.tensor(shares, dtype=torch.float64, device=self.home)
        self.moves[order, 1] = moves

    def divide(self, world: int) -> None:
        """Where shards are summed over so many processes, what several of them hold counts once."""
        shares = [_share(parameter, world) for parameter in self.all]
        self.shares = torch.tensor(shares, dtype=torch.float64, device=self.home)


def _share(parameter: Tensor, world: int) -> float:
    """1 / the number of processes that hold the same elements."""
    placements, mesh = getattr(parameter, "placements", ()), getattr(parameter, "device_mesh", None)
    sizes = [mesh.size(i) for i, placement in enumerate(placements) if mesh is not None and placement.is_shard()]
    return float(math.prod(sizes)) / world


def _sample(m: Tensor) -> Tensor:
    """Of rows that are very long every n-th element."""
    return m if m.shape[1] <= _WHOLE else m[:, :: m.shape[1] // _SAMPLE]
