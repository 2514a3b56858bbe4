"""A small ResNet: factory functions, activations in place, a shortcut that is added in place."""

import torch
from torch import nn
from torch.nn import functional as F


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                nn.BatchNorm2d(outputs),
            )

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.shortcut(x)
        return self.relu(y)


class Net(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.stem = nn.Sequential(conv3x3(1, 8), nn.ReLU(inplace=True))
        self.layer1 = self._layer(8, 8, 1)
        self.layer2 = self._layer(8, 16, 2)
        self.fc = nn.Linear(16, classes)

    def _layer(self, inputs, outputs, stride):
        blocks = [Block(inputs, outputs, stride)]
        blocks.append(Block(outputs, outputs))
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = self.layer2(self.layer1(self.stem(x)))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def main():
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    targets = torch.randint(0, 4, (128,))
    images = torch.randn(128, 1, 12, 12) + targets[:, None, None, None]
    for _ in range(15):
        for batch in torch.randperm(128).split(32):
            optimizer.zero_grad()
            F.cross_entropy(model(images[batch]), targets[batch]).backward()
            optimizer.step()


if __name__ == "__main__":
    main()
