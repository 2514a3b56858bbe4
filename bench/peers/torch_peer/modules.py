"""Modules that compute what those of the exported program do, faster, with parameters of the same names."""

import torch
import torch.nn.functional as F
from torch import nn


def replaced(module, kind, other):
    """The module with other(m) in place of each m of a kind."""
    for name, child in module.named_children():
        setattr(module, name, other(child) if isinstance(child, kind) else replaced(child, kind, other))
    return module


class FastAttention(nn.Module):
    """Causal self-attention by PyTorch's fused kernel, which nn.MultiheadAttention with a mask does not take."""

    def __init__(self, attention):
        super().__init__()
        self.heads = attention.num_heads
        self.in_proj_weight, self.in_proj_bias = attention.in_proj_weight, attention.in_proj_bias
        self.in_proj = None  # the same as a module, for hooks
        self.out_proj = nn.Linear(attention.embed_dim, attention.embed_dim)
        self.out_proj.weight, self.out_proj.bias = attention.out_proj.weight, attention.out_proj.bias

    def forward(self, x):
        batch, time, width = x.shape
        qkv = self.in_proj(x) if self.in_proj else F.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = qkv.view(batch, time, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.transpose(1, 2).reshape(batch, time, width))

    def open(self):
        """Makes both projections modules, whose outputs hooks see."""
        width = self.in_proj_weight.shape[1]
        self.in_proj = nn.Linear(width, 3 * width)
        self.in_proj.weight, self.in_proj.bias = self.in_proj_weight, self.in_proj_bias


def give_sequence(recurrent):
    """Lets a module that gives its last output compute that from all of them, which hooks that are there before this then see."""
    if recurrent.output == "last":
        recurrent.output = "sequence"
        recurrent.register_forward_hook(lambda _module, _inputs, sequence: sequence[:, -1])


class Unrolled(nn.Module):
    """An RNN or LSTM that gives its last output, written out step by step: nn.RNN and nn.LSTM cannot be compiled."""

    def __init__(self, recurrent):
        super().__init__()
        self.cell = lstm_cell if isinstance(recurrent, nn.LSTM) else tanh_cell
        for name, p in recurrent.named_parameters():
            setattr(self, name, p)

    def forward(self, x):
        entering = F.linear(x, self.weight_ih_l0, self.bias_ih_l0 + self.bias_hh_l0)
        h = c = None
        for z in entering.unbind(1):
            h, c = self.cell(z if h is None else z + h @ self.weight_hh_l0.T, c)
        return h


def tanh_cell(z, _c):
    return torch.tanh(z), None


def lstm_cell(z, c):
    i, f, g, o = z.chunk(4, 1)
    new = torch.sigmoid(i) * torch.tanh(g)
    c = new if c is None else torch.sigmoid(f) * c + new
    return torch.sigmoid(o) * torch.tanh(c), c
