"""The parameters of a step: gradients as the backward pass left them, and how far the update moves the weights."""

from __future__ import annotations

import math
from collections.abc import Collection

import torch
from torch import Tensor, nn

from gradlens.reductions import BINS, SQUARES, ZEROS, N, groups, histogram, moments, norms, row_norms, single, stacked
from gradlens.rows import Row

# Columns of the gradients' sums: those of moments(), least and greatest element.
LEAST, GREATEST = 5, 6
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
        self.clear()

    def clear(self) -> None:
        # A model may be moved after it is watched.
        self.home = self.all[0].device if self.all else torch.device("cpu")
        self.shares = self.shares.to(self.home)
        self.sums = torch.zeros(len(self.all), COLUMNS, dtype=torch.float64, device=self.home)
        self.sums[:, LEAST], self.sums[:, GREATEST] = math.inf, -math.inf
        # Σ of squares of weights before the update, and of the update; negative where they were not looked at.
        self.moves = torch.full((len(self.all), 2), -1, dtype=torch.float64, device=self.home)
        self.histogram: Tensor | None = None
        self.read_at: dict[int, Version | None] = {}
        self._before: list[tuple[list[int], Tensor]] = []

    def of(self, optimizer: torch.optim.Optimizer) -> list[int]:
        """Places of those that an optimizer changes."""
        all_ = (parameter for group in optimizer.param_groups for parameter in group["params"])
        return [self.index[id(parameter)] for parameter in all_ if id(parameter) in self.index]

    def version(self, i: int) -> Version | None:
        """Which tensor a gradient is, and how often it has been written to."""
        gradient = self.all[i].grad
        return None if gradient is None else (id(gradient), gradient._version)

    @torch.no_grad()
    def read(self, which: Collection[int], histograms: bool) -> None:
        """Takes the sums of gradients as they are now; a later reading takes the place of an earlier one."""
        found: list[tuple[int, Tensor]] = []
        for i in which:
            gradient = self.all[i].grad
            if gradient is not None:
                self.read_at[i] = self.version(i)
                found.append((i, local(gradient)))
        if histograms and self.histogram is None:
            self.histogram = torch.zeros(len(self.all), BINS, dtype=torch.float64, device=self.home)
        dense = [(i, gradient) for i, gradient in found if not gradient.is_sparse and gradient.numel() > 0]
        for_each = [([i for i, _ in group], stacked([gradient for _, gradient in group])) for group in groups(dense)]
        if for_each:
            self._put([i for which_, _ in for_each for i in which_], [m for _, m in for_each])
        for i, gradient in found:
            if gradient.is_sparse:
                self._put_sparse(i, gradient)

    def _put(self, which: list[int], ms: list[Tensor], absent: int = 0) -> None:
        """`absent`: elements that are 0 and not there."""
        index = torch.tensor(which, device=self.home)
        sums, _ = moments(ms, self.home)
        if self.histogram is not None:
            parts = torch.split(sums[:, ZEROS], [len(m) for m in ms])
            counts = [histogram(m, zeros.to(m.device)).to(self.home) for m, zeros in zip(ms, parts)]
            self.histogram[index] = torch.cat(counts)
        least = torch.cat([m.amin(1).to(self.home, torch.float64) for m in ms])
        greatest = torch.cat([m.amax(1).to(self.home, torch.float64) for m in ms])
        if absent:
            sums[:, [N, ZEROS]] += absent
            least.clamp_(max=0)
            greatest.clamp_(min=0)
        self.sums[index] = torch.cat([sums, torch.stack([least, greatest], 1)], 1)

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
        weights = [(i, local(self.all[i])) for i in which if self.all[i].requires_grad]
        if not weights:
            return
        self.moves[[i for i, _ in weights]] = 0
        together = groups((i, weight) for i, weight in weights if weight.numel() > 0)
        ms = [stacked([weight for _, weight in group]) for group in together]
        order = [i for group in together for i, _ in group]
        self.moves[order, 0] = row_norms(ms, self.home).square()
        for group, m in zip(together, ms):
            kept = _sample(m)
            alone = len(group) == 1 and kept.data_ptr() == group[0][1].data_ptr()
            self._before.append(([i for i, _ in group], kept.clone() if alone else kept))

    def compare(self) -> None:
        """How far the update has moved the weights that were kept."""
        kept, self._before = self._before, []
        if not kept:
            return
        now = [stacked([local(self.all[i]) for i in which]) for which, _ in kept]
        shares = [m.shape[1] / before.shape[1] for m, (_, before) in zip(now, kept) for _ in range(len(m))]
        moves = row_norms([_sample(m) - before for m, (_, before) in zip(now, kept)], self.home).square()
        order = [i for which, _ in kept for i in which]
        self.moves[order, 1] = moves * torch.tensor(shares, dtype=torch.float64, device=self.home)

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
