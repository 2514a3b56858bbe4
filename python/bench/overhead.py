"""
What watching adds to a step: `python bench/overhead.py PROGRAM …`, of programs that GradLens has exported.

Every way of watching has a process of its own, since a watch listens to the whole of torch. They take turns in short
bursts, one at a time, so that all see the same machine; processor time counts, for it may be busy.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROUNDS = 10
BURST_S = 0.4
# After it the first frames, which come early, are paid back.
WARM_UP_S = 6.0

NAMES = {
    "plain": "plain ms",
    "10": "every=10",
    "1": "every=1",
    "1 parameters": "… without activations",
    "1 histograms": "… histograms each",
    "naive 10": "naive, every=10",
    "naive 1": "naive, every=1",
    "naive 1 histograms": "… with histc",
}


def main(programs: list[str]) -> None:
    workers = {kind: Worker(kind) for kind in NAMES}
    print("| |", " | ".join(NAMES.values()), "|")
    print("| --- |", " | ".join("---" for _ in NAMES), "|")
    for program in programs:
        load(workers, program)
        spent = take_turns(workers, ROUNDS)
        added = (f"{100 * (spent[kind] / spent['plain'] - 1):.1f} %" for kind in NAMES if kind != "plain")
        print(f"| {Path(program).stem} | {spent['plain']:.2f} |", " | ".join(added), "|", flush=True)
    for worker in workers.values():
        worker.process.terminate()


def load(workers: dict[str, Worker], program: str) -> None:
    """All at once, for that takes them seconds."""
    for worker in workers.values():
        worker.tell({"load": program})
    for worker in workers.values():
        worker.answer()


def take_turns(workers: dict[str, Worker], rounds: int) -> dict[str, float]:
    """Milliseconds of a step, of each."""
    spent, steps = dict.fromkeys(workers, 0.0), dict.fromkeys(workers, 0)
    for _ in range(rounds):
        for kind, worker in workers.items():
            answer = worker.ask({"run": BURST_S})
            spent[kind] += answer["ms"]
            steps[kind] += answer["steps"]
    return {kind: spent[kind] / steps[kind] for kind in workers}


class Worker:
    def __init__(self, kind: str) -> None:
        command = [sys.executable, "-W", "ignore", __file__, "--worker", kind]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), bufsize=1
        )

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self.tell(question)
        return self.answer()

    def tell(self, question: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        print(json.dumps(question), file=self.process.stdin, flush=True)

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[1])}


def work(kind: str) -> None:
    import torch

    torch.set_num_threads(1)
    training: Iterator[Any] = iter(())
    watch: Any = None
    with tempfile.TemporaryDirectory() as folder:
        for question in map(json.loads, sys.stdin):
            answer: dict[str, Any] = {}
            if "load" in question:
                if watch is not None:
                    watch.close()
                training, watch = begin(kind, question["load"], folder)
                next(training)  # seconds, of torch alone
                burst(training, WARM_UP_S)
            else:
                answer = dict(zip(("ms", "steps"), burst(training, question["run"])))
            print(json.dumps(answer), flush=True)


def burst(training: Iterator[Any], seconds: float) -> tuple[float, int]:
    """Milliseconds of processor time, and steps."""
    until, started, steps = time.perf_counter() + seconds, time.process_time(), 0
    while time.perf_counter() < until:
        next(training)
        steps += 1
    return 1000 * (time.process_time() - started), steps


def begin(kind: str, program: str, folder: str) -> tuple[Iterator[Any], Any]:
    import torch

    import gradlens

    spec = importlib.util.spec_from_file_location("program", program)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    torch.manual_seed(0)
    model = module.build_model()
    how, _, what = kind.partition(" ")
    path = Path(folder) / f"{Path(program).stem}.jsonl"
    if kind == "plain":
        return module.train(model), None
    if how == "naive":
        every, _, more = what.partition(" ")
        return naive(module.train(model), model, int(every), more == "histograms"), None
    options: dict[str, Any] = {"every": how if how == "auto" else int(how)}
    if what == "parameters":
        options["activations"] = False
    if what == "histograms":
        options["hist_every"] = 1
    return module.train(model), gradlens.watch(model, path=path, share=1 << 40, **options)


def naive(training: Iterator[Any], model: Any, every: int, histograms: bool) -> Iterator[Any]:
    """The usual hooks: seven figures of every parameter and three of every output, each by .item()."""
    import torch

    state: dict[str, Any] = {"on": True, "figures": {}}

    def output(name: str) -> Any:
        def hook(_: Any, __: Any, y: Any) -> None:
            y = y[0] if isinstance(y, tuple) else y
            if state["on"]:
                y = y.detach()
                state["figures"][name] = [y.mean().item(), y.std().item(), (y == 0).float().mean().item()]

        return hook

    def gradient(name: str) -> Any:
        def hook(parameter: Any) -> None:
            if not state["on"]:
                return
            g, p = parameter.grad, parameter.detach()
            figures = [g.norm(), g.mean(), g.std(), g.min(), g.max(), (g == 0).float().mean(), p.norm()]
            state["figures"][name] = [figure.item() for figure in figures]
            if histograms:
                state["figures"][name].append(torch.histc(g.float(), 64).tolist())

        return hook

    for name, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(output(name))
    for name, parameter in model.named_parameters():
        parameter.register_post_accumulate_grad_hook(gradient(name))
    with contextlib.closing(open(os.devnull, "w", encoding="utf-8")) as out:
        for i, step in enumerate(training):
            if state["on"]:
                json.dump(state["figures"], out)
            state["on"] = (i + 1) % every == 0
            yield step


if __name__ == "__main__":
    if sys.argv[1] == "--worker":
        work(sys.argv[2])
    else:
        main(sys.argv[1:])
