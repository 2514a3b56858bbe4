"""How often a step is watched, so that watching costs no more than a share of the training's time."""

from __future__ import annotations

import math
import time
from collections import deque

# Frames until the pace is known, not counting the first one, which is slow by itself.
_FRAMES = 3
# Steps after one that was watched are slower too: caches hold something else.
AFTER = 2
_LEAST = AFTER + 2
# Steps before one that is watched whose time has to be known: those before them may pass untimed.
TIMED = 32
_MOST = 10_000
# The first step is slow without a watcher too: it counts for no more than so many usual frames.
_FIRST = 10
# So much of the budget is for frames; the rest goes to what steps without one cost: calls, and what caches hold.
_FOR_FRAMES = 0.65
# Over so many frames what was taken too much is paid back.
_PAYMENTS = 8


class Pacing:
    """
    Says how many steps after one that was watched the next one is. The first ones come early, for somebody waits for
    figures: what they take beyond the budget, those that follow pay back by coming up to half as often.
    """

    def __init__(self, every: int | None, budget: float) -> None:
        """`every`: a fixed number of steps, or None for as often as the budget, a share of a plain step, allows."""
        self.every, self._budget = every, _FOR_FRAMES * budget
        # The file has grown so often by its share: then frames are half as frequent.
        self.octave = 0
        self._usual: deque[float] = deque(maxlen=TIMED)
        self._costs: deque[float] = deque(maxlen=16)
        # What the last step that was watched took, and those right after it.
        self._frame: list[float] | None = None
        self._frames = 0
        # Seconds that watching has taken so far, those of the first frame, and what all steps would have without.
        self._spent = 0.0
        self._first: float | None = None
        self._trained = 0.0
        self._steps = 0

    def began(self, seconds: float) -> None:
        """Before the first step it took so long to find the layers and their lines."""
        self._spent += seconds

    def plain(self, seconds: float) -> None:
        """A step was not watched and took so long."""
        self._steps += 1
        if self._frame is not None and len(self._frame) <= AFTER:
            self._frame.append(seconds)
        else:
            self._usual.append(seconds)

    def passed(self, steps: int) -> None:
        """So many steps were not watched, and nobody knows how long they took."""
        self._steps += steps

    def watched(self, seconds: float) -> None:
        """A step was watched and took so long, all told."""
        self._steps += 1
        if self._frame is not None and self._usual:
            cost = sum(self._frame) - len(self._frame) * self._plain_step()
            if self._frames == 1:
                self._first = cost
            else:
                self._costs.append(cost)
                self._spent += cost if cost <= self._most() else self._usual_cost()
        self._frame = [seconds]
        self._frames += 1

    def interval(self) -> int:
        return (self.every or self._affordable()) << self.octave

    def _affordable(self) -> int:
        if len(self._costs) < _FRAMES:
            return _LEAST
        most = self._most()
        cost = sum(min(each, most) for each in self._costs) / len(self._costs)
        if self._first is not None:
            self._spent += min(self._first, _FIRST * cost)
            self._first = None
        plain = self._plain_step()
        self._trained, self._steps = self._trained + self._steps * plain, 0
        debt = max(0.0, self._spent - self._budget * self._trained)
        wanted = (cost + min(cost, debt / _PAYMENTS)) / (self._budget * plain)
        return min(_MOST, max(_LEAST, math.ceil(wanted)))

    def _most(self) -> float:
        """A pause of the machine is not the watcher's: no frame counts for more than five usual ones."""
        return 5 * self._usual_cost()

    def _usual_cost(self) -> float:
        return sorted(self._costs)[len(self._costs) // 2]

    def _plain_step(self) -> float:
        """The lower quartile: what else goes on makes steps longer, and must not make frames look cheap."""
        return sorted(self._usual)[len(self._usual) // 4]


def clock(device: str) -> float:
    """Seconds: of the processor where it computes, since what else the machine does is not the watcher's."""
    return time.process_time() if device == "cpu" else time.perf_counter()
