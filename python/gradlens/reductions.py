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
        found.setdefault(id(tensor) if alone else (tensor.shape, tensor.dtype, tensor.device, kind(key)), []).append(
            (key, tensor)
        )
    return list(found.values())


def stacked(tensors: Sequence[Tensor]) -> Tensor:
    """[k, n]: a row for each tensor."""
    whole = torch.stack(list(tensors)) if len(tensors) > 1 else tensors[0].unsqueeze(0)
    return single(whole.reshape(len(tensors), -1))


def single(tensor: Tensor) -> Tensor:
    """In single precision at least."""
    return tensor.float() if tensor.dtype in _HALF else tensor


def moments(m: Tensor) -> Tensor:
    """[k, 5]: by row of m how many elements there are, their sum and that of squares, how many are 0 and not finite."""
    k, n = m.shape
    out = torch.empty(k, 5, dtype=torch.float64, device=m.device)
    sums = m.sum(1)
    mean = sums / n
    centred = squares(m - mean.unsqueeze(1))
    wide = mean.double()
    out[:, N] = n
    out[:, SUM] = wide * n  # the very mean that was taken off: nothing cancels when it is added again
    out[:, SQUARES] = centred + wide.square() * n
    finite = _known_finite(out[:, SQUARES])
    out[:, ZEROS] = n - (m.sign().abs_().sum(1) if finite and n <= 1 << 24 else torch.count_nonzero(m, dim=1))
    out[:, BAD] = 0 if finite else (~torch.isfinite(m)).sum(1)
    return out


def outside(m: Tensor, low: float, high: float) -> Tensor:
    """How many elements of each row are not between the two."""
    if m.is_cuda or not _known_finite(m.sum(1)):
        return m.shape[1] - torch.logical_and(m > low, m < high).sum(1)
    # The sign of the distance to the middle: several times as fast on a CPU as comparing.
    middle, half = (low + high) / 2, (high - low) / 2
    return m.shape[1] + (m - middle).abs_().sub_(half).sign_().clamp_(max=0).sum(1)


def squares(m: Tensor) -> Tensor:
    """Sum of squares of each row, where those of single precision would vanish or overflow too."""
    return _widened([m], lambda dtype: torch.linalg.vector_norm(m, dim=1, dtype=dtype)).square()


def norms(tensors: Sequence[Tensor], home: torch.device) -> Tensor:
    """The norm of each tensor, on one device."""
    if not tensors:
        return torch.empty(0, dtype=torch.float64, device=home)
    tensors = [single(tensor) for tensor in tensors]
    return _widened(
        tensors,
        lambda dtype: torch.stack([n.to(home) for n in torch._foreach_norm(tensors, 2, dtype)]),
    )


def _widened(tensors: Sequence[Tensor], norm: Callable[[torch.dtype | None], Tensor]) -> Tensor:
    """A norm in double precision: on a CPU only where single precision has not enough of a range."""
    if any(tensor.is_cuda or tensor.dtype == torch.float64 for tensor in tensors):
        return norm(torch.float64)
    found = norm(None).double()
    if found.numel() == 0:
        return found
    least, most = map(float, torch.aminmax(found))
    return found if least > 1e-15 and most < 1e15 else norm(torch.float64).double()


def _known_finite(sums: Tensor) -> bool:
    """A finite sum of squares says that no element is NaN or infinite; where asking means waiting, nobody asks."""
    return not sums.is_cuda and math.isfinite(float(sums.sum()))


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
