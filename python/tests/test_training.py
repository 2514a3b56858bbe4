"""What trainings do: accumulate, scale, clip, checkpoint, compile, freeze, and step with several optimizers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from support import check_gradients, close, data, gradients, lines_of, mlp, row, steps_of, train
from test_figures import Blocks, InPlace, Recurrent, Transformer
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import gradlens
from gradlens import seams


def scaler() -> torch.amp.GradScaler:
    return torch.amp.GradScaler("cpu", init_scale=1024.0)


def test_accumulated_gradients_are_those_of_the_whole_batch(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    parts = steps_of(train(tmp_path / "parts", net, parts=4))
    whole = steps_of(train(tmp_path / "whole", copy.deepcopy(first)))
    check_gradients(parts[0], first, x, y)
    assert [step["step"] for step in parts] == [1, 2, 3]
    for a, b in zip(whole, parts):
        for path in "01234":
            for name, expected in row(a, path).items():
                if isinstance(expected, float):
                    close(row(b, path)[name], expected, 1e-3)
        close(row(b, "3")["act_dead"], row(a, "3")["act_dead"])


def test_a_last_part_that_is_missing_gives_no_figures_after_clipping(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with gradlens.watch(net, optimizer, every=1, path=tmp_path / "run"):
        for parts in (3, 3, 1, 3):
            optimizer.zero_grad()
            for _ in range(parts):
                F.mse_loss(net(x), y).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.01)
            optimizer.step()
    assert [step["step"] for step in steps_of(lines_of(tmp_path / "run"))] == [1, 2, 4]


def test_clipping_is_seen_and_does_not_change_the_gradients_shown(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    step = steps_of(train(tmp_path / "run", net, clip=0.05))[0]
    check_gradients(step, first, x, y)
    close(step["clip_coef"], 0.05 / (step["grad_norm"] + 1e-6))
    loose = steps_of(train(tmp_path / "loose", copy.deepcopy(first), clip=1e3))[0]
    assert loose["clip_coef"] == 1


def test_scaled_gradients_are_shown_unscaled(tmp_path: Path) -> None:
    for clip in (0.05, None):
        net, (x, y) = mlp(), data()
        first = copy.deepcopy(net)
        step = steps_of(train(tmp_path / str(clip), net, scaler=scaler(), clip=clip))[0]
        check_gradients(step, first, x, y)
        close(step["clip_coef"], 0.05 / (step["grad_norm"] + 1e-6) if clip else 1)
        assert step["amp_scale"] == 1024


def test_steps_that_the_scaler_skips_are_counted_and_leave_nothing_behind(tmp_path: Path) -> None:
    net, (x, y), scale = mlp(), data(), scaler()
    first = copy.deepcopy(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with gradlens.watch(net, optimizer, every=1, hist_every=1, path=tmp_path / "run"):
        for broken in (True, True, False):
            optimizer.zero_grad()
            scale.scale(F.mse_loss(net(x), y) * (torch.inf if broken else 1)).backward()
            scale.step(optimizer)
            scale.update()
    (step,) = steps_of(lines_of(tmp_path / "run"))
    check_gradients(step, first, x, y)
    assert step["skipped"] == 2


def test_autocast(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    step = steps_of(train(tmp_path / "run", net, autocast=True, scaler=scaler()))[0]
    check_gradients(step, first, x, y, rel=0.1)


@pytest.mark.parametrize("every", [1, 10, 7])
def test_every_nth_step_is_watched(tmp_path: Path, every: int) -> None:
    lines = train(tmp_path / "run", mlp(), 25, every=every)
    assert [step["step"] for step in steps_of(lines)] == list(range(1, 26, every))


def test_hooks_are_on_the_model_while_a_step_is_watched_and_at_no_other_time(tmp_path: Path) -> None:
    net = mlp()
    seen: list[bool] = []

    def look(_: int) -> None:
        seen.append(any(module._forward_hooks or module._forward_pre_hooks for module in net.modules()))

    train(tmp_path / "run", net, 7, every=3, before=look)
    assert seen == [True, False, False, True, False, False, True]
    assert not any(module._backward_hooks for module in net.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    assert not seams._listeners
    assert torch.autograd.backward.__module__ == "torch.autograd"


def test_the_optimizer_is_found(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    other = torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)
    steps = steps_of(train(tmp_path / "run", net, given=False, before=lambda _: other.step()))
    assert [step["step"] for step in steps] == [1, 2, 3]
    check_gradients(steps[0], first, x, y)


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool | None) -> None:
        super().__init__()
        self.reentrant = reentrant
        self.a, self.t, self.b, self.out = nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        part = nn.Sequential(self.t, self.b)
        return self.out(part(x) if self.reentrant is None else checkpoint(part, x, use_reentrant=self.reentrant))


def test_checkpointing_changes_no_figure(tmp_path: Path) -> None:
    frames = {}
    for mode in (None, False, True):
        torch.manual_seed(0)
        frames[mode] = steps_of(train(tmp_path / str(mode), Checkpointed(mode)))
    for mode in (False, True):
        for plain, step in zip(frames[None], frames[mode]):
            for path in ("a", "t", "b", "out"):
                for name, expected in row(plain, path).items():
                    if isinstance(expected, float):
                        close(row(step, path)[name], expected, 1e-3)


def test_frozen_layers_have_no_gradients(tmp_path: Path) -> None:
    net, (x, _) = mlp(), data()
    net[0].requires_grad_(False)
    first = copy.deepcopy(net)
    steps = steps_of(train(tmp_path / "run", net))
    assert not {"grad_norm", "update_ratio", "weight_norm"} & row(steps[1], "0").keys()
    close(row(steps[0], "4")["act_std"], first(x).std(correction=0))
    close(row(steps[0], "0")["act_std"], first[0](x).std(correction=0))
    assert "delta_norm" not in row(steps[0], "0")


def test_a_layer_that_is_unfrozen_later_gets_its_figures(tmp_path: Path) -> None:
    net = mlp()
    net[0].requires_grad_(False)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    steps = steps_of(train(tmp_path / "run", net, optimizer=optimizer, before=lambda _: net[0].requires_grad_(True)))
    assert "grad_norm" not in row(steps[0], "0")
    assert "grad_norm" in row(steps[2], "0")


def test_passes_that_nothing_goes_back_through_do_not_count(tmp_path: Path) -> None:
    net, (x, _) = mlp(), data()
    first = copy.deepcopy(net)

    def evaluate(_: int) -> None:
        net.eval()
        with torch.no_grad():
            net(x * 100)
        net(x * 100)
        net.train()

    steps = steps_of(train(tmp_path / "run", net, before=evaluate))
    close(row(steps[0], "4")["act_std"], first(x).std(correction=0))
    assert row(steps[1], "0")["act_std"] < 2


def test_a_compiled_model(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    torch._dynamo.reset()
    lines = train(tmp_path / "run", torch.compile(net, backend="aot_eager"), 7, every=2, optimizer=optimizer)
    steps = steps_of(lines)
    assert lines[0]["compiled"] is True
    assert [step["step"] for step in steps] == [1, 3, 5, 7]
    check_gradients(steps[0], first, x, y)
    assert "delta_norm" in row(steps[1], "2")
    counters = torch._dynamo.utils.counters
    assert counters["stats"]["unique_graphs"] == 1
    assert not counters["graph_break"]


def test_data_parallel(tmp_path: Path) -> None:
    assert train(tmp_path / "run", nn.DataParallel(mlp()))[0]["layers"][0]["path"] == "0"


MODELS: dict[str, Callable[[], tuple[nn.Module, Tensor, Tensor]]] = {
    "mlp": lambda: (mlp(), *data()),
    "cnn": lambda: (InPlace(), torch.randn(8, 1, 6, 6), torch.randn(8, 3)),
    "lstm": lambda: (Recurrent(nn.LSTM), *data(16, 7, 8)),
    "blocks": lambda: (Blocks(), *data()),
    "transformer": lambda: (Transformer(), *data(16, 7, 8)),
    "checkpointed": lambda: (Checkpointed(False), *data()),
    "dropout": lambda: (nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.ReLU(), nn.Linear(8, 1)), *data()),
}


@pytest.mark.parametrize("model", MODELS)
def test_the_same_weights_to_the_last_bit_with_and_without(tmp_path: Path, model: str) -> None:
    def run(watched: bool) -> list[Tensor]:
        torch.manual_seed(3)
        net, x, y = MODELS[model]()
        optimizer = torch.optim.Adam(net.parameters())
        watch = gradlens.watch(net, optimizer, every=3, hist_every=2, path=tmp_path / "run") if watched else None
        for _ in range(20):
            optimizer.zero_grad()
            F.mse_loss(net(x), y).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            optimizer.step()
        if watch:
            watch.close()
        return list(net.parameters())

    for a, b in zip(run(True), run(False)):
        assert torch.equal(a, b)
    assert len(steps_of(lines_of(tmp_path / "run"))) == 7


class Adversaries(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.g, self.d = nn.Linear(4, 8), nn.Linear(8, 1)


def adversarial(nets: Adversaries, steps: int, optimizers: list[torch.optim.Optimizer]) -> list[dict[str, Tensor]]:
    """A GAN's steps, and the gradients that each optimizer used."""
    used = []
    real, noise = data(16)[0], data(16, 4)[0]
    for_d, for_g = optimizers
    for _ in range(steps):
        for_d.zero_grad()
        loss = F.softplus(-nets.d(real)).mean() + F.softplus(nets.d(nets.g(noise).detach())).mean()
        loss.backward()
        step = {"d": torch.cat([nets.d.weight.grad.flatten(), nets.d.bias.grad]).clone(), "d loss": loss.detach()}
        for_d.step()
        for_g.zero_grad()
        loss = F.softplus(-nets.d(nets.g(noise))).mean()
        loss.backward()
        step |= {"g": torch.cat([nets.g.weight.grad.flatten(), nets.g.bias.grad]).clone(), "g loss": loss.detach()}
        for_g.step()
        used.append(step)
    return used


def test_a_gradient_belongs_to_the_backward_pass_that_made_it(tmp_path: Path) -> None:
    nets = Adversaries()
    optimizers = [torch.optim.SGD(nets.d.parameters(), lr=0.1), torch.optim.SGD(nets.g.parameters(), lr=0.1)]
    with (
        gradlens.watch(nets.d, optimizers[0], every=1, path=tmp_path / "d"),
        gradlens.watch(nets.g, optimizers[1], every=1, path=tmp_path / "g"),
        gradlens.watch(nets, optimizers, every=1, path=tmp_path / "both"),
    ):
        used = adversarial(nets, 4, optimizers)
    for i, step in enumerate(used):
        alone = {name: steps_of(lines_of(tmp_path / name))[i] for name in ("d", "g")}
        both = steps_of(lines_of(tmp_path / "both"))[i]
        for name in ("d", "g"):
            close(alone[name]["grad_norm"], step[name].norm())
            close(alone[name]["loss"], step[f"{name} loss"])
            close(row(both, name)["grad_norm"], step[name].norm())
            close(row(both, name)["delta_norm"], alone[name]["layers"][0]["delta_norm"])
        assert both["step"] == i + 1


def test_several_optimizers_of_one_model_make_one_step(tmp_path: Path) -> None:
    for given in (True, False):
        net, (x, y) = mlp(), data()
        first = copy.deepcopy(net)
        optimizers = [torch.optim.SGD(net[i].parameters(), lr=0.1) for i in (0, 2, 4)]
        path = tmp_path / str(given)
        with gradlens.watch(net, optimizers if given else None, every=1, hist_every=1, path=path):
            for _ in range(3):
                net.zero_grad()
                F.mse_loss(net(x), y).backward()
                for optimizer in optimizers:
                    optimizer.step()
        steps = steps_of(lines_of(path))
        assert [step["step"] for step in steps] == [1, 2, 3]
        check_gradients(steps[0], first, x, y)
        assert all("update_ratio" in row(steps[0], path) for path in "024")


@pytest.mark.parametrize("joins", [None, 1, 50, 120, 220])
def test_steps_that_pass_unseen_count_whoever_joins(tmp_path: Path, joins: int | None) -> None:
    net, (x, y) = mlp(), data()
    first, second = (torch.optim.SGD(net[i].parameters(), lr=0.01) for i in (0, 4))
    other = torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)
    unseen = 0
    with gradlens.watch(net, first, every=100, path=tmp_path / "run") as watch:
        for step in range(1, 251):
            unseen += watch.step in watch.asleep
            net.zero_grad()
            F.mse_loss(net(x), y).backward()
            if joins is not None and step >= joins:
                second.step()
            other.step()
            first.step()
    lines = lines_of(tmp_path / "run")
    assert unseen > 120
    assert [step["step"] for step in steps_of(lines)] == [1, 101, 201]
    assert lines[-1]["steps"] == 250


def test_an_optimizer_that_takes_up_where_another_ends_goes_on_counting(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    optimizers = [torch.optim.SGD(net.parameters(), lr=0.01), torch.optim.Adam(net.parameters(), lr=0.001)]
    with gradlens.watch(net, every=100, path=tmp_path / "run"):
        for optimizer in optimizers:
            for _ in range(150):
                net.zero_grad()
                F.mse_loss(net(x), y).backward()
                optimizer.step()
    lines = lines_of(tmp_path / "run")
    assert [step["step"] for step in steps_of(lines)] == [1, 101, 201]
    assert lines[-1]["steps"] >= 299


def test_parameters_of_which_no_optimizer_knows_do_not_hold_a_step_up(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    optimizer = torch.optim.SGD(net[4].parameters(), lr=0.1)
    with gradlens.watch(net, every=1, path=tmp_path / "run"):
        for _ in range(5):
            net.zero_grad()
            F.mse_loss(net(x), y).backward()
            optimizer.step()
    steps = [step["step"] for step in steps_of(lines_of(tmp_path / "run"))]
    assert steps[0] == 1
    assert steps[-1] >= 4


def test_of_a_closure_the_first_evaluation_counts(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=5)
    calls = 0

    def closure() -> Tensor:
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        return loss

    with gradlens.watch(net, optimizer, every=1, hist_every=1, path=tmp_path / "run"):
        for _ in range(3):
            optimizer.step(closure)
    steps = steps_of(lines_of(tmp_path / "run"))
    assert calls > 6
    assert [step["step"] for step in steps] == [1, 2, 3]
    check_gradients(steps[0], first, x, y)
    close(row(steps[0], "4")["act_std"], first(x).std(correction=0))
    assert row(steps[0], "0")["update_ratio"] > 0


def test_a_closure_that_clips(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.05)
        return loss

    with gradlens.watch(net, optimizer, every=1, hist_every=1, path=tmp_path / "run"):
        optimizer.step(closure)
    (step,) = steps_of(lines_of(tmp_path / "run"))
    check_gradients(step, first, x, y)
    close(step["clip_coef"], 0.05 / (step["grad_norm"] + 1e-6))


def test_the_penalty_of_a_gradient_does_not_count_twice(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    x.requires_grad_()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with gradlens.watch(net, optimizer, every=1, path=tmp_path / "run"):
        out = net(x)
        (at_x,) = torch.autograd.grad(out.sum(), x, create_graph=True)
        loss = F.mse_loss(out, y) + at_x.square().mean()
        loss.backward()
        optimizer.step()
    (step,) = steps_of(lines_of(tmp_path / "run"))
    close(step["loss"], loss.detach())
    assert "delta_norm" in row(step, "2")


def test_parameters_alone(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    step = steps_of(train(tmp_path / "run", net, activations=False))[0]
    check_gradients(step, first, x, y)
    assert not any(name.startswith(("act_", "delta")) for layer in step["layers"] for name in layer)


def test_figures_that_only_the_user_knows(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with gradlens.watch(net, optimizer, every=1, path=tmp_path / "run") as watch:
        F.mse_loss(net(x), y).backward()
        watch.log(metric=0.5, val_loss=float("nan"))
        optimizer.step()
    (step,) = steps_of(lines_of(tmp_path / "run"))
    assert (step["metric"], step["val_loss"]) == (0.5, "NaN")
    assert gradients(net, x, y)[0] < step["loss"]
