"""How often a step is watched, so that watching costs no more than a share of the training's time."""

from __future__ import annotations

import math
import time
from collections import deque

# Frames until the pace is known, not counting the first one, which is slow by itself.
_FRAMES = 3
# Steps after one that was watched are slower too: caches hold something else.
_AFTER = 2
_LEAST = _AFTER + 2
_MOST = 10_000


class Pacing:
    """Says how many steps after one that was watched the next one is."""

    def __init__(self, every: int | None, budget: float) -> None:
        """`every`: a fixed number of steps, or None for as often as the budget, a share of a plain step, allows."""
        self.every, self.budget = every, budget
        # The file has grown so often by its share: then frames are half as frequent.
        self.octave = 0
        self._usual: deque[float] = deque(maxlen=32)
        self._costs: deque[float] = deque(maxlen=16)
        # What the last step that was watched took, and those right after it.
        self._frame: list[float] | None = None
        self._frames = 0

    def plain(self, seconds: float) -> None:
        """A step was not watched and took so long."""
        if self._frame is not None and len(self._frame) <= _AFTER:
            self._frame.append(seconds)
        else:
            self._usual.append(seconds)

    def watched(self, seconds: float) -> None:
        """A step was watched and took so long, all told."""
        if self._frame is not None and self._frames > 1 and self._usual:
            self._costs.append(sum(self._frame) - len(self._frame) * self._plain_step())
        self._frame = [seconds]
        self._frames += 1

    def interval(self) -> int:
        return (self.every or self._affordable()) << self.octave

    def _affordable(self) -> int:
        if len(self._costs) < _FRAMES:
            return _LEAST
        # A pause of the machine is not the watcher's: no frame counts for more than five usual ones.
        most = 5 * sorted(self._costs)[len(self._costs) // 2]
        cost = sum(min(each, most) for each in self._costs) / len(self._costs)
        return min(_MOST, max(_LEAST, math.ceil(cost / (self.budget * self._plain_step()))))

    def _plain_step(self) -> float:
        """The lower quartile: what else goes on makes steps longer, and must not make frames look cheap."""
        return sorted(self._usual)[len(self._usual) // 4]


def clock(device: str) -> float:
    """Seconds: of the processor where it computes, since what else the machine does is not the watcher's."""
    return time.process_time() if device == "cpu" else time.perf_counter()
