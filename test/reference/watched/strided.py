"""Layers that were made with what their shapes do not tell, in the order in which they run."""

import torch
from torch import nn
from torch.nn import functional as F


def build():
    return nn.Sequential(
        nn.Conv2d(1, 8, 4, stride=2, padding=2, bias=False),
        nn.BatchNorm2d(8, eps=1e-3, momentum=0.2),
        nn.LeakyReLU(0.2),
        nn.MaxPool2d(3, stride=1, padding=1),
        nn.Conv2d(8, 8, 3, padding="same", dilation=2, groups=8),
        nn.ELU(0.5),
        nn.AdaptiveAvgPool2d((2, 3)),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(48, 4),
    )


def main():
    torch.manual_seed(0)
    model = build()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.8, 0.99))
    images, targets = torch.randn(32, 1, 12, 12), torch.randint(0, 4, (32,))
    for _ in range(16):
        optimizer.zero_grad()
        F.cross_entropy(model(images), targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()


if __name__ == "__main__":
    main()
