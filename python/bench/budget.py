"""
What `every="auto"` adds to a step: `python bench/budget.py PROGRAM …`, of programs that GradLens has exported.

Two processes that do the same differ by more than the budget: where their memory lies is luck, and lasts. So what
watching takes is found within one process, of steps beside each other, in two shares of a plain step:

- frames: what all steps take, beside those that pass unseen, far from any frame. Right after one, caches hold something
  else; before one, steps are timed.
- calls: what steps take that pass unseen, beside those while the watch is closed, in turns.
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

WINDOWS, WINDOW_S = 7, 6.0
TURNS, TURN_S = 60, 0.15
# Steps after a watch was opened or closed that do not count.
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
        seen, unseen = window(training, watch)
        usual = statistics.fmean(unseen)
        shares.append(statistics.fmean(seen + unseen) / usual - 1)
        plain.append(1000 * usual)
    interval = watch.pacing.interval()
    watch.close()
    return statistics.median(plain), interval, shares


def window(training: Iterator[Any], watch: Any) -> tuple[list[float], list[float]]:
    """Seconds of steps that are watched or timed, and of the others; from frame to frame, so that none is cut off."""
    while not watch.active:
        next(training)
    seen: list[float] = []
    unseen: list[float] = []
    until = time.perf_counter() + WINDOW_S
    while not watch.active or time.perf_counter() < until:
        steps = unseen if watch.step in watch.asleep else seen
        started = time.process_time()
        next(training)
        steps.append(time.process_time() - started)
    return seen, unseen


def of_calls(program: str, folder: str) -> float:
    """The share of what an open watch costs the steps that it does not look at."""
    import gradlens

    training, watch = begin(NEVER, program, folder)
    next(training)
    burst(training, WARM_UP_S)
    shares = []
    for turn in range(TURNS):
        opened = turned(training)
        watch.close()
        closed = turned(training)
        shares.append(opened / closed - 1)
        watch = gradlens.watch(watch.root, every=int(NEVER), path=Path(folder) / f"{turn}.jsonl")
    watch.close()
    return statistics.median(shares)


def turned(training: Iterator[Any]) -> float:
    """Seconds of a step."""
    for _ in range(SETTLING):
        next(training)
    ms, steps = burst(training, TURN_S)
    return ms / steps


if __name__ == "__main__":
    if sys.argv[1] == "--alone":
        alone(sys.argv[2])
    else:
        main(sys.argv[1:])
