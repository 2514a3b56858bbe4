"""A Sequential from a list that a function outside of the class makes, as a configuration has it."""

from __future__ import annotations

from torch import Tensor, nn

NARROW = [4, "pool", 8, 8, "pool"]


def features(sizes: list[int | str], normalize: bool) -> nn.Sequential:
    layers: list[nn.Module] = []
    inputs = 3
    for size in sizes:
        if size == "pool":
            layers += [nn.MaxPool2d(2, 2)]  # @ features.3 features.10
        else:
            conv = nn.Conv2d(inputs, int(size), 3, padding=1)  # @ features.0 features.4 features.7
            if normalize:
                layers += [
                    conv,
                    nn.BatchNorm2d(int(size)),  # @ features.1 features.5 features.8
                    nn.ReLU(inplace=True),  # @ features.2 features.6 features.9
                ]
            else:
                layers += [conv, nn.ReLU(inplace=True)]
            inputs = int(size)
    return nn.Sequential(*layers)  # @ features


class Net(nn.Module):
    def __init__(self, features: nn.Module, classes: int = 10) -> None:
        super().__init__()
        self.features = features
        self.classifier = nn.Sequential(  # @ classifier
            nn.Flatten(),  # @ classifier.0
            nn.Linear(8 * 16, 32),  # @ classifier.1
            nn.ReLU(True),  # @ classifier.2
            nn.Linear(  # @ classifier.3
                32,
                classes,
            ),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x))


def build() -> nn.Module:
    return Net(features(NARROW, normalize=True))
