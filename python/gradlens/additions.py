"""What processes that train together have, added up: each had its part of the batch, or of the weights."""

from __future__ import annotations

import zlib

import torch
from torch import Tensor

from gradlens.activations import DELTA, ENTRY, Activations
from gradlens.ranks import Ranks
from gradlens.reductions import GREATEST, LEAST


def layout_of(activations: Activations, parts: dict[str, Tensor] | None) -> int:
    """The same number where outputs of the same shapes came in the same order."""
    spreads = [(key, spread.mean.shape) for key, spread in activations.spreads.items()]
    alive = [(row, units.shape) for row, units in activations.alive.items()]
    named = [(name, part.shape) for name, part in (parts or {}).items()]
    return zlib.crc32(repr((spreads, alive, named)).encode())


def add_batches(ranks: Ranks, activations: Activations, parts: dict[str, Tensor], alike: bool) -> None:
    """Each process had its part of the batch, and its loss is the mean over that part."""
    times = [part for name, part in parts.items() if name.startswith("time ")]
    ranks.sum([parts["activations"], parts["loss"].reshape(1), *(times if alike else ())])
    parts["activations"][:, [DELTA, ENTRY]] /= ranks.world**2
    parts["loss"] /= ranks.world
    for part in times if alike else ():
        part /= ranks.world**2
    if not alike:  # sequences of different lengths: there is no mean over all samples
        activations.spreads, activations.alive = {}, {}
        for name in [name for name in parts if name.startswith("time ")]:
            del parts[name]
        return
    alive = {row: units.double() for row, units in activations.alive.items()}
    ranks.most(list(alive.values()))
    activations.alive = {row: units > 0 for row, units in alive.items()}
    _add_spreads(ranks, activations)


def _add_spreads(ranks: Ranks, activations: Activations) -> None:
    """Over all processes: the deviations from the means of each, and those of the means from the common one."""
    spreads = list(activations.spreads.values())
    totals = [spread.mean * spread.samples for spread in spreads]
    counts = [torch.full_like(spread.deviations, spread.samples).reshape(1) for spread in spreads]
    ranks.sum([*totals, *counts])
    apart = []
    for spread, total, count in zip(spreads, totals, counts):
        mean = total / count
        apart.append((spread.deviations + (spread.mean - mean).square().sum() * spread.samples).reshape(1))
        spread.mean = mean
    ranks.sum(apart)
    for spread, deviations, count in zip(spreads, apart, counts):
        spread.deviations, spread.samples = deviations[0], int(count)


def add_shards(ranks: Ranks, shares: Tensor, parts: dict[str, Tensor]) -> None:
    """Each process has its share of every parameter: 0 to 1, by parameter."""
    share = shares.unsqueeze(1)
    gradients = parts["gradients"]
    extremes = torch.stack([-gradients[:, LEAST], gradients[:, GREATEST]], 1)
    sums = gradients[:, :LEAST] * share
    moves = parts["moves"] * share
    clipped = parts["clipped"].reshape(1)
    histogram = [parts["histogram"].mul_(share)] if "histogram" in parts else []
    ranks.sum([sums, moves, clipped, *histogram])
    ranks.most([extremes])
    gradients[:, :LEAST] = sums
    gradients[:, LEAST], gradients[:, GREATEST] = -extremes[:, 0], extremes[:, 1]
    parts["moves"], parts["clipped"] = moves, clipped[0]
