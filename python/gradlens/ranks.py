"""
What the processes of a distributed training tell each other.

Whoever takes part in a sum that others wait for must not be missing: so before any, each says how its watcher is, and
all go on or none does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

import torch
import torch.distributed as dist
from torch import Tensor

Reduce = Literal["rank0", "all"]

# How a watcher is at a step that is watched.
FAILED, NOTHING, WELL = 0, 1, 2


class Ranks:
    def __init__(self, reduce: Reduce, sharded: bool) -> None:
        running = dist.is_available() and dist.is_initialized()
        self.world = dist.get_world_size() if running else int(os.environ.get("WORLD_SIZE", 1))
        self.rank = dist.get_rank() if running else int(os.environ.get("RANK", 0))
        self.reduce = reduce if self.world > 1 else None
        # Shards of FSDP2 tell nothing by themselves: then gradients are summed in any case.
        self.sharded = sharded and self.world > 1
        self.together = self.world > 1 and (reduce == "all" or sharded)

    @property
    def writes(self) -> bool:
        return self.rank == 0

    @property
    def takes_part(self) -> bool:
        """Whether figures of this process are asked for."""
        return self.writes or self.together

    def agree(self, health: int, layout: int, following: int, home: torch.device) -> tuple[int, bool, int]:
        """The least healthy of all, whether all have figures of one layout, and the next step that rank 0 watches."""
        mine = following if self.rank == 0 else 1 << 52
        said = torch.tensor([health, layout, -layout, mine], dtype=torch.float64, device=home)
        dist.all_reduce(said, dist.ReduceOp.MIN)
        worst, least, greatest, wanted = said.tolist()
        return int(worst), least == -greatest, int(wanted)

    @staticmethod
    def sum(tensors: Sequence[Tensor]) -> None:
        _together(tensors, dist.ReduceOp.SUM)

    @staticmethod
    def most(tensors: Sequence[Tensor]) -> None:
        _together(tensors, dist.ReduceOp.MAX)


def _together(tensors: Sequence[Tensor], how: dist.ReduceOp.RedOpType) -> None:
    """Reduces tensors of one type over all processes, in place and at once."""
    if not tensors:
        return
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    dist.all_reduce(flat, how)
    for tensor, part in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors])):
        tensor.copy_(part.reshape(tensor.shape))
