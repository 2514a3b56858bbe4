"""The file of a run: lines of JSON, each appended as a whole, so that what a killed process leaves can be read."""

from __future__ import annotations

import json
import math
import os
import re
import threading
import time

HEARTBEAT_S = 10

# A figure with the digits that single precision holds.
FIGURE = "%.7g"


def number(x: float | int) -> float | int | str:
    """A number with the digits of single precision, as JSON has it: which has no NaN and no infinity."""
    if isinstance(x, int):
        return x
    if math.isfinite(x):
        return float(FIGURE % x)
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def figure(x: float) -> str:
    """The text of such a number."""
    return FIGURE % x if math.isfinite(x) else f'"{number(x)}"'


def text_of(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def new_path(model: str) -> str:
    """A file for a run of a model, in the folder GRADLENS_FOLDER or `.gradlens/runs` of the working directory."""
    folder = os.environ.get("GRADLENS_FOLDER") or os.path.join(os.getcwd(), ".gradlens", "runs")
    name = re.sub(r"[^\w.-]+", "_", model)[:80]
    return os.path.join(folder, f"{time.strftime('%Y%m%d-%H%M%S')}-{name}-{os.getpid()}.jsonl")


class Stream:
    """Made with its first line. While it is open, the time of the file's last change is kept new: a sign of life."""

    def __init__(self, path: str) -> None:
        self.path, self._file = _create(path)
        self._process = os.getpid()
        self._over = threading.Event()
        self.written = 0
        threading.Thread(target=self._live, name="gradlens", daemon=True).start()

    def write(self, line: str) -> None:
        if os.getpid() != self._process:
            return  # a copy of the process, made by fork()
        data = memoryview(f"{line}\n".encode())
        self.written += len(data)
        while data:
            data = data[os.write(self._file, data) :]

    def close(self) -> None:
        self._over.set()
        os.close(self._file)

    def _live(self) -> None:
        while not self._over.wait(HEARTBEAT_S):
            try:
                os.utime(self.path)
            except OSError:
                pass


def _create(path: str) -> tuple[str, int]:
    """A file that was not there, readable by its owner alone."""
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    _ignore(os.path.dirname(folder))
    start, ending = os.path.splitext(path)
    for i in range(1, 1000):
        name = path if i == 1 else f"{start}-{i}{ending}"
        try:
            return name, os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except FileExistsError:
            continue
    raise FileExistsError(path)


def _ignore(folder: str) -> None:
    """Runs are not for a repository."""
    if os.path.basename(folder) == ".gradlens":
        try:
            with open(os.path.join(folder, ".gitignore"), "x", encoding="utf-8") as file:
                file.write("*\n")
        except OSError:
            pass
