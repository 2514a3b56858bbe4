"""One copy from the device to the CPU for all figures of a frame, without waiting for it."""

from __future__ import annotations

import torch
from torch import Tensor


class Transfer:
    """Tensors of one device on their way; `wait()` gives them as doubles on the CPU."""

    def __init__(self, parts: dict[str, Tensor]) -> None:
        self._shapes = {name: part.shape for name, part in parts.items()}
        flat = torch.cat([part.double().reshape(-1) for part in parts.values()])
        self._event: torch.cuda.Event | None = None
        if flat.is_cuda:  # pinned memory: the training goes on meanwhile, and the next frame's end reads it
            self._flat = torch.empty(flat.shape, dtype=flat.dtype, pin_memory=True)
            self._flat.copy_(flat, non_blocking=True)
            self._event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._event.record()
        else:
            self._flat = flat.cpu()

    @property
    def on_the_way(self) -> bool:
        return self._event is not None

    def wait(self) -> dict[str, Tensor]:
        if self._event is not None:
            self._event.synchronize()
        sizes = [shape.numel() for shape in self._shapes.values()]
        parts = zip(self._shapes.items(), torch.split(self._flat, sizes))
        return {name: part.reshape(shape) for (name, shape), part in parts}
