"""What layers, optimizer and loss were made with, as far as numbers and words say it: enough to make them again."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from typing import Any, Union

from torch import Tensor, nn
from torch.optim import Optimizer

from gradlens.unwrap import layer_class

Argument = Union[bool, int, float, str, list[Any]]

# Arguments at most, and elements of one.
_MOST, _LONGEST = 32, 8
_WORD = re.compile(r"[a-z_]{1,20}")

# Where a layer keeps what is not an attribute of its own, by the name of the argument.
_ELSEWHERE: Mapping[type[nn.Module], Mapping[str, str]] = {
    nn.TransformerEncoderLayer: {
        "d_model": "self_attn.embed_dim",
        "nhead": "self_attn.num_heads",
        "dim_feedforward": "linear1.out_features",
        "dropout": "dropout.p",
        "layer_norm_eps": "norm1.eps",
        "batch_first": "self_attn.batch_first",
    },
}

# What the last operations of a loss are called in the graph. Cross entropy is the second with a LogSoftmax in front.
_LOSSES = {
    "MseLossBackward0": "MSELoss",
    "NllLossBackward0": "NLLLoss",
    "NllLoss2DBackward0": "NLLLoss",
    "BinaryCrossEntropyWithLogitsBackward0": "BCEWithLogitsLoss",
    "BinaryCrossEntropyBackward0": "BCELoss",
    "SmoothL1LossBackward0": "SmoothL1Loss",
    "HuberLossBackward0": "HuberLoss",
}
_AROUND = ("MulBackward0", "DivBackward0", "MeanBackward0")


def arguments_of(module: nn.Module) -> dict[str, Argument] | None:
    """
    Of a layer of torch those of its constructor's arguments that it keeps under their names and that are not the
    defaults; None of others.
    """
    layer = layer_class(module)
    if layer is None:
        return None
    found: dict[str, Argument] = {}
    for name, default in _constructor(layer).items():
        kept: Any = module
        for part in _ELSEWHERE.get(layer, {}).get(name, name).split("."):
            kept = getattr(kept, part, inspect.Parameter.empty)
        if name == "bias" and (kept is None or isinstance(kept, Tensor)):
            kept = kept is not None
        elif name == "activation" and callable(kept):
            kept = getattr(kept, "__name__", None)
        value, usual = _plain(kept), _plain(default)
        if value is None or value == usual or value == [usual] * (len(value) if isinstance(value, list) else 0):
            continue
        if len(found) < _MOST:
            found[name] = value
    return found


def _constructor(layer: type[nn.Module]) -> dict[str, object]:
    """The arguments of a layer's constructor, and of those that it gives the rest on to, with their defaults."""
    found: dict[str, object] = {}
    for cls in layer.__mro__:
        parameters = inspect.signature(cls).parameters.values()
        for parameter in parameters:
            found.setdefault(parameter.name, parameter.default)
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            break
    if issubclass(layer, nn.RNN):
        found["nonlinearity"] = "tanh"  # which it takes out of **kwargs
    return found


def optimizer_of(optimizer: Optimizer) -> dict[str, Argument]:
    """The class of an optimizer and its settings, those of the first group."""
    group = optimizer.param_groups[0] if optimizer.param_groups else {}
    settings = {name: _plain(group.get(name, value)) for name, value in list(optimizer.defaults.items())[:_MOST]}
    return {"type": type(optimizer).__name__, **{name: value for name, value in settings.items() if value is not None}}


def loss_of(root: Tensor) -> str | None:
    """The name of the module that makes such a loss; None where it is of some other kind, or several added up."""
    node = root.grad_fn
    for _ in range(4):
        if node is None or node.name() not in _AROUND:
            break
        inner = [to for to, _ in node.next_functions if to is not None]
        node = inner[0] if len(inner) == 1 else None
    name = _LOSSES.get(node.name()) if node is not None else None
    before = node.next_functions[0][0] if node is not None and name == "NLLLoss" else None
    return "CrossEntropyLoss" if before is not None and before.name() == "LogSoftmaxBackward0" else name


def _plain(value: object) -> Argument | None:
    """As JSON has it: a truth value, a finite number, a short word, or a few numbers."""
    if isinstance(value, bool) or (isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < 1 << 53):
        return value
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) else None
    if isinstance(value, Tensor) and value.numel() == 1:  # a learning rate, for torch.compile
        return _plain(value.item())
    if not isinstance(value, (tuple, list)) or not 0 < len(value) <= _LONGEST:
        return None
    parts = [_plain(part) for part in value]
    return None if any(part is None or isinstance(part, (str, list)) for part in parts) else parts
