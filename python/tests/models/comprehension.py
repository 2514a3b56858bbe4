"""Blocks from comprehensions, containers in containers, weights tied."""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn


class Attention(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(width, 2, batch_first=True)  # @ *.attend *.attend.out_proj

    def forward(self, x: Tensor) -> Tensor:
        return self.attend(x, x, x, need_weights=False)[0]


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))  # @ *.norms *.norms.*
        self.attention = Attention(width)  # @ *.attention
        self.mlp = nn.ModuleDict(  # @ *.mlp
            OrderedDict(
                up=nn.Linear(width, 4 * width),  # @ *.mlp.up
                act=nn.GELU(),  # @ *.mlp.act
                down=nn.Linear(4 * width, width),  # @ *.mlp.down
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norms[0](x))
        return x + self.mlp["down"](self.mlp["act"](self.mlp["up"](self.norms[1](x))))


class Language(nn.Module):
    def __init__(self, tokens: int, width: int, depth: int) -> None:
        super().__init__()
        self.body = nn.ModuleDict(  # @ body
            {
                "embed": nn.Embedding(tokens, width),  # @ body.embed
                "drop": nn.Dropout(0.1),  # @ body.drop
                "blocks": nn.ModuleList(  # @ body.blocks
                    [
                        Block(width)  # @ body.blocks.?
                        for _ in range(depth)
                    ]
                ),
            }
        )
        self.head = nn.Linear(width, tokens, bias=False)  # @ head
        self.head.weight = self.body["embed"].weight

    def forward(self, x: Tensor) -> Tensor:
        h = self.body["drop"](self.body["embed"](x))
        for block in self.body["blocks"]:
            h = block(h)
        return self.head(h)


def build() -> nn.Module:
    return Language(20, 8, 3)
