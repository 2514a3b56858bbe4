"""Where modules are made: every module remembers the calls of user code that were running when it was constructed."""

from __future__ import annotations

import functools
import os
import sys
import weakref
from collections.abc import Iterator
from itertools import islice
from types import CodeType, FrameType
from typing import Any, NamedTuple

from torch import nn

# Of frames further out nothing is kept.
DEPTH = 16
# Whose code is not the user's; the last two run the cells of a notebook.
_PACKAGES = ("torch", "gradlens", "IPython", "ipykernel")
_FOREIGN = (
    *(os.path.dirname(sys.modules[name].__file__ or name) + os.sep for name in _PACKAGES if name in sys.modules),
    "<frozen",
)


class Site(NamedTuple):
    """A call that was running: which one of its function's instructions, and whose method that function is."""

    code: CodeType
    instruction: int
    line: int
    frame: int
    owner: int | None

    @property
    def lines(self) -> tuple[int, int]:
        """First and last line of the call; before Python 3.11 the first alone is known."""
        if sys.version_info >= (3, 11):
            first, last, *_ = next(islice(self.code.co_positions(), self.instruction // 2, None), (None, None))
            if first is not None:
                return first, last if last is not None else first
        return self.line, self.line


_sites: weakref.WeakKeyDictionary[nn.Module, tuple[Site, ...]] = weakref.WeakKeyDictionary()


def sites_of(module: nn.Module | None) -> tuple[Site, ...]:
    """The calls that made a module, innermost first; none of a module that was made before `record()`, or copied."""
    return () if module is None else _sites.get(module, ())


def live_modules() -> list[nn.Module]:
    """All modules that are there, as far as they were made since `record()`."""
    return list(_sites)


def record() -> None:
    """From now on modules remember the calls that make them: a few microseconds each."""
    if hasattr(nn.Module.__init__, "_gradlens"):
        return
    construct, restore = nn.Module.__init__, nn.Module.__setstate__

    @functools.wraps(construct)
    def __init__(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        construct(self, *args, **kwargs)
        try:
            _sites[self] = tuple(islice(_running(self, sys._getframe(1)), DEPTH))
        except Exception:  # a module that cannot be hashed or referred to weakly has no line
            pass

    @functools.wraps(restore)
    def __setstate__(self: nn.Module, state: Any) -> None:
        restore(self, state)  # type: ignore[no-untyped-call]
        try:
            _sites.setdefault(self, ())
        except Exception:
            pass

    __init__._gradlens = True  # type: ignore[attr-defined]
    nn.Module.__init__ = __init__  # type: ignore[method-assign]
    nn.Module.__setstate__ = __setstate__  # type: ignore[method-assign]


def _running(module: nn.Module, frame: FrameType | None) -> Iterator[Site]:
    """Calls of user code, innermost first, without the constructors of the module itself."""
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(_FOREIGN):
            first = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
            if not (code.co_name == "__init__" and first is module):
                owner = id(first) if isinstance(first, nn.Module) else None
                yield Site(code, frame.f_lasti, frame.f_lineno, id(frame), owner)
        frame = frame.f_back
