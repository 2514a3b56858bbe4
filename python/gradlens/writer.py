"""The steps of a run on their way to its file: several are written at once, which takes little longer than one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from gradlens.frame import Lines, Sums
from gradlens.rows import Row
from gradlens.stream import Stream, text_of
from gradlens.transfer import Transfer

# Steps that follow within so many seconds of the last ones written are written with later ones, up to a number.
LATER_S, TOGETHER = 0.1, 31


class Writer:
    """
    The file is made with its first line, the header, once there is something to write.

    path    where the file is to be
    header  of a file's path and the first step, where there was one
    """

    def __init__(
        self,
        rows: Sequence[Row],
        row_of: Sequence[int],
        path: Callable[[], str],
        header: Callable[[str, Sums | None], dict[str, Any]],
    ) -> None:
        self._rows, self._path, self._header = rows, path, header
        self._lines = Lines(rows, row_of)
        self._stream: Stream | None = None
        # Steps that have not been written yet, and when the last ones were.
        self._pending: list[tuple[Transfer, dict[str, Any]]] = []
        self._written_s = -math.inf

    @property
    def has_begun(self) -> bool:
        return self._stream is not None

    @property
    def written(self) -> int:
        """Bytes."""
        return self._stream.written if self._stream is not None else 0

    def hand_over(self, parts: dict[str, Tensor], told: dict[str, Any]) -> None:
        """A step: `parts`, on any device, and what is `told` of it besides."""
        now = time.perf_counter()
        before, transfer = len(self._pending), Transfer(parts)
        self._pending.append((transfer, told))
        if self._stream is None or now - self._written_s > LATER_S or before >= TOGETHER:
            self.emit(before + (not transfer.on_the_way))
            self._written_s = now

    def emit(self, count: int | None = None) -> None:
        """Writes the first of the steps that wait, or all."""
        ready, self._pending = self._pending[:count], self._pending[count:] if count is not None else []
        if not ready:
            return
        steps = [self._sums(transfer.wait(), told) for transfer, told in ready]
        stream = self._begun(steps[0])
        for line in self._lines.of(steps):
            stream.write(line)

    def end(self, line: dict[str, Any]) -> None:
        self._begun(None).write(text_of(line))

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()

    def _begun(self, first: Sums | None) -> Stream:
        if self._stream is None:
            self._stream = Stream(self._path())
            self._stream.write(text_of(self._header(self._stream.path, first)))
        return self._stream

    def _sums(self, parts: dict[str, Tensor], told: dict[str, Any]) -> Sums:
        absent = torch.full((len(self._rows),), -1, dtype=torch.float64)
        return Sums(
            scale=float(parts["scale"]),
            loss=float(parts["loss"]),
            clipped=float(parts["clipped"].sqrt()),
            gradients=parts["gradients"],
            moves=parts["moves"],
            activations=parts["activations"],
            dead=parts.get("dead", absent),
            spread=parts.get("spread", absent),
            histogram=parts.get("histogram"),
            times={int(name[5:]): part.sqrt().tolist() for name, part in parts.items() if name.startswith("time ")},
            **told,
        )
