"""
Sums over many tensors by few operations: those of one shape are reduced together, large ones in pieces that a cache
holds, and in double precision where single precision would lose them.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain

import torch
from torch import Tensor

# Tensors up to this many elements are reduced together with others of their shape; larger ones in pieces of as many.
SMALL = 1 << 16
BINS, OFFSET = 64, 48
# Columns of moments(), the last two of which are asked for.
N, SUM, SQUARES, ZEROS, BAD, LEAST, GREATEST = range(7)

# Norms that single precision holds.
_LEAST, _GREATEST = 1e-15, 1e15
_HALF = (torch.float16, torch.bfloat16)


class Stacks:
    """Which of a list of tensors are the rows of one matrix, in an order that later lists of their shapes have too."""

    def __init__(self, tensors: Sequence[Tensor], kinds: Sequence[Hashable] = ()) -> None:
        """`kinds`: of the tensors; none but those of one kind are together."""
        found: dict[Hashable, list[int]] = {}
        for i, tensor in enumerate(tensors):
            kind = kinds[i] if kinds else None
            like = i if tensor.numel() > SMALL else (tensor.shape, tensor.dtype, tensor.device, kind)
            found.setdefault(like, []).append(i)
        self.groups = list(found.values())
        # The tensors' places in their list, in the order of the rows.
        self.order = list(chain.from_iterable(self.groups))

    def of(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """A matrix for each group: views of those that are alone."""
        return [stacked([tensors[i] for i in group]) for group in self.groups]


def stacked(tensors: Sequence[Tensor]) -> Tensor:
    """[k, n]: a row for each tensor."""
    if len(tensors) == 1:
        return single(tensors[0].reshape(1, -1))
    return single(torch.stack(tuple(tensors)).view(len(tensors), -1))


def single(tensor: Tensor) -> Tensor:
    """In single precision at least."""
    return tensor.float() if tensor.dtype in _HALF else tensor


def moments(ms: Sequence[Tensor], home: torch.device, with_extremes: bool = False) -> Tensor:
    """
    [columns, k]: of each row of all the matrices how many elements there are, their sum and that of squares, how many
    are 0 and how many not finite; and the least and the greatest, if asked for.
    """
    # A GPU has no use for pieces.
    pieces = [(m,) if m.shape[1] <= SMALL or m.is_cuda else torch.split(m, SMALL, 1) for m in ms]
    found = _moments(list(chain.from_iterable(pieces)), home, with_extremes)
    if all(len(parts) == 1 for parts in pieces):
        return found
    of_piece = [
        row for (m, at), parts in zip(_places(ms), pieces) for row in len(parts) * list(range(at.start, at.stop))
    ]
    index, rows = torch.tensor(of_piece, device=home), sum(m.shape[0] for m in ms)
    whole = [found.new_zeros(LEAST, rows).index_add_(1, index, found[:LEAST])]
    if with_extremes:
        whole.append(torch.stack(extremes(found[LEAST], found[GREATEST], index, rows)))
    return torch.cat(whole)


def _moments(ms: Sequence[Tensor], home: torch.device, with_extremes: bool) -> Tensor:
    rows = [m.shape[0] for m in ms]
    means = [m.mean(1, True) for m in ms]
    spreads, filled = [], []
    for m, mean in zip(ms, means):
        apart = m - mean
        spreads.append(_norm(apart, torch.float64 if m.is_cuda else None))
        # Ones in the type of the elements: several times as fast on a CPU as truth values.
        exact = m.shape[1] <= 1 << 24
        filled.append(torch.ne(m, 0, out=apart).sum(1, True, dtype=None if exact else torch.float64))
    parts = [*means, *spreads, *filled]
    if with_extremes:
        parts += [m.amin(1, True) for m in ms]
        parts += [m.amax(1, True) for m in ms]
    table = joined(parts, home).view(-1, sum(rows))
    mean, spread = table[0], table[1]
    if home.type != "cpu":  # where asking means waiting, nobody asks
        bad = joined([(~torch.isfinite(m)).sum(1, True) for m in ms], home).view(-1)
    else:
        bad = torch.zeros_like(mean)
        _look_again(ms, means, spread, bad)
    sizes = [m.shape[1] for m, k in zip(ms, rows) for _ in range(k)]
    n = torch.tensor(sizes, dtype=torch.float64, device=home)
    # The very mean that was taken off: nothing cancels when it is added again.
    total = mean * n
    sums = [n, total, torch.addcmul(spread.square(), mean, total), n - table[2], bad]
    return torch.cat([torch.stack(sums), table[3:]]) if with_extremes else torch.stack(sums)


def _look_again(ms: Sequence[Tensor], means: Sequence[Tensor], spreads: Tensor, bad: Tensor) -> None:
    """At matrices whose norms single precision does not hold, or with elements that are not finite."""
    norms = spreads.tolist()
    for (m, rows), mean in zip(_places(ms), means):
        if m.shape[1] > 1 and not all(_LEAST < norm < _GREATEST for norm in norms[rows]):
            spreads[rows] = _norm(m - mean, torch.float64).view(-1)
        if not all(map(math.isfinite, norms[rows])):
            bad[rows] = (~torch.isfinite(m)).sum(1).to(bad)


def extremes(least: Tensor, greatest: Tensor, index: Tensor, rows: int) -> tuple[Tensor, Tensor]:
    """[…, rows]: the least and the greatest of the values […, k] of each row."""
    where = index.expand_as(least)
    low = least.new_full((*least.shape[:-1], rows), math.inf).scatter_reduce_(-1, where, least, "amin")
    high = least.new_full((*least.shape[:-1], rows), -math.inf).scatter_reduce_(-1, where, greatest, "amax")
    return low, high


def row_norms(ms: Sequence[Tensor], home: torch.device) -> Tensor:
    """
    The norm of each row of all the matrices. On a CPU single precision is several times as fast: there double precision
    is taken where the range of the other would not do.
    """
    wide = [m.is_cuda or m.dtype == torch.float64 for m in ms]
    found = joined([_norm(m, torch.float64 if w else None) for m, w in zip(ms, wide)], home).view(-1)
    if home.type != "cpu" or all(wide):
        return found
    norms = found.tolist()
    for m, rows in _places(ms):
        if not all(_LEAST < norm < _GREATEST for norm in norms[rows]):
            found[rows] = _norm(m, torch.float64).view(-1)
    return found


def squares(tensor: Tensor) -> Tensor:
    """Sum of squares of all elements."""
    return row_norms([single(tensor).reshape(1, -1)], tensor.device)[0].square()


def norms(tensors: Sequence[Tensor], home: torch.device) -> Tensor:
    """The norm of each tensor, on one device."""
    out = torch.empty(len(tensors), dtype=torch.float64, device=home)
    if tensors:
        stacks = Stacks(tensors)
        out[stacks.order] = row_norms(stacks.of(tensors), home)
    return out


def outside(m: Tensor, low: float, high: float) -> Tensor:
    """How many elements of each row are not between the two; those that are not finite are not."""
    inside = (m - (low + high) / 2 if low + high else m).abs().lt_((high - low) / 2)
    return m.shape[1] - inside.sum(1)


def histogram(m: Tensor, zeros: Tensor) -> Tensor:
    """[k, 64]: how many elements of each row lie between which powers of two, by the bits of their exponents."""
    k = m.shape[0]
    exponent = m.float().view(torch.int32) >> 23  # the ninth bit is the sign
    if k == 1:
        exponent = exponent.to(torch.uint8)  # without the sign, and a quarter as much to read
    else:
        exponent &= 255
        exponent += torch.arange(0, 256 * k, 256, dtype=torch.int32, device=m.device).unsqueeze(1)
    counts = torch.bincount(exponent.reshape(-1), minlength=256 * k).reshape(k, 256).double()
    counts[:, 0] -= zeros  # their exponent is that of the smallest numbers
    bins = (torch.arange(255, device=m.device) - 127 + OFFSET).clamp_(0, BINS - 1)  # 255: not finite
    out = torch.zeros(k, BINS, dtype=torch.float64, device=m.device)
    return out.index_add_(1, bins, counts[:, :255])


def joined(parts: Sequence[Tensor], home: torch.device) -> Tensor:
    """One tensor of doubles."""
    if any(part.device != home for part in parts):
        parts = [part.to(home) for part in parts]
    return torch.cat(tuple(parts)).double()


def _places(ms: Sequence[Tensor]) -> Iterator[tuple[Tensor, slice]]:
    """Each matrix, and where its rows stand among those of all."""
    at = 0
    for m in ms:
        yield m, slice(at, at + m.shape[0])
        at += m.shape[0]


def _norm(m: Tensor, dtype: torch.dtype | None) -> Tensor:
    """[k, 1]"""
    found: Tensor = torch.linalg.vector_norm(m, dim=1, keepdim=True, dtype=dtype)
    return found
