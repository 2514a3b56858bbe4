"""Every column against what plain autograd gives."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
import torch.nn.functional as F
from support import check_gradients, close, data, gradients, mlp, row, steps_of, train
from torch import Tensor, nn


class InPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 4, 3, padding=1)
        self.b1 = nn.BatchNorm2d(4)
        self.r = nn.ReLU(inplace=True)
        self.c2 = nn.Conv2d(4, 4, 3, padding=1)
        self.fc = nn.Linear(4 * 36, 3)

    def forward(self, x: Tensor) -> Tensor:
        y = self.r(self.b1(self.c1(x)))
        z = self.c2(y)
        z += y
        return self.fc(self.r(z).flatten(1))


class Block(nn.Module):
    """Uses its input three times."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.a(x) * torch.tanh(self.b(x))


class Blocks(nn.Module):
    """Post-norm, with shortcuts around the blocks too."""

    def __init__(self) -> None:
        super().__init__()
        self.start, self.first, self.second = nn.Linear(8, 8), Block(), Block()
        self.norm, self.out = nn.LayerNorm(8), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.start(x)
        x = self.norm(x + self.first(x))
        return self.out(self.norm(x + self.second(x) * x))


class Recurrent(nn.Module):
    def __init__(self, kind: type[nn.RNNBase], **options: bool) -> None:
        super().__init__()
        self.rnn = kind(8, 6, num_layers=2, batch_first=True, **options)
        self.out = nn.Linear(12 if options.get("bidirectional") else 6, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.rnn(x)[0][:, -1])


class Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(8, 16)
        layer = nn.TransformerEncoderLayer(16, 4, 32, 0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.encoder(self.embed(x)).mean(1))


def outputs(net: nn.Sequential, x: Tensor, y: Tensor) -> list[Tensor]:
    """What goes into a chain and comes out of each layer, with gradients."""
    passed = [x.clone().requires_grad_()]
    for layer in copy.deepcopy(net):
        passed.append(layer(passed[-1]))
        passed[-1].retain_grad()
    F.mse_loss(passed[-1], y).backward()
    return passed


def test_gradients_of_an_mlp(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    first = copy.deepcopy(net)
    lines = train(tmp_path / "run", net)
    assert [line["type"] for line in lines] == ["run", "step", "step", "step", "end"]
    check_gradients(steps_of(lines)[0], first, x, y)


def test_outputs_of_an_mlp(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    expected = outputs(net, x, y)[1:]
    step = steps_of(train(tmp_path / "run", net))[0]
    for i, h in enumerate(expected):
        figures = row(step, str(i))
        assert abs(figures["act_mean"] - h.mean()) <= 1e-4 * h.std()
        close(figures["act_std"], h.std(correction=0))
        close(figures["act_zero"], (h == 0).double().mean())
        close(figures["act_spread"], (h.var(0, correction=0).sum() / h.square().mean(0).sum()).sqrt())
        assert figures["act_nonfinite"] == 0
    close(row(step, "3")["act_dead"], (expected[3].amax(0) <= 0).double().mean())
    close(row(step, "1")["act_saturated"], ((1 - expected[1] ** 2) < 0.05).double().mean())
    assert "act_dead" not in row(step, "1")
    assert "act_saturated" not in row(step, "3")


def test_delta_and_gain_of_each_layer(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    passed = [h.grad.norm() for h in outputs(net, x, y)]
    step = steps_of(train(tmp_path / "run", net))[0]
    for i in range(5):
        close(row(step, str(i))["delta_norm"], passed[i + 1])
        close(row(step, str(i))["gain"], passed[i] / passed[i + 1])


def test_update_ratio(tmp_path: Path) -> None:
    net, (x, y) = mlp(), data()
    weights = torch.cat([net[2].weight.flatten(), net[2].bias]).clone()
    grads = gradients(net, x, y)[1]
    step = steps_of(train(tmp_path / "run", net))[0]
    moved = 0.1 * torch.cat([grads["2.weight"].flatten(), grads["2.bias"]]).norm()
    close(row(step, "2")["weight_norm"], weights.norm())
    close(row(step, "2")["update_ratio"], moved / weights.norm())


def test_weights_that_are_zero_have_an_infinite_update(tmp_path: Path) -> None:
    net = mlp()
    nn.init.zeros_(net[4].weight)
    nn.init.zeros_(net[4].bias)
    assert row(steps_of(train(tmp_path / "run", net))[0], "4")["update_ratio"] == "Infinity"


def test_a_cnn_with_in_place_activations(tmp_path: Path) -> None:
    net, x, y = InPlace(), torch.randn(8, 1, 6, 6), torch.randint(0, 3, (8,))
    first = copy.deepcopy(net)
    steps = steps_of(train(tmp_path / "run", net, of=(x, y), loss=F.cross_entropy))
    check_gradients(steps[0], first, x, y, F.cross_entropy)
    for path in ("c1", "b1", "r", "c2", "fc"):
        assert {"delta_norm", "act_mean", "gain"} <= row(steps[1], path).keys()


def test_the_share_of_a_layer_behind_an_in_place_activation(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(inplace=True), nn.Linear(8, 1))
    plain = nn.Sequential(net[0], nn.ReLU(), net[2])
    passed = [h.grad.norm() for h in outputs(plain, *data())]
    step = steps_of(train(tmp_path / "run", net))[0]
    for i in range(3):
        close(row(step, str(i))["gain"], passed[i] / passed[i + 1])


def test_the_gain_of_a_block_has_all_its_ways_and_no_shortcut_around_it(tmp_path: Path) -> None:
    net, (x, y) = Blocks(), data()
    copied = copy.deepcopy(net)
    h = copied.start(x)
    middle = copied.norm(h + copied.first(h))
    inside = middle.detach().requires_grad_()
    delta_at = copied.second(inside)
    other = middle.detach()
    y_block = delta_at.detach().requires_grad_()
    F.mse_loss(copied.out(copied.norm(other + y_block * other)), y).backward()
    (entry,) = torch.autograd.grad(delta_at, inside, y_block.grad)
    step = steps_of(train(tmp_path / "run", net))[0]
    close(row(step, "second")["delta_norm"], y_block.grad.norm())
    close(row(step, "second")["gain"], entry.norm() / y_block.grad.norm())


def test_recurrent_layers_and_their_time_steps(tmp_path: Path) -> None:
    for kind in (nn.LSTM, nn.GRU, nn.RNN):
        for options in ({}, {"bidirectional": True}):
            net, (x, y) = Recurrent(kind, **options), data(16, 7, 8)
            first = copy.deepcopy(net)
            step = steps_of(train(tmp_path / f"{kind.__name__}{len(options)}", net, of=(x, y)))[0]
            check_gradients(step, first, x, y)
            assert len(row(step, "rnn")["time_delta_norm"]) == 7
            assert "gain" in row(step, "rnn")


def test_time_steps_of_an_lstm_made_of_cells(tmp_path: Path) -> None:
    net, (x, y) = nn.Sequential(nn.LSTM(8, 6, batch_first=True), Last(), nn.Linear(6, 1)), data(16, 5, 8)
    lstm, states = net[0], []
    h = c = torch.zeros(16, 6)
    for t in range(5):
        w = (lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0, lstm.bias_hh_l0)
        h, c = torch._VF.lstm_cell(x[:, t], (h, c), *w)
        h.retain_grad()
        states.append(h)
    F.mse_loss(net[2](h), y).backward()
    expected = [h.grad.norm() for h in states]
    net.zero_grad()
    found = row(steps_of(train(tmp_path / "run", net, of=(x, y)))[0], "0")["time_delta_norm"]
    for a, b in zip(found, expected):
        close(a, b)


class Last(nn.Module):
    def forward(self, output: tuple[Tensor, Tensor]) -> Tensor:
        return output[0][:, -1]


def test_a_transformer(tmp_path: Path) -> None:
    net, (x, y) = Transformer(), data(16, 7, 8)
    _, grads = gradients(net, x, y)
    step = steps_of(train(tmp_path / "run", net, of=(x, y)))[0]
    close(step["grad_norm"], torch.cat([g.flatten() for g in grads.values()]).norm())
    assert "gain" in row(step, "encoder.layers.0")


def test_a_module_that_is_called_twice(tmp_path: Path) -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.act, self.out = nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(self.act(self.a(self.act(self.a(x)))))

    net, (x, y) = Shared(), data()
    first = copy.deepcopy(net)
    step = steps_of(train(tmp_path / "run", net))[0]
    check_gradients(step, first, x, y)
    once = first.a(x)
    both = torch.cat([once, first.a(first.act(once))])
    close(row(step, "a")["act_std"], both.std(correction=0))


def test_tied_weights_count_once(tmp_path: Path) -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.e, self.h = nn.Embedding(11, 8), nn.Linear(8, 11, bias=False)
            self.h.weight = self.e.weight

        def forward(self, x: Tensor) -> Tensor:
            return self.h(self.e(x)).mean(1)

    net, x, y = Tied(), torch.randint(0, 11, (4, 5)), torch.randint(0, 11, (4,))
    _, grads = gradients(net, x, y, F.cross_entropy)
    lines = train(tmp_path / "run", net, of=(x, y), loss=F.cross_entropy)
    close(steps_of(lines)[0]["grad_norm"], grads["e.weight"].norm())
    assert lines[0]["parameters"] == 88


def test_sparse_gradients(tmp_path: Path) -> None:
    def net(sparse: bool) -> nn.Module:
        torch.manual_seed(0)
        return nn.Sequential(nn.Embedding(50, 4, sparse=sparse), nn.Flatten(), nn.Linear(12, 1))

    of = torch.randint(0, 20, (8, 3)), torch.randn(8, 1)
    dense, sparse = (steps_of(train(tmp_path / f"{kind}", net(kind), of=of)) for kind in (False, True))
    for a, b in zip(dense, sparse):
        close(b["grad_norm"], a["grad_norm"])
        for name, x in row(a, "0").items():
            assert row(b, "0")[name] == x or abs(row(b, "0")[name] - x) <= 1e-5 * abs(x), name


def test_gradients_too_small_for_squares_in_single_precision(tmp_path: Path) -> None:
    deep = [layer for _ in range(26) for layer in (nn.Linear(8, 8), nn.Sigmoid())]
    net = nn.Sequential(*deep, nn.Linear(8, 1))
    _, grads = gradients(net, *data())
    expected = torch.cat([grads["0.weight"].flatten(), grads["0.bias"]]).double().norm()
    assert 0 < expected < 1e-20
    step = steps_of(train(tmp_path / "run", net))[0]
    close(row(step, "0")["grad_norm"], expected)
    assert row(step, "0")["delta_norm"] > 0
    assert "gain" in row(step, "0")


def test_the_first_place_that_is_not_finite(tmp_path: Path) -> None:
    net = mlp()

    def break_weight(i: int) -> None:
        if i == 1:
            net[2].weight.data[0, 0] = torch.inf

    steps = steps_of(train(tmp_path / "run", net, before=break_weight))
    assert steps[-1]["non_finite"] == {"layer": "2", "where": "activation"}
    assert row(steps[-1], "2")["act_nonfinite"] == 32
    assert "non_finite" not in steps[0]
