"""Sorts points of two spirals: 30 lines, with nothing of GradLens in them."""

import math

import torch
from torch import nn


class Spiral(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.inputs = nn.Linear(2, width)
        self.hidden = nn.ModuleList([nn.Linear(width, width) for _ in range(3)])
        self.act = nn.Tanh()
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        x = self.act(self.inputs(x))
        for layer in self.hidden:
            x = self.act(layer(x))
        return self.out(x)


torch.manual_seed(0)
t = torch.rand(256) * 3 * math.pi
side = torch.randint(0, 2, (256,))
x = torch.stack([t * torch.cos(t + math.pi * side), t * torch.sin(t + math.pi * side)], 1) / 10
model = Spiral()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
loss_function = nn.BCEWithLogitsLoss()
for step in range(120):
    batch = torch.randint(0, 256, (64,))
    optimizer.zero_grad()
    loss_function(model(x[batch]).squeeze(1), side[batch].float()).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
