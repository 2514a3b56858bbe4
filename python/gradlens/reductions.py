"""Sums over tensors: those of one shape together, in double precision where single precision would lose them."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import torch
from torch import Tensor

T = TypeVar("T")

# Tensors up to this many elements are reduced together with others of their shape.
SMALL = 1 << 16
BINS, OFFSET = 64, 48
# Columns of moments().
N, SUM, SQUARES, ZEROS, BAD = range(5)

_HALF = (torch.float16, torch.bfloat16)


def groups(
    items: Iterable[tuple[T, Tensor]], kind: Callable[[T], Hashable] = lambda _: None
) -> list[list[tuple[T, Tensor]]]:
    """What can be stacked: small tensors of one shape, type, device and kind; large ones are alone."""
    found: dict[Hashable, list[tuple[T, Tensor]]] = {}
    for key, tensor in items:
        alone = tensor.numel() > SMALL
        like = id(tensor) if alone else (tensor.shape, tensor.dtype, tensor.device, kind(key))
        found.setdefault(like, []).append((key, tensor))
    return list(found.values())


def stacked(tensors: Sequence[Tensor]) -> Tensor:
    """[k, n]: a row for each tensor."""
    whole = torch.stack(list(tensors)) if len(tensors) > 1 else tensors[0].unsqueeze(0)
    return single(whole.reshape(len(tensors), -1))


def single(tensor: Tensor) -> Tensor:
    """In single precision at least."""
    return tensor.float() if tensor.dtype in _HALF else tensor


def moments(ms: Sequence[Tensor], home: torch.device) -> tuple[Tensor, list[bool]]:
    """
    By row of all the matrices: how many elements there are, their sum and that of squares, how many are 0 and not
    finite; and of each matrix whether all are finite, so far as that is known without waiting.
    """
    means = [m.mean(1) for m in ms]
    centred = row_norms([m - mean.unsqueeze(1) for m, mean in zip(ms, means)], home)
    finite = _finite(centred, ms)
    sizes = [m.shape[1] for m in ms for _ in range(m.shape[0])]
    n = torch.tensor(sizes, dtype=torch.float64, device=home)
    mean = _joined(means, home)
    filled = _joined([_filled(m, known) for m, known in zip(ms, finite)], home)
    bad = torch.zeros_like(n)
    if not all(finite):
        bad = _joined([m.new_zeros(len(m)) if ok else (~torch.isfinite(m)).sum(1) for m, ok in zip(ms, finite)], home)
    # The very mean that was taken off: nothing cancels when it is added again.
    return torch.stack([n, mean * n, centred.square() + mean.square() * n, n - filled, bad], 1), finite


def row_norms(ms: Sequence[Tensor], home: torch.device) -> Tensor:
    """
    The norm of each row of all the matrices. On a CPU single precision is several times as fast: there double precision
    is taken where the range of the other would not do.
    """
    wide = [m.is_cuda or m.dtype == torch.float64 for m in ms]
    found = _joined([_norm(m, torch.float64 if w else None) for m, w in zip(ms, wide)], home)
    if home.type != "cpu" or all(wide):
        return found
    at = 0
    for m, norms in zip(ms, torch.split(found, [len(m) for m in ms])):
        if m.shape[1] > 0 and not all(1e-15 < norm < 1e15 for norm in norms.tolist()):
            found[at : at + len(m)] = _norm(m, torch.float64)
        at += len(m)
    return found


def squares(tensor: Tensor) -> Tensor:
    """Sum of squares of all elements."""
    return row_norms([single(tensor).reshape(1, -1)], tensor.device)[0].square()


def norms(tensors: Sequence[Tensor], home: torch.device) -> Tensor:
    """The norm of each tensor, on one device."""
    together = groups(enumerate(tensors))
    out = torch.empty(len(tensors), dtype=torch.float64, device=home)
    if together:
        order = [i for group in together for i, _ in group]
        out[order] = row_norms([stacked([tensor for _, tensor in group]) for group in together], home)
    return out


def outside(m: Tensor, low: float, high: float, finite: bool) -> Tensor:
    """How many elements of each row are not between the two."""
    if not finite:
        return m.shape[1] - torch.logical_and(m > low, m < high).sum(1)
    # The sign of the distance to the middle: several times as fast on a CPU as comparing.
    middle, half = (low + high) / 2, (high - low) / 2
    return m.shape[1] + (m - middle).abs_().sub_(half).sign_().clamp_(max=0).sum(1)


def histogram(m: Tensor, zeros: Tensor) -> Tensor:
    """[k, 64]: how many elements of each row lie between which powers of two, by the bits of their exponents."""
    k = m.shape[0]
    exponent = (m.float().view(torch.int32) >> 23) & 255
    exponent += torch.arange(0, 256 * k, 256, dtype=torch.int32, device=m.device).unsqueeze(1)
    counts = torch.bincount(exponent.reshape(-1), minlength=256 * k).reshape(k, 256).double()
    counts[:, 0] -= zeros  # their exponent is that of the smallest numbers
    bins = (torch.arange(255, device=m.device) - 127 + OFFSET).clamp_(0, BINS - 1)  # 255: not finite
    out = torch.zeros(k, BINS, dtype=torch.float64, device=m.device)
    return out.index_add_(1, bins, counts[:, :255])


def _norm(m: Tensor, dtype: torch.dtype | None) -> Tensor:
    found: Tensor = torch.linalg.vector_norm(m, dim=1, dtype=dtype)
    return found


def _joined(parts: Sequence[Tensor], home: torch.device) -> Tensor:
    """One vector of doubles."""
    return torch.cat([part.to(home, torch.float64) for part in parts])


def _filled(m: Tensor, finite: bool) -> Tensor:
    """How many elements of each row are not 0. NaN has the sign 0; ones add up exactly as far as 2²⁴."""
    if finite and m.shape[1] <= 1 << 24:
        return m.sign().abs_().sum(1)
    return torch.count_nonzero(m, dim=1)


def _finite(norms: Tensor, ms: Sequence[Tensor]) -> list[bool]:
    """Whether all of a matrix is finite, as the norms of its rows tell; where asking means waiting, nobody asks."""
    if norms.device.type != "cpu":
        return [False] * len(ms)
    return [all(map(math.isfinite, part.tolist())) for part in torch.split(norms, [len(m) for m in ms])]
