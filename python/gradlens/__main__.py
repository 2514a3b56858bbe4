"""python -m gradlens [--every N] [--reduce all] train.py …: runs a program as it is, and watches what it trains."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from collections.abc import Sequence
from typing import Any

from gradlens.discovery import watch_what_trains
from gradlens.watch import open_watches


def main(arguments: Sequence[str] | None = None) -> None:
    options, module, program, rest = _parsed(sys.argv[1:] if arguments is None else arguments)
    sys.argv = [program, *rest]
    watch_what_trains(**options)
    error: BaseException | None = None
    try:
        if module:
            sys.path.insert(0, os.getcwd())
            runpy.run_module(program, run_name="__main__", alter_sys=True)
        else:
            sys.path.insert(0, os.path.dirname(os.path.abspath(program)))
            runpy.run_path(program, run_name="__main__")
    except BaseException as caught:
        error = caught
        raise
    finally:
        for watch in list(open_watches):
            watch.close_after(error)


def _parsed(arguments: Sequence[str]) -> tuple[dict[str, Any], bool, str, list[str]]:
    parser = argparse.ArgumentParser(prog="python -m gradlens", description="Runs a PyTorch program and watches it.")
    environment = os.environ.get
    every = environment("GRADLENS_EVERY", "auto")
    parser.add_argument("--every", default=every, help="auto, or a number of steps")
    parser.add_argument("--hist-every", type=int, default=int(environment("GRADLENS_HIST_EVERY", "10")))
    parser.add_argument("--reduce", choices=["rank0", "all"], default=environment("GRADLENS_REDUCE", "rank0"))
    parser.add_argument("--no-activations", action="store_true", help="look at parameters alone")
    parser.add_argument("-m", dest="module", action="store_true", help="the program is a module")
    parser.add_argument("program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    found = parser.parse_args(arguments)
    options = {
        "every": "auto" if found.every == "auto" else int(found.every),
        "hist_every": found.hist_every,
        "reduce": found.reduce,
        "activations": not found.no_activations,
    }
    return options, found.module, found.program, found.arguments


if __name__ == "__main__":
    main()
