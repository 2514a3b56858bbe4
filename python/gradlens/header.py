"""The first line of a run's stream: what is watched, and where in the source it stands."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import nn

from gradlens.arguments import arguments_of
from gradlens.cells import Cell, cells_of, notebook_file
from gradlens.rows import Row
from gradlens.source import Where, as_seen, digest, files_of, relative
from gradlens.stream import HEARTBEAT_S
from gradlens.unwrap import class_of

VERSION = 1


def header_of(
    model: str,
    rows: Sequence[Row],
    parameters: Sequence[nn.Parameter],
    where: dict[str, Where],
    path: str,
    **more: Any,
) -> dict[str, Any]:
    """Neither arguments nor the environment are told: they may hold secrets."""
    folder = _workspace(path)
    cells = cells_of(files_of(where.values()))
    where = {layer: as_seen(place, cells) for layer, place in where.items()}
    sources = {cell.name: cell.digest for cell in cells.values()}
    for file in files_of(where.values()):
        if file not in sources and (text := digest(file)) is not None:
            sources[relative(file, folder)] = text
    seed = torch.initial_seed()
    return {
        "type": "run",
        "version": VERSION,
        "model": model,
        "source": "pytorch",
        "seed": seed if seed < 1 << 53 else None,  # what a reader in JavaScript can hold
        "parameters": sum(parameter.numel() for parameter in parameters if parameter.requires_grad),
        "steps": None,
        "engine": f"torch {torch.__version__}, {parameters[0].device.type if parameters else 'cpu'}",
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "heartbeat": HEARTBEAT_S,
        **more,
        **({"notebook": _notebook(cells.values(), folder)} if cells else {}),
        "sources": sources,
        "layers": [_layer(row, parameters, where.get(row.path), folder) for row in rows],
    }


def _workspace(path: str) -> str | None:
    """The folder that `.gradlens/runs` lies in: files in it are named as seen from there."""
    runs = os.path.dirname(os.path.abspath(path))
    tail = os.path.join(".gradlens", "runs")
    return runs[: -len(tail) - 1] if runs.endswith(os.sep + tail) else None


def _notebook(cells: Iterable[Cell], folder: str | None) -> dict[str, Any]:
    file = notebook_file()
    return {"cells": [cell.name for cell in cells], **({"file": relative(file, folder)} if file else {})}


def _layer(row: Row, parameters: Sequence[nn.Parameter], where: Where | None, folder: str | None) -> dict[str, Any]:
    own = [{"name": name, "shape": list(parameters[i].shape)} for name, i in zip(row.names, row.parameters)]
    layer: dict[str, Any] = {"path": row.path, "type": row.type}
    if class_of(row.module) != row.type:
        layer["class"] = class_of(row.module)
    layer.update({"parameters": own, "output_shape": row.output_shape})
    if (arguments := arguments_of(row.module)) is not None:
        layer["arguments"] = arguments
    if where is not None:
        layer["where"] = {
            "file": relative(where.file, folder),
            "line": where.line,
            "end_line": where.end_line,
        }
        if where.via:
            layer["where"]["via"] = [{"file": relative(file, folder), "line": line} for file, line in where.via]
    return layer
