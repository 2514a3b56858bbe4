"""
What `every="auto"` adds to a step: `python bench/budget.py PROGRAM …`, of programs that GradLens has exported.

Two processes that do the same differ by more than the budget: where their memory lies is luck, and lasts. So what
watching takes is found within one process, of steps beside each other, in two shares of a plain step:

- frames: what all steps take, beside those that come long after a frame; right after one, caches hold something else.
- calls: what steps take while a watch is open that looks at none of them, beside those while it is closed, in turns,
  and equally long after a frame.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from overhead import WARM_UP_S, begin, burst, environment

# A step that comes so much later than a frame is not the frame's.
FAR = 10
WINDOWS, WINDOW_S = 7, 6.0
TURNS, TURN_S = 60, 0.15
# Steps after a frame that do not count.
SETTLING = 3
NEVER = "1000000000"


def main(programs: list[str]) -> None:
    print("| | plain ms | interval | frames: median | least, most | calls: median | both |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for program in programs:
        command = [sys.executable, "-W", "ignore", __file__, "--alone", program]
        subprocess.run(command, check=True, env=environment())


def alone(program: str) -> None:
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        ms, interval, frames = of_frames(program, folder)
        calls = of_calls(program, folder)
    middle = statistics.median(frames)
    bounds = f"{100 * min(frames):.1f}, {100 * max(frames):.1f} %"
    both = f"{100 * middle:.1f} % | {bounds} | {100 * calls:.1f} % | {100 * (middle + calls):.1f} %"
    print(f"| {Path(program).stem} | {ms:.2f} | {interval} | {both} |", flush=True)


def of_frames(program: str, folder: str) -> tuple[float, int, list[float]]:
    """Milliseconds of a plain step, steps from frame to frame, and the share of each window."""
    training, watch = begin("auto", program, folder)
    next(training)
    burst(training, WARM_UP_S)
    shares, plain = [], []
    for _ in range(WINDOWS):
        near, far = window(training, watch)
        usual = statistics.fmean(far)
        shares.append(statistics.fmean(near + far) / usual - 1)
        plain.append(1000 * usual)
    interval = watch.pacing.interval()
    watch.close()
    return statistics.median(plain), interval, shares


def window(training: Iterator[Any], watch: Any) -> tuple[list[float], list[float]]:
    """Seconds of the steps near a frame, and of the others; from frame to frame, so that none is cut off."""
    while not watch.active:
        next(training)
    near: list[float] = []
    far: list[float] = []
    until, since = time.perf_counter() + WINDOW_S, 0
    while not watch.active or time.perf_counter() < until:
        since = 0 if watch.active else since + 1
        started = time.process_time()
        next(training)
        (far if since > FAR else near).append(time.process_time() - started)
    return near, far


def of_calls(program: str, folder: str) -> float:
    """The share of what an open watch costs the steps that it does not look at."""
    import gradlens

    training, watch = begin(NEVER, program, folder)
    next(training)
    burst(training, WARM_UP_S)
    watch.close()

    def turn(name: str, opened: bool) -> float:
        """Seconds of a step."""
        now = gradlens.watch(watch.root, every=int(NEVER), path=Path(folder) / f"{name}.jsonl")
        next(training)
        if not opened:
            now.close()
        for _ in range(SETTLING):
            next(training)
        ms, steps = burst(training, TURN_S)
        now.close()
        return ms / steps

    turns = range(TURNS)
    shares = [turn(f"{i} opened", opened=True) / turn(f"{i} closed", opened=False) - 1 for i in turns]
    return statistics.median(shares)


if __name__ == "__main__":
    if sys.argv[1] == "--alone":
        alone(sys.argv[2])
    else:
        main(sys.argv[1:])
