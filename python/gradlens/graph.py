"""
What the gradient is at a module, read where it passes: at the nodes of the graph that the module has made.

Nothing is put into the graph, so that gradients are added up in the very order in which they are without a watcher.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.autograd.graph import GradientEdge, Node, get_gradient_edge

# What a node is called with: the gradients that it gives, and those that it got.
Gradients = Sequence[Any]
# (node, which of its outputs)
Way = tuple[Node, int]


def edge_of(tensor: Tensor) -> GradientEdge | None:
    """Where the gradient of a tensor arrives; None where it has none."""
    return get_gradient_edge(tensor) if tensor.requires_grad else None


def ways_into(y: Node, x: GradientEdge) -> list[Way]:
    """All ways by which a gradient leaves what lies between x and y towards x."""
    # Nodes are numbered as they are made, by each thread: those older than x's do not lead to x.
    oldest = x.node._sequence_nr()
    if y._sequence_nr() < oldest:
        oldest = 0
    found: list[Way] = []
    seen, left = {y}, [y]
    while left:
        node = left.pop()
        for i, (to, output) in enumerate(node.next_functions):
            if to is x.node:
                if output == x.output_nr:
                    found.append((node, i))
            elif to is not None and to not in seen and to._sequence_nr() >= oldest:
                seen.add(to)
                left.append(to)
    return found


def observe(y: Tensor, ways: Sequence[Way], arrived: Callable[[Tensor], None], left: Callable[[Tensor], None]) -> None:
    """Calls `arrived` with the gradient of y, and `left` with what goes each way, in every backward pass."""
    node, output = y.grad_fn, y.output_nr
    if node is None:
        return
    by_node: dict[Node, list[int]] = {node: []}
    for way, i in ways:
        by_node.setdefault(way, []).append(i)
    for at, outputs in by_node.items():
        at.register_hook(_hook(output if at is node else None, outputs, arrived, left))


def _hook(
    output: int | None,
    outputs: Sequence[int],
    arrived: Callable[[Tensor], None],
    left: Callable[[Tensor], None],
) -> Callable[[Gradients, Gradients], None]:
    def passed(given: Gradients, got: Gradients) -> None:
        if output is not None and got[output] is not None:
            arrived(got[output])
        for i in outputs:
            if given[i] is not None:
                left(given[i])

    return passed
