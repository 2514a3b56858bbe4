"""Two processes with half of the batch each, against one with all of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from distributed import Net
from support import Line, lines_of, mlp, row, steps_of, train, value
from test_stream import PACKAGE, SCRIPT

HERE = Path(__file__).parent

# As in distributed.py, but after the watch is closed.
QUIET_END = "    torch.distributed.barrier()\n    import atexit, os\n    atexit.register(os._exit, 0)\n"


def torchrun(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = ["-m", "torch.distributed.run", "--nproc-per-node=2", f"--master-port={port}", *arguments]
    env = {**os.environ, "PYTHONPATH": f"{PACKAGE}{os.pathsep}{HERE}", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *command], env=env, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def two(kind: str, folder: Path) -> list[Line]:
    torchrun(str(HERE / "distributed.py"), kind, str(folder), folder=folder)
    return lines_of(folder / "run")


def differences(one: list[Line], two: list[Line], columns: str = "") -> dict[str, tuple[object, object]]:
    """What is not the same but for rounding."""
    found = {}
    for i, (a, b) in enumerate(zip(steps_of(one), steps_of(two))):
        for name in ("loss", "grad_norm", "clip_coef"):
            if not alike(a[name], b[name]):
                found[f"{i} {name}"] = (a[name], b[name])
        for layer in a["layers"]:
            other = row(b, layer["path"])
            for name, x in layer.items():
                if name.startswith(columns) and not alike(x, other.get(name)):
                    found[f"{i} {layer['path']} {name}"] = (x, other.get(name))
    return found


def alike(a: object, b: object) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(value(a) - value(b)) <= 2e-4 * max(abs(value(a)), 1e-4)
    return a == b


def test_figures_of_all_are_those_of_one_process_with_the_whole_batch(tmp_path: Path) -> None:
    one = train(tmp_path / "one", Net(), clip=0.05)
    both = two("all", tmp_path)
    assert (both[0]["world_size"], both[0]["reduce"]) == (2, "all")
    assert len(steps_of(both)) == 3
    columns = {name for layer in steps_of(one)[0]["layers"] for name in layer}
    assert {"act_dead", "act_spread", "act_saturated", "grad_hist", "time_delta_norm", "gain", "delta_norm"} <= columns
    assert 0 < row(steps_of(one)[0], "relu")["act_dead"] < 1
    assert differences(one, both) == {}


def test_the_first_process_has_the_gradients_of_all(tmp_path: Path) -> None:
    one = train(tmp_path / "one", Net(), clip=0.05)
    both = two("rank0", tmp_path)
    found = differences(one, both, "grad")
    assert {name.split()[-1] for name in found} <= {"loss"}
    assert row(steps_of(both)[0], "start")["act_mean"] != row(steps_of(one)[0], "start")["act_mean"]


def test_sequences_of_different_lengths_leave_out_what_has_no_common_mean(tmp_path: Path) -> None:
    step = steps_of(two("lengths", tmp_path))[0]
    assert "act_mean" in row(step, "0")
    assert "act_spread" not in row(step, "0")


def test_a_watcher_that_fails_in_one_process_hangs_nobody(tmp_path: Path) -> None:
    lines = two("failing", tmp_path)
    assert sorted(file.name for file in tmp_path.glob("trained *")) == ["trained 0", "trained 1"]
    assert [step["step"] for step in steps_of(lines)] == [1]
    assert lines[-1]["reason"] == "failed"
    assert "another process" in lines[-1]["message"]


def test_all_watch_the_steps_that_the_first_one_chooses(tmp_path: Path) -> None:
    assert [step["step"] for step in steps_of(two("paced", tmp_path))] == [1, 3, 5, 7]


def test_norms_of_shards_are_summed(tmp_path: Path) -> None:
    one = train(tmp_path / "one", mlp(), clip=0.05)
    both = two("fsdp", tmp_path)
    assert [layer["type"] for layer in both[0]["layers"]] == [layer["type"] for layer in one[0]["layers"]]
    assert differences(one, both) == {}


@pytest.mark.parametrize("reduce", ["rank0", "all"])
def test_torchrun_watches_a_program_without_a_change(tmp_path: Path, reduce: str) -> None:
    parallel = SCRIPT.replace(
        "net = Net()",
        'torch.distributed.init_process_group("gloo"); net = nn.parallel.DistributedDataParallel(Net())',
    )
    (tmp_path / "train.py").write_text(parallel + QUIET_END)
    torchrun("-m", "gradlens", "--every", "2", "--reduce", reduce, "train.py", folder=tmp_path)
    (file,) = (tmp_path / ".gradlens" / "runs").iterdir()
    lines = lines_of(file)
    assert (lines[0]["model"], lines[0]["world_size"]) == ("Net", 2)
    assert [step["step"] for step in steps_of(lines)] == [1, 3, 5]
    assert lines[-1]["reason"] == "completed"
