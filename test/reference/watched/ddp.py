"""Two processes, each with half of every batch."""

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class Regression(nn.Sequential):
    def __init__(self, width):
        super().__init__(
            nn.Linear(8, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, 1),
        )


dist.init_process_group("gloo")
torch.manual_seed(0)
model = DistributedDataParallel(Regression(24))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
weights = torch.randn(8, 1)
for step in range(40):
    whole = torch.randn(64, 8)
    x = whole.chunk(dist.get_world_size())[dist.get_rank()]
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), torch.sin(x @ weights)).backward()
    optimizer.step()
dist.barrier()
dist.destroy_process_group()
