"""The course of a training as a watch sees it: which steps it looks at, and what it makes of them."""

from __future__ import annotations

import atexit
import os
import sys
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Literal
from weakref import ref

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from gradlens import seams
from gradlens.activations import Activations
from gradlens.additions import add_batches, add_shards, layout_of
from gradlens.arguments import optimizer_of
from gradlens.calls import Calls
from gradlens.cells import after_each_cell, shell
from gradlens.course import Course, Cycle
from gradlens.frame import Sums, threshold_of
from gradlens.header import header_of
from gradlens.pacing import AFTER, TIMED, Pacing, clock
from gradlens.parameters import Parameters
from gradlens.ranks import FAILED, NOTHING, WELL, Ranks, Reduce
from gradlens.rows import rows_of
from gradlens.source import locate
from gradlens.stream import new_path
from gradlens.unwrap import class_of, is_compiled, unwrap
from gradlens.writer import Writer

# Bytes after which frames become half as frequent: a file grows with the logarithm of the steps.
SHARE = 8 << 20

open_watches: list[Watch] = []


class Watch:
    """
    Writes what happens at the layers of a model while it is trained, until it is closed or the program ends.

    every       "auto": as often as `budget` allows, a share of a plain step's time; or every n-th step
    hist_every  histograms, and what is as dear, at every n-th step that is watched
    activations whether to look at outputs and the gradients that come back to them, or at parameters alone
    reduce      in a distributed training, "rank0" or "all": figures of one process, or of all together
    path        the file; a new one in .gradlens/runs unless it is given
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer | Iterable[Optimizer] | None = None,
        *,
        every: int | Literal["auto"] = "auto",
        hist_every: int = 10,
        activations: bool = True,
        reduce: Reduce = "rank0",
        path: str | os.PathLike[str] | None = None,
        name: str | None = None,
        blocks: bool = True,
        budget: float = 0.03,
        share: int = SHARE,
    ) -> None:
        self.closed = True
        self.root = unwrap(model)
        self.name = name or class_of(self.root)
        self.every, self.hist_every, self.share = every, max(1, hist_every), share
        self._path = os.fspath(path) if path is not None else os.environ.get("GRADLENS_PATH")
        self.rows, parameters = rows_of(self.root, blocks)
        self.looks_inside = activations
        self.compiled = is_compiled(model)
        self.pacing = Pacing(None if every == "auto" else int(every), budget)
        self.calls = Calls(self.rows, self._fail)
        self.parameters = Parameters(parameters, self.rows)
        self.ranks = Ranks(reduce, sharded=self.parameters.sharded)
        if self.ranks.sharded:
            self.parameters.divide(self.ranks.world)
        self.course = Course(self.calls, Activations(self.rows), self.parameters)
        given = [optimizer] if isinstance(optimizer, Optimizer) else list(optimizer or ())
        self.optimizers = given
        self.cycle = Cycle(given)
        self.step = self.frames = self.skipped = 0
        self.next, self.active, self._eager = 1, False, False
        self.failure: str | None = None
        self.extra: dict[str, float] = {}
        self._unscaled: set[int] = set()
        # After which steps the next passes unseen, if the optimizer that has made the others makes it; how many have.
        self.asleep, self._unseen = range(0), 0
        self._only: ref[Optimizer] | None = None
        # The optimizers of the first step, of which the first line tells.
        self._stepped: list[Optimizer] = []
        self._writer = Writer(self.rows, self.parameters.row_of, self._new_path, self._header)
        self._started = time.perf_counter()
        self._ended = began = clock(self.parameters.home.type)
        self._hooks: list[Any] = []
        if self.ranks.takes_part and parameters:
            self._open()
            self._ended = clock(self.parameters.home.type)
            self.pacing.began(self._ended - began)

    def log(self, **figures: float) -> None:
        """Adds `metric`, `val_loss`, `val_metric` to the next line, or `loss` where backward() is called on none."""
        self.extra.update({name: float(value) for name, value in figures.items()})

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close_after(error)

    def close_after(self, error: BaseException | None) -> None:
        """Closes, and says how the training ended."""
        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.close()
        elif isinstance(error, (KeyboardInterrupt, SystemExit)):
            self.close("stopped")
        else:
            self.close("failed", f"{type(error).__name__}: {error}")

    def close(
        self, reason: Literal["completed", "stopped", "failed"] = "completed", message: str | None = None
    ) -> None:
        """Ends the stream, and leaves model, optimizer and torch as they were."""
        if self.closed:
            return
        self.closed = True
        try:
            self._writer.emit()
            if self.ranks.writes and (self.step > 0 or message is not None):
                end = {"type": "end", "reason": reason, "steps": self.step, "elapsed_ms": self._elapsed_ms()}
                self._writer.end(end if message is None else {**end, "message": message})
            self._writer.close()
        except Exception as error:
            _complain(error)
        self._let_go()

    # ---- opening and closing

    def _open(self) -> None:
        for other in [watch for watch in open_watches if watch.root is self.root or _of_a_rerun_cell(watch, self)]:
            other.close("stopped")
        self.closed = False
        self.where = locate(self.root) if self.ranks.writes else {}
        open_watches.append(self)
        seams.listen(self)
        if self.optimizers:
            for optimizer in self.optimizers:
                self._hooks.append(optimizer.register_step_pre_hook(self._step_begins))
                self._hooks.append(optimizer.register_step_post_hook(self._step_ends))
        else:
            self._hooks.append(register_optimizer_step_pre_hook(self._step_begins))
            self._hooks.append(register_optimizer_step_post_hook(self._step_ends))
        atexit.register(self._exit)
        self._hooks.append(after_each_cell(self._harmless(self._writer.emit)))
        self._start()

    def _let_go(self) -> None:
        self.active = False
        self._look(False)
        for hook in self._hooks:
            hook.remove()
        seams.leave(self)
        if self in open_watches:
            open_watches.remove(self)
        atexit.unregister(self._exit)

    def _exit(self) -> None:
        """In a notebook the last exception may be that of any cell."""
        self.close_after(getattr(sys, "last_value", None) if shell() is None else None)

    def _harmless(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """Whatever goes wrong in the watcher, the training goes on."""

        def run(*args: Any, **kwargs: Any) -> Any:
            if self.closed or self.failure is not None:
                return None
            try:
                return act(*args, **kwargs)
            except Exception as error:
                self._fail(error)
                return None

        return run

    def _fail(self, error: Exception) -> None:
        """Said once. Where other processes wait for this one, it tells them before it closes."""
        if self.closed or self.failure is not None:
            return
        if os.environ.get("GRADLENS_DEBUG"):
            raise error
        _complain(error)
        self.failure = f"the watcher: {type(error).__name__}: {error}"
        self._look(False)
        if not self.ranks.together:
            self.close("failed", self.failure)

    # ---- what torch tells

    def backward_begins(self, tensors: Any) -> None:
        if self.active:
            self._harmless(self.course.backward_begins)(tensors)

    def backward_ends(self) -> None:
        if self.active:
            self._harmless(self.course.backward_ends)()

    def unscaled(self, scaler: Any, optimizer: Optimizer) -> None:
        self._harmless(self._unscale)(scaler, optimizer)

    def _unscale(self, scaler: Any, optimizer: Optimizer) -> None:
        if self.course.of(optimizer):
            self.skipped += id(optimizer) in self._unscaled
            self._unscaled.add(id(optimizer))
            if self.active:
                self.course.unscaled(scaler)

    def _sleeps(self, optimizer: Optimizer) -> bool:
        """Nearly all steps of a long training pass unseen, but for their number: nobody else has made one since."""
        if self.step not in self.asleep or self._only is None:
            return False
        return self._only() is optimizer and not self.cycle.stepped

    def _step_begins(self, optimizer: Optimizer, *_: Any) -> None:
        if self._unscaled:
            self._unscaled.discard(id(optimizer))
        if self._sleeps(optimizer) or self.closed or not self.course.of(optimizer):
            return
        if not self._writer.has_begun and not any(each is optimizer for each in self._stepped):
            self._stepped.append(optimizer)
        if self.cycle.repeats(optimizer):
            self._finish()
        elif self.active:
            self._harmless(self.course.update_begins)(optimizer)

    def _step_ends(self, optimizer: Optimizer, *_: Any) -> None:
        if self._sleeps(optimizer):
            self.step += 1
            self._unseen += 1
            return
        if self.closed or not (which := self.course.of(optimizer)):
            return
        if self.active:
            self._harmless(self.course.update_ends)(optimizer)
        trained = [i for i, p in enumerate(self.parameters.all) if p.requires_grad] if not self.cycle.expected else ()
        if not self.closed and self.cycle.ends(optimizer, which, trained):
            self._finish()
            self._only = ref(optimizer) if len(self.cycle.expected) == 1 else None

    # ---- a step's end

    def _finish(self) -> None:
        self.step += 1
        self.cycle.start()
        if self.active:
            parts = self._harmless(self._collect)()
            self.next = self.step + self.pacing.interval()
            if self.ranks.together:
                parts = self._exchange(parts)
            self.asleep = range(self.step + AFTER, self.next - TIMED)
            if parts is not None:
                self._harmless(self._hand_over)(parts)
            if self.closed:
                return
            self.course.expected = max(1, self.course.backwards)
            self.frames += 1
        now = clock(self.parameters.home.type)
        if self._unseen > 0:
            self.pacing.passed(self._unseen + 1)
            self._unseen = 0
        else:
            (self.pacing.watched if self.active else self.pacing.plain)(now - self._ended)
        self._ended = now
        self._start()

    def _start(self) -> None:
        """The next step begins. About which are active, processes that wait for each other agree, come what may."""
        self.active = self.step + 1 == self.next
        self._harmless(self._look)(self.active)
        if self.active:
            self._harmless(self.course.start)(rare=self._rare)

    @property
    def _rare(self) -> bool:
        return self.frames % self.hist_every == 0

    def _look(self, on: bool) -> None:
        """Hooks are on the model during steps that are watched, and at no other time."""
        inside = on and self.looks_inside and not (self.compiled and not _can_be_eager())
        if inside:
            self.calls.attach(self._rare)
        else:
            self.calls.detach()
        # A compiled model does not see hooks that come later, and breaks into pieces on those that are there before.
        if self.compiled and inside != self._eager:
            torch.compiler.set_stance("force_eager" if inside else "default")
            self._eager = inside

    @torch.no_grad()
    def _collect(self) -> dict[str, Tensor] | None:
        """All figures of the step, on the device."""
        course = self.course
        if not course.complete:
            self.course.expected = 1
            return None
        activations, home = course.activations, course.activations.home
        scale = torch.ones((), device=home) if course.scale is None else course.scale.reshape(()).to(home)
        parts = {
            "gradients": self.parameters.sums,
            "moves": self.parameters.moves,
            "activations": activations.sums,
            "loss": course.loss(),
            "scale": scale.double(),
            "clipped": course.squares_used(),
        }
        if self.parameters.histogram is not None:
            parts["histogram"] = self.parameters.histogram
        parts.update({f"time {row}": norms.square() for row, norms in course.times.items()})
        return parts

    def _hand_over(self, parts: dict[str, Tensor]) -> None:
        activations = self.course.activations
        if activations.alive:
            parts["dead"] = activations.dead()
        if self.course.rare and activations.spreads:
            parts["spread"] = activations.spread()
        told = {"step": self.step, "lr": self.course.lr, "skipped": self.skipped, "extra": self.extra}
        self.skipped, self.extra = 0, {}
        if not self.ranks.writes:
            return
        self._writer.hand_over(parts, told)
        self.pacing.octave = max(self.pacing.octave, self._writer.written // self.share)

    # ---- several processes

    def _exchange(self, parts: dict[str, Tensor] | None) -> dict[str, Tensor] | None:
        """Adds up what the processes have, if all are well. Nothing in here can fail on one of them alone."""
        activations = self.course.activations
        health = FAILED if self.failure is not None else NOTHING if parts is None else WELL
        worst, alike, self.next = self.ranks.agree(health, layout_of(activations, parts), self.next, activations.home)
        if worst == FAILED:
            self.close("failed", self.failure or "the watcher of another process has failed")
            return None
        if worst == NOTHING or parts is None:
            return None
        if self.ranks.sharded:
            add_shards(self.ranks, self.parameters.shares, parts)
        if self.ranks.reduce == "all":
            add_batches(self.ranks, activations, parts, alike)
        return parts

    # ---- the stream

    def _new_path(self) -> str:
        return self._path or new_path(self.name)

    def _header(self, path: str, first: Sums | None) -> dict[str, Any]:
        kinds = [type(optimizer).__name__ for optimizer in self.optimizers]
        stepped, self._stepped = self._stepped, []
        threshold = threshold_of(first) if first is not None else None
        return header_of(
            self.name,
            self.rows,
            self.parameters.all,
            self.where,
            path,
            every=self.every,
            hist_every=self.hist_every,
            world_size=self.ranks.world,
            reduce=self.ranks.reduce,
            compiled=self.compiled,
            **({"optimizer": ", ".join(kinds)} if kinds else {}),
            **({"optimizers": [optimizer_of(optimizer) for optimizer in stepped]} if stepped else {}),
            **({"loss": self.course.kind_of_loss} if self.course.kind_of_loss else {}),
            **({"clip_grad_norm": threshold} if threshold else {}),
        )

    def _elapsed_ms(self) -> float:
        return round((time.perf_counter() - self._started) * 1000, 3)


def _can_be_eager() -> bool:
    return hasattr(torch.compiler, "set_stance")  # torch 2.6


def _of_a_rerun_cell(old: Watch, new: Watch) -> bool:
    """In a notebook a cell that is run again makes its model anew, and nobody closes the watch of the old one."""
    return shell() is not None and old.name == new.name


def _complain(error: Exception) -> None:
    print(f"gradlens: stopped watching: {type(error).__name__}: {error}", file=sys.stderr)


def watch(model: nn.Module, optimizer: Optimizer | Iterable[Optimizer] | None = None, **options: Any) -> Watch:
    """Starts watching, until the program ends or, as a context manager, its block does. See `Watch` for the options."""
    return Watch(model, optimizer, **options)
