"""Adds two numbers of a sequence that are marked: an LSTM, by a call of gradlens.watch()."""

import torch
from torch import nn

import gradlens


class Adding(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.lstm = nn.LSTM(2, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        states, _ = self.lstm(x)
        return self.head(states[:, -1])


torch.manual_seed(0)
model = Adding()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
with gradlens.watch(model, optimizer, every=4, hist_every=2) as watch:
    for step in range(80):
        values, marks = torch.rand(32, 30), torch.zeros(32, 30)
        marks.scatter_(1, torch.stack([torch.randint(0, 15, (32,)), torch.randint(15, 30, (32,))], 1), 1.0)
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(torch.stack([values, marks], 2)).squeeze(1), (values * marks).sum(1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        watch.log(val_loss=loss.item())
        optimizer.step()
