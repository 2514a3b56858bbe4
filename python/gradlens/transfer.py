"""One copy from a GPU to the CPU for all figures of a frame, without waiting for it."""

from __future__ import annotations

import torch
from torch import Tensor


class Transfer:
    """Tensors of one device on their way; `wait()` gives them as doubles on the CPU."""

    def __init__(self, parts: dict[str, Tensor]) -> None:
        self._parts = parts
        self._event: torch.cuda.Event | None = None
        if all(part.device.type == "cpu" for part in parts.values()):
            return
        flat = torch.cat([part.double().reshape(-1) for part in parts.values()])
        if flat.is_cuda:  # pinned memory: the training goes on meanwhile, and the next frame's end reads it
            there = torch.empty(flat.shape, dtype=flat.dtype, pin_memory=True)
            there.copy_(flat, non_blocking=True)
            self._event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._event.record()
        else:
            there = flat.cpu()
        pieces = torch.split(there, [part.numel() for part in parts.values()])
        self._parts = {name: piece.reshape(parts[name].shape) for name, piece in zip(parts, pieces)}

    @property
    def on_the_way(self) -> bool:
        return self._event is not None

    def wait(self) -> dict[str, Tensor]:
        if self._event is not None:
            self._event.synchronize()
        return {name: part.double() for name, part in self._parts.items()}
