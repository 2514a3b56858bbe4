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
    for cls in type(module).__mro__:
        if cls.__module__.startswith("torch.nn.modules") and cls is not nn.Module and cls not in _CONTAINERS:
            return cls.__name__
    return class_of(module)


def class_of(module: nn.Module) -> str:
    """The class that the user wrote: fully_shard() puts one of its own in front."""
    cls = type(module)
    sharded = cls.__module__.startswith("torch.distributed.fsdp") or cls.__name__.startswith("FSDP")
    return (
        cls.__mro__[2].__name__
        if sharded and len(cls.__mro__) > 2 and cls.__mro__[1].__name__ == "FSDPModule"
        else cls.__name__
    )
