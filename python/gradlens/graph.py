"""
What the gradient is at a module, read where it passes: at the nodes of the graph that the module has made.

Nothing is put into the graph, so that gradients are added up in the very order in which they are without a watcher.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.autograd.graph import Node, get_gradient_edge

# A place in the graph: a node, and which of its outputs; or which of the ways out of it.
Place = tuple[Node, int]


def place_of(tensor: Tensor) -> Place | None:
    """Where the gradient of a tensor arrives; None where it has none."""
    if not tensor.requires_grad:
        return None
    node = tensor.grad_fn
    if node is None:
        edge = get_gradient_edge(tensor)
        return edge.node, edge.output_nr
    return node, tensor.output_nr


def ways_into(y: Node, x: Place) -> list[Place]:
    """All ways by which a gradient leaves what lies between x and y towards x."""
    target, output = x
    # Nodes are numbered as they are made, by each thread: those older than x's do not lead to x.
    oldest = target._sequence_nr()
    if y._sequence_nr() < oldest:
        oldest = 0
    found: list[Place] = []
    seen, left = {y}, [y]
    while left:
        node = left.pop()
        for i, (to, at) in enumerate(node.next_functions):
            if to is target:
                if at == output:
                    found.append((node, i))
            elif to is not None and to not in seen and to._sequence_nr() >= oldest:
                seen.add(to)
                left.append(to)
    return found


def observe(
    node: Node, output: int, ways: Sequence[Place], passed: Callable[[Tensor | None, Sequence[Tensor | None]], None]
) -> None:
    """Calls `passed` in every backward pass with the gradient at a place, once, and with what goes each way."""
    if len(ways) == 1 and ways[0][0] is node:
        way = ways[0][1]
        node.register_hook(lambda given, got: passed(got[output], (given[way],)))
        return
    by_node: dict[Node, list[int]] = {node: []}
    for to, i in ways:
        by_node.setdefault(to, []).append(i)
    for at, outputs in by_node.items():
        at.register_hook(_hook(output if at is node else None, outputs, passed))


def _hook(
    output: int | None, outputs: Sequence[int], passed: Callable[[Tensor | None, Sequence[Tensor | None]], None]
) -> Callable[[Any, Any], None]:
    def hook(given: Any, got: Any) -> None:
        passed(None if output is None else got[output], [given[i] for i in outputs])

    return hook
