"""
Records the streams of the programs in this folder: `python test/reference/watched/record.py` with PyTorch, and
nbclient and ipykernel for a notebook.

Each program runs in a folder of its own, so that files are named as seen from there and no path of a machine is told.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = HERE.parents[2] / "python"
TORCHRUN = ("-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=29571", "-m")
WATCHED = ("-m", "gradlens")

# What is put in front of the program's name.
RUNS = {
    "mlp": (*WATCHED, "--every", "4"),
    "cnn": (*WATCHED, "--every", "10", "--hist-every", "4"),
    "lstm": (),
    "ddp": (*TORCHRUN, "gradlens", "--reduce", "all", "--every", "2", "--hist-every", "5"),
    "killed": (*WATCHED, "--every", "1", "--hist-every", "20"),
    "nan": (*WATCHED, "--every", "1", "--hist-every", "8"),
    "strided": (*WATCHED, "--every", "2"),
    "amp": (*WATCHED, "--every", "1", "--hist-every", "20"),
    "cells": ("-c", "from nbclient.cli import main; main()"),
}


def record(name):
    with tempfile.TemporaryDirectory() as folder:
        (program,) = (file for file in HERE.glob(f"{name}.*") if file.suffix in (".py", ".ipynb"))
        shutil.copy(program, folder)
        env = {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1"}
        if program.suffix == ".ipynb":
            env["JPY_SESSION_NAME"] = program.name  # as Jupyter's server says it
        subprocess.run([sys.executable, *RUNS[name], program.name], cwd=folder, env=env, check=name != "killed")
        (stream,) = Path(folder, ".gradlens", "runs").glob("*.jsonl")
        header, _, rest = stream.read_text().partition("\n")
        told = {**json.loads(header), "host": "recorded", "pid": 1}
        text = json.dumps(told, separators=(",", ":")) + "\n" + rest
        assert folder not in text
        (HERE / f"{name}.jsonl").write_text(text)


for each in sys.argv[1:] or RUNS:
    record(each)
