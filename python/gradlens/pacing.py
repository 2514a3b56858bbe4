"""How often a step is watched, so that watching costs no more than a share of the training's time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

# Frames that come close together, so that the panel has something to show and the pace something to go by.
_FIRST = (1, 3, 6)
_WINDOW = 16
_MOST = 10_000


class Pacing:
    """Says how many steps after one that was watched the next one is."""

    def __init__(self, every: int | None, budget: float) -> None:
        """`every`: a fixed number of steps, or None for as often as the budget, a share of a plain step, allows."""
        self.every, self.budget = every, budget
        # The file has grown so often by its share: then frames are half as frequent.
        self.octave = 0
        self._plain: deque[float] = deque(maxlen=2 * _WINDOW)
        self._watched: deque[float] = deque(maxlen=_WINDOW)
        self._frames = 0

    def plain(self, seconds: float) -> None:
        """A step was not watched and took so long."""
        self._plain.append(seconds)

    def watched(self, seconds: float) -> None:
        """A step was watched and took so long, all told."""
        self._frames += 1
        if self._frames > 1:  # the first one is slow by itself
            self._watched.append(seconds)

    def interval(self) -> int:
        return min(max(self.every or self._affordable(), 1) << self.octave, _MOST << self.octave)

    def _affordable(self) -> int:
        if self._frames <= len(_FIRST) or not self._plain or not self._watched:
            return _FIRST[min(max(self._frames - 1, 0), len(_FIRST) - 1)] + 1
        usual = _median(self._plain)
        # A pause of the machine is not the watcher's: no frame counts for more than three usual ones.
        most = 3 * _median(self._watched)
        extra = sum(min(seconds, most) for seconds in self._watched) / len(self._watched) - usual
        return min(_MOST, math.ceil(max(extra, 0) / (self.budget * usual)))


def _median(values: Sequence[float] | deque[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
