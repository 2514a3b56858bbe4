"""What is wrapped around a model by DDP, DataParallel, torch.compile and FSDP, and the model inside."""

from __future__ import annotations

from torch import nn

_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)


def unwrap(model: nn.Module) -> nn.Module:
    """The model that the user wrote."""
    while True:
        if isinstance(model, (nn.parallel.DistributedDataParallel, nn.DataParallel)):
            model = model.module
        elif isinstance(inner := getattr(model, "_orig_mod", None), nn.Module):
            model = inner
        else:
            return model


def is_compiled(model: nn.Module) -> bool:
    """Whether torch.compile() or model.compile() was called on a model, or on a part of it."""
    wrapped = getattr(model, "_orig_mod", None) is not None
    inner = unwrap(model)
    return wrapped or any(
        getattr(module, "_compiled_call_impl", None) is not None or getattr(module, "_orig_mod", None) is not None
        for module in inner.modules()
    )


def kind_of(module: nn.Module) -> str:
    """The layer of torch that a module is a kind of, or the user's name for it."""
    layer = layer_class(module)
    return class_of(module) if layer is None else layer.__name__


def is_layer_of_torch(module: nn.Module) -> bool:
    """Whether a module is a layer of torch, or derived from one."""
    return layer_class(module) is not None


def layer_class(module: nn.Module) -> type[nn.Module] | None:
    """The layer of torch that a module is a kind of."""
    others = (nn.Module, *_CONTAINERS)
    found = (cls for cls in type(module).__mro__ if cls.__module__.startswith("torch.nn.modules") and cls not in others)
    return next(found, None)


def class_of(module: nn.Module) -> str:
    """The name of the class that the user wrote."""
    return own_class(module).__name__


def own_class(module: nn.Module) -> type:
    """The class of a module: fully_shard() puts one of its own in front of it."""
    cls, *bases = type(module).__mro__
    return bases[1] if len(bases) > 1 and bases[0].__name__ == "FSDPModule" else cls


def is_of_torch(module: nn.Module) -> bool:
    """Whether torch wrote what a module does."""
    return own_class(module).__module__.startswith("torch.nn.modules")
