"""The file of a run: what it says, and that nothing that happens takes the training or the file with it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from support import data, lines_of, mlp, row, steps_of, train
from torch import nn

import gradlens
from gradlens.arguments import arguments_of
from gradlens.pacing import AFTER, TIMED, Pacing
from gradlens.stream import figure, number

PACKAGE = Path(gradlens.__file__).parents[1]


def run(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1", **environment}
    return subprocess.run([sys.executable, *command], env=env, cwd=folder, capture_output=True, text=True, check=False)


SCRIPT = """\
import sys
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 4)
        self.fc2 = nn.Linear(4, 1)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


if __name__ == "__main__":
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    for i in range(5):
        optimizer.zero_grad()
        net(torch.randn(4, 8)).square().mean().backward()
        optimizer.step()
    if "--break" in sys.argv:
        1 / 0
"""


def test_what_a_header_says(tmp_path: Path) -> None:
    header = train(tmp_path / "run", mlp())[0]
    assert header["source"] == "pytorch"
    assert header["steps"] is None
    assert (header["every"], header["hist_every"], header["world_size"], header["reduce"]) == (1, 1, 1, None)
    assert (header["pid"], header["optimizer"], header["compiled"], header["heartbeat"]) == (
        os.getpid(),
        "SGD",
        False,
        10,
    )
    assert header["parameters"] == sum(p.numel() for p in mlp().parameters())
    first, second = header["layers"][:2]
    assert first["parameters"] == [{"name": "weight", "shape": [16, 8]}, {"name": "bias", "shape": [16]}]
    assert (first["type"], first["output_shape"], second["type"]) == ("Linear", [16], "Tanh")


def test_a_header_says_what_layers_were_made_with_unless_it_is_the_default(tmp_path: Path) -> None:
    class Doubled(nn.Conv2d):
        pass

    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.weight

    layers = [
        *[Doubled(1, 4, 3, stride=2, padding=(1, 2), bias=False), nn.BatchNorm2d(4, eps=1e-3), nn.LeakyReLU(0.2)],
        *[nn.MaxPool2d(2, 1), Own(), nn.Dropout(0.25), nn.Flatten(), nn.Linear(64, 1)],
    ]
    net = nn.Sequential(*layers)
    header = train(tmp_path / "run", net, of=(torch.randn(4, 1, 9, 7), torch.randn(4, 1)))[0]
    found = {layer["path"]: layer.get("arguments") for layer in header["layers"]}
    assert found == {
        "0": {
            "in_channels": 1,
            "out_channels": 4,
            "kernel_size": [3, 3],
            "stride": [2, 2],
            "padding": [1, 2],
            "bias": False,
        },
        "1": {"num_features": 4, "eps": 1e-3},
        "2": {"negative_slope": 0.2},
        "3": {"kernel_size": 2, "stride": 1},
        "4": None,
        "5": {"p": 0.25},
        "6": {},
        "7": {"in_features": 64, "out_features": 1},
    }


def test_a_layer_made_of_others_tells_what_it_was_made_with() -> None:
    layer = nn.TransformerEncoderLayer(16, 4, 32, 0.2, "gelu", norm_first=True, batch_first=True)
    found = arguments_of(layer)
    assert found == {
        "d_model": 16,
        "nhead": 4,
        "dim_feedforward": 32,
        "dropout": 0.2,
        "norm_first": True,
        "batch_first": True,
        "activation": "gelu",
    }
    assert arguments_of(nn.LSTM(3, 5, 2, bias=False, bidirectional=True)) == {
        "input_size": 3,
        "hidden_size": 5,
        "num_layers": 2,
        "bias": False,
        "bidirectional": True,
    }


def test_a_header_says_loss_optimizer_and_clipping(tmp_path: Path) -> None:
    net = mlp()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.02, betas=(0.8, 0.9))
    header = train(tmp_path / "run", net, optimizer=optimizer, given=False, clip=0.05)[0]
    assert header["optimizers"][0] == {
        "type": "AdamW",
        "lr": 0.02,
        "betas": [0.8, 0.9],
        "eps": 1e-8,
        "weight_decay": 0.01,
        "amsgrad": False,
        **{k: v for k, v in header["optimizers"][0].items() if k in ("maximize", "capturable", "differentiable")},
        **{k: v for k, v in header["optimizers"][0].items() if k == "decoupled_weight_decay"},
    }
    assert (header["loss"], header["clip_grad_norm"]) == ("MSELoss", 0.05)
    x, y = torch.randn(8, 8), torch.randint(0, 3, (8,))
    three = nn.Linear(8, 3)
    header = train(tmp_path / "three", three, of=(x, y), loss=lambda out, y: F.cross_entropy(out, y) * 0.5)[0]
    assert header["loss"] == "CrossEntropyLoss"
    assert "clip_grad_norm" not in header
    header = train(tmp_path / "own", nn.Linear(8, 1), loss=lambda out, y: (out - y).abs().mean() + out.sum())[0]
    assert "loss" not in header


def test_neither_arguments_nor_environment_are_told(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    done = run("-m", "gradlens", "train.py", "--password", "hunter2", folder=tmp_path, SECRET="swordfish")
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / ".gradlens" / "runs").iterdir()
    text = file.read_text()
    assert "hunter2" not in text
    assert "swordfish" not in text
    assert "argv" not in text


def test_a_program_is_watched_without_a_change(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    done = run("-m", "gradlens", "--every", "2", "train.py", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / ".gradlens" / "runs").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = lines_of(file)
    assert [step["step"] for step in steps_of(lines)] == [1, 3, 5]
    where = lines[0]["layers"][0]["where"]
    assert (where["file"], where["line"]) == ("train.py", 9)
    assert lines[0]["model"] == "Net"
    assert lines[-1]["reason"] == "completed"
    assert lines[-1]["steps"] == 5
    assert "delta_norm" in row(steps_of(lines)[0], "fc2")


@pytest.mark.parametrize("by", ["module", "call"])
def test_a_program_that_breaks_says_so(tmp_path: Path, by: str) -> None:
    call = SCRIPT.replace("import sys\n", "import sys, gradlens\n").replace(
        "= Net()\n", "= Net(); gradlens.watch(net)\n"
    )
    (tmp_path / "train.py").write_text(SCRIPT if by == "module" else call)
    command = ["-m", "gradlens", "train.py"] if by == "module" else ["train.py"]
    done = run(*command, "--break", folder=tmp_path)
    assert "ZeroDivisionError" in done.stderr
    assert done.returncode == 1
    (file,) = (tmp_path / ".gradlens" / "runs").iterdir()
    end = lines_of(file)[-1]
    assert (end["reason"], end["message"]) == ("failed", "ZeroDivisionError: division by zero")


def test_a_block_that_ends_with_an_exception_says_so(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = gradlens.watch(net, optimizer, every=1, path=tmp_path / "run")

    def interrupted() -> None:
        with watch:
            F.mse_loss(net(x), y).backward()
            optimizer.step()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert lines_of(tmp_path / "run")[-1]["reason"] == "stopped"


@pytest.mark.parametrize("part", ["calls._leave", "course.backward_ends", "course.update_begins", "_hand_over"])
def test_a_failure_of_the_watcher_does_not_stop_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    monkeypatch.delenv("GRADLENS_DEBUG")
    net, (x, y) = mlp(), data()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = gradlens.watch(net, optimizer, every=1, path=tmp_path / "run")

    def fail(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    owner = watch if "." not in part else getattr(watch, part.split(".")[0])
    monkeypatch.setattr(owner, part.split(".")[-1], fail)
    if part == "calls._leave":
        watch.calls.attach(rare=False)
    for _ in range(3):
        optimizer.zero_grad()
        F.mse_loss(net(x), y).backward()
        optimizer.step()
    end = lines_of(tmp_path / "run")[-1]
    assert end["reason"] == "failed"
    assert "ZeroDivisionError: on purpose" in end["message"]
    assert capsys.readouterr().err.count("on purpose") == 1
    assert not any(module._forward_hooks for module in net.modules())


def test_a_killed_process_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "run"
    code = f"""
        import gradlens, torch
        net = torch.nn.Linear(8, 1)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
        gradlens.watch(net, optimizer, every=1, path={str(path)!r})
        while True:
            net(torch.randn(4, 8)).square().mean().backward()
            optimizer.step()
    """
    env = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], env=env)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (path.exists() and path.stat().st_size > 50_000):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    lines = lines_of(path)
    assert len(lines) > 10
    assert lines[-1]["type"] == "step"


def test_a_file_grows_with_the_logarithm_of_the_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["gradlens.writer"], "LATER_S", 0)
    path = tmp_path / "run"
    lines = train(path, mlp(), 600, hist_every=10, share=16_000)
    steps = [step["step"] for step in steps_of(lines)]
    assert path.stat().st_size < 16_000 * 7
    assert steps[:4] == [1, 2, 3, 4]
    gaps = {b - a for a, b in zip(steps, steps[1:])}
    assert gaps == {1, 2, 4, 8, 16} or gaps == {1, 2, 4, 8, 16, 32}


def test_steps_that_follow_at_once_are_written_together_and_none_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    lines = sys.modules["gradlens.writer"].Lines
    of = lines.of
    monkeypatch.setattr(lines, "of", lambda self, steps: (written.append(len(steps)), of(self, steps))[1])
    steps = steps_of(train(tmp_path / "run", mlp(), 300, hist_every=10))
    assert [step["step"] for step in steps] == list(range(1, 301))
    assert written[0] == 1
    assert 1 < max(written) <= 32
    assert ["grad_hist" in row(step, "0") for step in steps[:12]] == [i % 10 == 0 for i in range(12)]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    train(tmp_path / "run.jsonl", mlp())
    before = (tmp_path / "run.jsonl").read_text()
    train_again = mlp()
    optimizer = torch.optim.SGD(train_again.parameters(), lr=0.1)
    with gradlens.watch(train_again, optimizer, path=tmp_path / "run.jsonl"):
        train_again(data()[0]).mean().backward()
        optimizer.step()
    assert (tmp_path / "run.jsonl").read_text() == before
    assert len(lines_of(tmp_path / "run-2.jsonl")) == 3


def test_a_model_that_is_never_trained_leaves_no_file(tmp_path: Path) -> None:
    with gradlens.watch(mlp(), path=tmp_path / "run"):
        pass
    assert not (tmp_path / "run").exists()


def test_numbers_are_those_that_json_has() -> None:
    assert number(float("nan")) == "NaN"
    assert number(float("-inf")) == "-Infinity"
    for x in (0.0, 1e-30, -123456789.0, 1 / 3):
        assert json.loads(figure(x)) == pytest.approx(x, rel=1e-6)


# Of it frames get 0.03.
BUDGET = 0.03 / 0.65


def paced(pacing: Pacing, frames: int, watched: Callable[[int], float]) -> list[int]:
    """The steps that are watched, where a plain one takes a second, and the one after a frame a half more."""
    steps = [1]
    for i in range(frames):
        pacing.watched(watched(i))
        gap = pacing.interval()
        pacing.passed(unseen := max(0, gap - 1 - AFTER - TIMED))
        for after in range(gap - 1 - unseen):
            pacing.plain(1.5 if after == 0 else 1.0)
        steps.append(steps[-1] + gap)
    return steps


def test_frames_come_as_often_as_the_budget_allows() -> None:
    steps = paced(Pacing(None, BUDGET), 200, lambda i: 50.0 if i == 0 else 5.0)
    assert steps[:4] == [1, 5, 9, 13]
    assert pytest.approx(steps[-1] - steps[-2]) == 4.5 / 0.03


def test_what_the_first_frames_took_is_paid_back() -> None:
    cost = [1.0, *(45.0 if i == 0 else 4.5 for i in range(200))]
    pacing = Pacing(None, BUDGET)
    pacing.began(cost[0])
    steps = paced(pacing, 200, lambda i: 50.0 if i == 0 else 5.0)
    spent = [sum(cost[: i + 1]) / (0.03 * step) for i, step in enumerate(steps)]
    assert spent[4] > 10
    assert spent[60] <= 1.03
    gaps = [b - a for a, b in zip(steps, steps[1:])]
    assert max(gaps) == 300
    assert gaps[-1] == pytest.approx(150, abs=2)


def test_a_pause_of_the_machine_does_not_change_the_pace_much() -> None:
    usual, pause = (paced(Pacing(None, BUDGET), 31, lambda i, p=p: p if i == 28 else 5.0) for p in (5.0, 5000.0))
    assert pause[-1] - pause[-2] <= 1.3 * (usual[-1] - usual[-2])


def test_a_watcher_that_costs_nothing_leaves_plain_steps_to_compare_with() -> None:
    steps = paced(Pacing(None, BUDGET), 20, lambda _: 0.5)
    assert steps[-1] - steps[-2] == 4
