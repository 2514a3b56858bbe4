"""What is reduced of outputs: sums over all elements, units that are never on, and how far samples are apart."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gradlens.reductions import joined, moments, outside, row_norms, single
from gradlens.rows import Row


class Spread:
    """How far the samples of a batch are apart, of which more may come: mean, Σ of squared deviations, number."""

    def __init__(self, mean: Tensor, deviations: Tensor, samples: int) -> None:
        self.mean, self.deviations, self.samples = mean, deviations, samples

    def add(self, other: Spread) -> None:
        """Chan, Golub & LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances, 1979."""
        n = self.samples + other.samples
        apart = other.mean - self.mean
        between = apart.square().sum() * (self.samples * other.samples / n)
        self.deviations = self.deviations + other.deviations + between
        self.mean = self.mean + apart * (other.samples / n)
        self.samples = n

    def to(self, home: torch.device) -> Spread:
        return Spread(self.mean.to(home), self.deviations.to(home), self.samples)


def sums_of(ms: Sequence[Tensor], rows: Sequence[Row], home: torch.device) -> Tensor:
    """[6, k]: moments of outputs, a matrix for each kind of row, and how many elements are saturated."""
    sums = moments(ms, home)
    parts = [row.linear_part for row in rows]
    if not any(parts):
        return torch.cat([sums, torch.zeros_like(sums[:1])])
    saturated = [outside(m, *part) if part else m.new_zeros(m.shape[0]) for m, part in zip(ms, parts)]
    return torch.cat([sums, joined(saturated, home).unsqueeze(0)])


def alive_units(y: Tensor, row: Row) -> Sequence[Tensor]:
    """Of each of the outputs [k, …] by unit, whether it is not 0 for any sample."""
    unit = row.units(y.dim() - 1) + 1
    most = y.amax([i for i in range(1, y.dim()) if i != unit]) if y.dim() > 2 else y
    return (~(most <= 0)).unbind(0)  # NaN is not 0


def spreads_of(y: Tensor, row: Row) -> Sequence[Spread]:
    """Of each of the outputs [k, …] the spread of its samples; none where a batch has no dimension."""
    samples = row.samples() + 1
    if y.dim() < 3 or y.dim() <= samples:
        return ()
    y = single(y)
    mean = y.mean(samples, keepdim=True)
    deviations = row_norms([(y - mean).reshape(y.shape[0], -1)], y.device).square()
    means = mean.reshape(y.shape[0], -1).double()
    return [Spread(*each, y.shape[samples]) for each in zip(means.unbind(0), deviations.unbind(0))]
