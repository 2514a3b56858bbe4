"""
Cells of a notebook: their text is in no file, and IPython compiles another one than the user sees, without the blank
lines at its beginning, and with Python in the place of `%` and `!`.
"""

from __future__ import annotations

import hashlib
import linecache
import os
import sys
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from typing import Any, NamedTuple


class Cell(NamedTuple):
    """`name`: as in tracebacks; `text`: as the user sees it; `lines`: where in it stands what was compiled."""

    name: str
    text: str
    lines: dict[int, int]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def body(self) -> int | None:
        """Lines above what a magic like %%time runs, which counts from 1 again; None where the cell is no magic."""
        first, *rest = self.text.split("\n")
        blank = next((i for i, line in enumerate(rest) if line.strip()), 0)
        return 1 + blank if first.startswith("%%") else None


def shell() -> Any:
    """The IPython that runs this program, where one does."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def is_cell(file: str) -> bool:
    """Whether it is what IPython calls a text that it has compiled: one that is there, and in no file."""
    known: tuple[Any, ...] = linecache.cache.get(file, ())
    return len(known) == 4 and known[1] is None and shell() is not None and not os.path.exists(file)


def cells_of(files: Iterable[str]) -> dict[str, Cell]:
    """Those of the files that are cells."""
    return {file: _cell(file) for file in files if is_cell(file)}


def _cell(file: str) -> Cell:
    """What is not in the history, such as what a magic runs, is as it was compiled."""
    compiled = "".join(linecache.getlines(file)).rstrip("\n")
    history = shell().history_manager
    for code, text in zip(reversed(history.input_hist_parsed), reversed(history.input_hist_raw)):
        if code == compiled:
            text = text.replace("\r\n", "\n").rstrip("\n")
            return Cell(_name(file), text, _lines(code, text))
    return Cell(file, compiled, {})


def _name(file: str) -> str:
    """In[3]; by older versions of IPython what the compiler calls it."""
    label = getattr(shell().compile, "format_code_name", lambda _: None)(file)
    return str(label[1]) if label else file


def _lines(code: str, text: str) -> dict[int, int]:
    """Where lines that were compiled stand in the text; both count from 1."""
    compiled, seen = ([line.strip() for line in one.split("\n")] for one in (code, text))
    same = SequenceMatcher(None, compiled, seen, autojunk=False).get_matching_blocks()
    return {a + i + 1: b + i + 1 for a, b, size in same for i in range(size)}


def notebook_file() -> str | None:
    """The notebook's file, where its editor says so: VS Code to the cells, Jupyter's server to the kernel."""
    running = shell()
    told = () if running is None else (running.user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME"))
    for name in told:
        if not isinstance(name, str) or not name.endswith(".ipynb"):
            continue
        # Jupyter's server may name it as seen from its own folder; the kernel runs in that of the notebook.
        for path in (os.path.abspath(name), os.path.abspath(os.path.basename(name))):
            if os.path.isfile(path):
                return path
    return None


class after_each_cell:
    """Acts whenever a cell has been run, until it is removed."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._shell, self._act = shell(), act
        if self._shell is not None:
            self._shell.events.register("post_execute", act)

    def remove(self) -> None:
        if self._shell is not None:
            self._shell.events.unregister("post_execute", self._act)
