"""
dL/dh_t of recurrent layers, whose kernels have no place to look at: the recurrence is made again, step by step, with
the input that the layer had and the gradient that its output got.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

# One step: (input, state, weights) to the next state, the first of which is h.
Cell = Callable[[Tensor, "tuple[Tensor, ...]", "list[Any]"], "tuple[Tensor, ...]"]
_WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


class Recurrence(NamedTuple):
    module: nn.RNNBase
    input: Tensor
    delta: Tensor
    entry: Tensor | None

    def deltas(self) -> Tensor | None:
        """
        The norm of everything that arrives at h_t, for every t, of the last layer's forward direction. None where the
        gradient of the input that follows is not the one that was seen: the module did something else (truncated it,
        was given a state).
        """
        module, entry = self.module, self.entry
        if not _can_be_made_again(module, self.input):
            return None
        with torch.enable_grad(), torch.autocast(self.input.device.type, enabled=False):
            x = self.input.float().requires_grad_()
            outputs, states = _unrolled(module, x.transpose(0, 1) if module.batch_first else x)
            *at_states, at_x = torch.autograd.grad(outputs, [*states, x], self._gradient(outputs), allow_unused=True)
        if entry is not None and at_x is not None and not _agree(at_x, entry, 1 if module.batch_first else 0):
            return None
        zero = torch.zeros((), dtype=torch.float64, device=x.device)
        norm = torch.linalg.vector_norm
        return torch.stack([zero if g is None else norm(g, dtype=torch.float64) for g in at_states])

    def _gradient(self, outputs: Tensor) -> Tensor:
        """That of all outputs, [T, B, F]; a module may give its last step alone."""
        delta = self.delta.float()
        if delta.dim() == 3:
            return delta.transpose(0, 1) if self.module.batch_first else delta
        whole = torch.zeros_like(outputs)
        whole[-1] = delta
        return whole


def _can_be_made_again(module: nn.RNNBase, x: Tensor) -> bool:
    known = isinstance(module, (nn.RNN, nn.LSTM, nn.GRU)) and x.dim() == 3
    return known and not module.proj_size and not (module.dropout and module.num_layers > 1)


def _agree(a: Tensor, b: Tensor, time: int) -> bool:
    others = tuple(i for i in range(3) if i != time)
    a, b = (torch.linalg.vector_norm(t.float(), dim=others, dtype=torch.float64) for t in (a, b))
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-2, atol=0)


def _cell(module: nn.RNNBase) -> Cell:
    if isinstance(module, nn.LSTM):
        return lambda x, state, w: tuple(torch._VF.lstm_cell(x, state, *w))
    if isinstance(module, nn.GRU):
        return lambda x, state, w: (torch._VF.gru_cell(x, state[0], *w),)
    step = torch._VF.rnn_tanh_cell if module.nonlinearity == "tanh" else torch._VF.rnn_relu_cell
    return lambda x, state, w: (step(x, state[0], *w),)


def _unrolled(module: nn.RNNBase, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Outputs [T, B, F], and h_t of the last layer's forward direction."""
    cell, parts = _cell(module), 2 if isinstance(module, nn.LSTM) else 1
    states: list[Tensor] = []
    for layer in range(module.num_layers):
        directions = []
        for backwards in range(2 if module.bidirectional else 1):
            suffix = f"l{layer}" + ("_reverse" if backwards else "")
            weights = [_weight(module, f"{name}_{suffix}") for name in _WEIGHTS]
            state = tuple(x.new_zeros(x.shape[1], module.hidden_size) for _ in range(parts))
            hs = []
            for t in reversed(range(len(x))) if backwards else range(len(x)):
                state = cell(x[t], state, weights)
                hs.append(state[0])
            if backwards:
                hs.reverse()
            elif layer == module.num_layers - 1:
                states = hs
            directions.append(torch.stack(hs))
        x = torch.cat(directions, -1)
    return x, states


def _weight(module: nn.RNNBase, name: str) -> Tensor | None:
    weight = getattr(module, name, None)
    return weight.detach().float() if isinstance(weight, Tensor) else None
