"""Where torch is listened to while a watch is open: the backward pass, and GradScaler's unscaling. All is undone."""

from __future__ import annotations

import functools
from typing import Any, Protocol

import torch


class Listener(Protocol):
    def backward_begins(self, tensors: Any) -> None: ...
    def backward_ends(self) -> None: ...
    def unscaled(self, scaler: Any, optimizer: Any) -> None: ...


_listeners: list[Listener] = []
_undo: list[Any] = []


def listen(listener: Listener) -> None:
    _listeners.append(listener)
    if not _undo:
        _install()


def leave(listener: Listener) -> None:
    if listener in _listeners:
        _listeners.remove(listener)
    if not _listeners:
        while _undo:
            _undo.pop()()


def _install() -> None:
    backward, unscale = torch.autograd.backward, torch.amp.GradScaler.unscale_

    @functools.wraps(backward)
    def watched_backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        present = list(_listeners)
        for listener in present:
            listener.backward_begins(tensors)
        try:
            return backward(tensors, *args, **kwargs)
        finally:
            for listener in present:
                listener.backward_ends()

    @functools.wraps(unscale)
    def watched_unscale(scaler: Any, optimizer: Any) -> None:
        unscale(scaler, optimizer)
        for listener in list(_listeners):
            listener.unscaled(scaler, optimizer)

    torch.autograd.backward = watched_backward
    setattr(torch.amp.GradScaler, "unscale_", watched_unscale)  # noqa: B010
    _undo.append(lambda: setattr(torch.autograd, "backward", backward))
    _undo.append(lambda: setattr(torch.amp.GradScaler, "unscale_", unscale))
