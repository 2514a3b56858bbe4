"""What each process of test_distributed.py runs: `torchrun distributed.py KIND FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from support import data
from torch import Tensor, nn

import gradlens


class Net(nn.Module):
    """With what several processes must agree about: units that die, sequences, samples' spread, blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Linear(8, 24)
        self.relu = nn.ReLU()
        self.rnn = nn.GRU(6, 5, batch_first=True)
        self.tanh = nn.Tanh()
        self.out = nn.Linear(5, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.relu(self.start(x) - 1.5)
        return self.out(self.tanh(self.rnn(h.unflatten(1, (4, 6)))[0][:, -1]))


def steps(net: nn.Module, watch: gradlens.Watch, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    with watch:
        for _ in range(3):
            optimizer.zero_grad()
            F.mse_loss(net(x), y).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.05)
            optimizer.step()


def part() -> tuple[Tensor, Tensor]:
    x, y = data()
    return x.chunk(dist.get_world_size())[dist.get_rank()], y.chunk(dist.get_world_size())[dist.get_rank()]


def ddp(folder: Path, reduce: str) -> None:
    net = nn.parallel.DistributedDataParallel(Net())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = gradlens.watch(net, optimizer, every=1, hist_every=1, path=folder / "run", reduce=reduce)
    steps(net, watch, optimizer, *part())


def lengths(folder: Path) -> None:
    """Each process has sequences of another length."""
    net = nn.parallel.DistributedDataParallel(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1)))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = gradlens.watch(net, optimizer, every=1, hist_every=1, path=folder / "run", reduce="all")
    length = 3 + dist.get_rank()
    steps(net, watch, optimizer, torch.randn(4, length, 4), torch.randn(4, length, 1))


def failing(folder: Path) -> None:
    """The watcher of the second process fails in the second step; all train on."""
    os.environ.pop("GRADLENS_DEBUG", None)
    net = nn.parallel.DistributedDataParallel(Net())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = gradlens.watch(net, optimizer, every=1, path=folder / "run", reduce="all")
    if dist.get_rank() == 1:
        add, seen = watch.course.activations.add, []

        def fail(calls: list[object]) -> None:
            seen.append(calls)
            if len(seen) == 2:
                raise ZeroDivisionError("on purpose")
            add(calls)  # type: ignore[arg-type]

        watch.course.activations.add = fail  # type: ignore[assignment, method-assign]
    steps(net, watch, optimizer, *part())
    (folder / f"trained {dist.get_rank()}").touch()


def paced(folder: Path) -> None:
    """Each process has another pace; the first one's counts."""
    net = nn.parallel.DistributedDataParallel(Net())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    every = 2 + dist.get_rank()
    watch = gradlens.watch(net, optimizer, every=every, path=folder / "run", reduce="all")
    with watch:
        for _ in range(7):
            optimizer.zero_grad()
            F.mse_loss(net(part()[0]), part()[1]).backward()
            optimizer.step()


def fsdp(folder: Path) -> None:
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    net = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))
    for layer in (net[0], net[2]):
        fully_shard(layer, mesh=mesh)
    fully_shard(net, mesh=mesh)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = gradlens.watch(net, optimizer, every=1, hist_every=1, path=folder / "run", reduce="all")
    steps(net, watch, optimizer, *part())


KINDS = {
    "rank0": lambda folder: ddp(folder, "rank0"),
    "all": lambda folder: ddp(folder, "all"),
    "lengths": lengths,
    "failing": failing,
    "paced": paced,
    "fsdp": fsdp,
}

if __name__ == "__main__":
    os.environ["GRADLENS_DEBUG"] = "1"
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    torch.manual_seed(0)
    KINDS[sys.argv[1]](Path(sys.argv[2]))
    dist.barrier()
    os._exit(0)  # gloo aborts now and then when its threads are ended, with nothing but PyTorch in the process too
