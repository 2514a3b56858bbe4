"""Finds what a program trains: the models that hold what its optimizers change."""

from __future__ import annotations

import functools
import sys
from typing import Any

from torch import nn
from torch.optim import Optimizer

from gradlens.construction import live_modules
from gradlens.unwrap import unwrap
from gradlens.watch import Watch, open_watches


def watch_what_trains(**options: Any) -> None:
    """From now on the models of every optimizer that is made are watched."""
    construct = Optimizer.__init__

    @functools.wraps(construct)
    def __init__(self: Optimizer, *args: Any, **kwargs: Any) -> None:
        construct(self, *args, **kwargs)
        try:
            for model in models_of(self):
                if not any(watch.root is model for watch in open_watches):
                    Watch(model, **options)
        except Exception as error:
            print(f"gradlens: cannot watch: {type(error).__name__}: {error}", file=sys.stderr)

    Optimizer.__init__ = __init__  # type: ignore[method-assign]


def models_of(optimizer: Optimizer) -> list[nn.Module]:
    """The outermost models, of those that are there, with a parameter that the optimizer changes."""
    changed = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    modules = {id(module): module for module in map(unwrap, live_modules())}
    inner = {id(child) for module in modules.values() for child in module.children()}
    return [
        module
        for key, module in modules.items()
        if key not in inner and any(id(parameter) in changed for parameter in module.parameters())
    ]
