"""The gradient of the model's input: a product that training does not need, so it is asked for on some frames alone."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gradlens.unwrap import is_layer_of_torch


def can_open(module: nn.Module) -> bool:
    """
    Whether no code but that of torch's layers, and of what is derived from them, sees that the input of a module has a
    gradient: others might not expect that. And whether no layer is trained less than it.
    """
    if not isinstance(module, nn.Sequential) and not is_layer_of_torch(module):
        return False
    return all(parameter.requires_grad for parameter in module.parameters())


def opened(args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The arguments, the first of which now has a gradient; None where it has one, or can have none."""
    x = args[0] if args else None
    if type(x) is not Tensor or not x.is_floating_point() or x.requires_grad or x.is_inference():
        return None
    return (_Open.apply(torch.zeros((), requires_grad=True), x), *args[1:])  # type: ignore[no-untyped-call]


class _Open(torch.autograd.Function):
    """The same numbers in the same memory: whoever writes to the result writes to the input, as ever."""

    @staticmethod
    def forward(_: Any, key: Tensor, x: Tensor) -> Tensor:
        return torch.empty(0, dtype=x.dtype, device=x.device).set_(
            x.untyped_storage(), x.storage_offset(), x.shape, x.stride()
        )

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> tuple[None, None]:
        return None, None
