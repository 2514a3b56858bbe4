"""The line of source that stands for each layer, and what its file was when it ran."""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
import textwrap
from collections.abc import Iterable
from typing import NamedTuple

from torch import nn

from gradlens.cells import Cell, is_cell
from gradlens.construction import Site, sites_of

_INLINE = ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>")
_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)


class Where(NamedTuple):
    """The lines of a call; `via`: lines that were running around it or inside, innermost first."""

    file: str
    line: int
    end_line: int
    via: tuple[tuple[str, int], ...] = ()


def locate(root: nn.Module) -> dict[str, Where]:
    """Where each submodule was made, by its path; a copy is where its parent is."""
    found: dict[str, Where] = {}
    seen: set[nn.Module] = set()

    def visit(path: str, module: nn.Module, parent: nn.Module | None, around: Where | None) -> None:
        if module in seen:
            return
        seen.add(module)
        where = _where(module, parent, path.rpartition(".")[2]) or around
        if where is not None:
            found[path] = where
        for name, child in module.named_children():
            visit(f"{path}.{name}" if path else name, child, module, where if path else None)

    visit("", root, None, None)
    return found


def _where(module: nn.Module, parent: nn.Module | None, name: str) -> Where | None:
    sites = sites_of(module)
    if not sites:
        return _assigned(parent, name) if parent is not None else None
    # What was running around a cell is the notebook's machinery.
    cells = [i for i, site in enumerate(sites) if is_cell(site.code.co_filename)]
    sites = sites[: cells[-1] + 1] if cells else sites
    chosen = _chosen(sites, parent)
    via = tuple((site.code.co_filename, site.line) for i, site in enumerate(sites) if i != chosen)
    return Where(sites[chosen].code.co_filename, *sites[chosen].lines, via)


def _chosen(sites: tuple[Site, ...], parent: nn.Module | None) -> int:
    """
    The call that stands in the constructor of the parent, or, where the parent is a container, in the function that
    made it: a helper between them, like conv3x3(), does not count. Else the innermost.
    """
    made = {(site.frame, site.code) for site in sites_of(parent)} if type(parent) in _CONTAINERS else set()
    for i, site in enumerate(sites):
        if (parent is not None and site.owner == id(parent)) or (site.frame, site.code) in made:
            while i > 0 and sites[i - 1].code.co_name in _INLINE:
                i -= 1
            return i
    return 0


def _assigned(parent: nn.Module, name: str) -> Where | None:
    """`self.NAME = …` in the text of the parent's class: for a module of which nothing was recorded."""
    for cls in type(parent).__mro__:
        if cls.__module__.startswith("torch."):
            return None
        try:
            lines, first = inspect.getsourcelines(cls)
            file = inspect.getsourcefile(cls)
            tree = ast.parse(textwrap.dedent("".join(lines)))
        except (OSError, TypeError, SyntaxError):
            continue
        for node in ast.walk(tree):
            if file and isinstance(node, (ast.Assign, ast.AnnAssign)) and _assigns(node, name):
                return Where(file, node.lineno + first - 1, (node.end_lineno or node.lineno) + first - 1)
    return None


def _assigns(node: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Attribute) and target.attr == name for target in targets)


def files_of(where: Iterable[Where]) -> list[str]:
    """Every file that lines are told of."""
    return sorted({file for place in where for file in (place.file, *(file for file, _ in place.via))})


def digest(file: str) -> str | None:
    """SHA-256 of what a file holds; None where there is none."""
    try:
        with open(file, "rb") as source:
            return hashlib.sha256(source.read()).hexdigest()
    except OSError:
        return None


def as_seen(where: Where, cells: dict[str, Cell]) -> Where:
    """The same lines in the cells of a notebook as the user sees them."""
    around = [cells[file] for file, _ in where.via if file in cells and file != where.file]

    def seen(file: str, line: int) -> tuple[str, int]:
        cell = cells.get(file)
        for outer in around:
            if outer.body is not None and (cell.text in outer.text if cell else file.startswith("<timed ")):
                return outer.name, line + outer.body
        return (cell.name, cell.lines.get(line, line)) if cell else (file, line)

    file, line = seen(where.file, where.line)
    _, last = seen(where.file, where.end_line)
    return Where(file, line, last, tuple(seen(*each) for each in where.via))


def relative(file: str, folder: str | None) -> str:
    """A file by its name in the folder, with `/`, where it lies there; else as it is."""
    if folder is None or not os.path.isabs(file):
        return file
    inside = os.path.normpath(file).startswith(os.path.normpath(folder) + os.sep)
    return os.path.relpath(file, folder).replace(os.sep, "/") if inside else file
