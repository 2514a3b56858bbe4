"""Sums of steps as the columns of docs/statistics.md, and as lines of the stream."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from gradlens.reductions import BAD, BINS, GREATEST, LEAST, SQUARES, N, extremes
from gradlens.rows import Row
from gradlens.stream import FIGURE, figure, number, text_of

_COUNTS = ("grad_nonfinite", "act_nonfinite")


@dataclass
class Sums:
    """What is known of a step, on the CPU: sums that gradients still multiplied by `scale` went into."""

    step: int
    lr: float
    scale: float
    loss: float
    # Norm of all gradients as the optimizer got them; NaN where that was not looked at.
    clipped: float
    gradients: Tensor
    # Negative where the weights were not looked at.
    moves: Tensor
    activations: Tensor
    # By row: the share of units that are never on, and Σ of squared deviations from the mean of the batch, NaN for a
    # batch of one; both negative where not looked at.
    dead: Tensor
    spread: Tensor
    histogram: Tensor | None
    times: dict[int, list[float]]
    skipped: int = 0
    extra: dict[str, float] = field(default_factory=dict)


class Columns:
    """Figures by step and row, and which there are."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._values: list[Tensor] = []
        self._present: list[Tensor] = []

    def put(self, name: str, values: Tensor, present: Tensor) -> None:
        self.names.append(name)
        self._values.append(values)
        self._present.append(present)

    def tables(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Of each step [rows, columns] of both."""
        return zip(torch.stack(self._values, -1), torch.stack(self._present, -1))


class Lines:
    """
    Writes steps as lines, several at once: their columns are found together. Which figures a row has seldom changes:
    the texts around them are made once.
    """

    def __init__(self, rows: Sequence[Row], row_of: Sequence[int]) -> None:
        self.rows = rows
        self._row_of = torch.tensor(row_of, dtype=torch.long)
        self._saturates = torch.tensor([row.linear_part is not None for row in rows])
        self._paths = [f'{{"path":{text_of(row.path)}' for row in rows]
        # By row, the text with a place for every figure, and how many there are.
        self._texts: dict[bytes, list[tuple[str, int]]] = {}

    def of(self, steps: Sequence[Sums]) -> list[str]:
        """Lines without their line breaks."""
        columns = Columns()
        scale = torch.tensor([[sums.scale] for sums in steps], dtype=torch.float64)
        self._put_gradients(columns, torch.stack([sums.gradients for sums in steps]), scale)
        self._put_moves(columns, torch.stack([sums.moves for sums in steps]))
        self._put_activations(columns, steps, scale)
        return [self._line(sums, columns.names, *tables) for sums, tables in zip(steps, columns.tables())]

    def _line(self, sums: Sums, names: Sequence[str], values: Tensor, present: Tensor) -> str:
        figures: list[float] = values[present].tolist()
        plain = all(map(math.isfinite, figures))
        histograms = self._histograms(sums)
        layers, at = [], 0
        for row, path, (text, count) in zip(self.rows, self._paths, self._texts_around(names, present)):
            own = tuple(figures[at : at + count])
            at += count
            layer = path + (text % own if plain else _with_signs(text, own))
            if histograms is not None and '"grad_norm"' in text:
                layer += f',"grad_hist":[{histograms[row.index]}]'
            if row.index in sums.times:
                times = ",".join(figure(x / sums.scale) for x in sums.times[row.index])
                layer += f',"time_delta_norm":[{times}]'
            layers.append(layer)
        totals = text_of(_totals(sums, self.rows, self._row_of))
        return f'{totals[:-1]},"layers":[{"},".join(layers)}}}]}}'

    def _texts_around(self, names: Sequence[str], present: Tensor) -> list[tuple[str, int]]:
        key = bytes(present.view(-1).tolist())
        if key not in self._texts:
            if len(self._texts) > 8:
                self._texts.clear()
            places = [f',"{name}":{"%d" if name in _COUNTS else FIGURE}' for name in names]
            own = [[place for place, there in zip(places, row) if there] for row in present.tolist()]
            self._texts[key] = [("".join(row), len(row)) for row in own]
        return self._texts[key]

    # ---- columns, [steps, rows]

    def _by_row(self, values: Tensor) -> Tensor:
        """[steps, parameters, …] added up."""
        shape = (values.shape[0], len(self.rows), values.shape[2])
        return values.new_zeros(shape).index_add_(1, self._row_of, values)

    def _put_gradients(self, out: Columns, gradients: Tensor, scale: Tensor) -> None:
        n, total, squares, zeros, bad = self._by_row(gradients[..., :LEAST]).unbind(-1)
        there = n > 0
        mean = total / n / scale
        squares = squares / scale**2
        out.put("grad_norm", squares.sqrt(), there)
        out.put("grad_mean", mean, there)
        out.put("grad_std", (squares / n - mean.square()).clamp_(min=0).sqrt_(), there)
        least, greatest = extremes(gradients[..., LEAST], gradients[..., GREATEST], self._row_of, len(self.rows))
        out.put("grad_min", least / scale, there)
        out.put("grad_max", greatest / scale, there)
        out.put("grad_zero", zeros / n, there)
        out.put("grad_nonfinite", bad, there)

    def _put_moves(self, out: Columns, moves: Tensor) -> None:
        kept = (moves[..., :1] >= 0).double()
        weights, moved, there = self._by_row(torch.cat([moves.clamp(min=0), kept], -1)).unbind(-1)
        there = there > 0
        out.put("weight_norm", weights.sqrt(), there)
        out.put("update_ratio", (moved / weights).sqrt_(), there)

    def _put_activations(self, out: Columns, steps: Sequence[Sums], scale: Tensor) -> None:
        sums = torch.stack([sums.activations for sums in steps])
        spread, dead = torch.stack([sums.spread for sums in steps]), torch.stack([sums.dead for sums in steps])
        n, total, squares, zeros, bad, saturated, delta, entry, deltas, entries = sums.unbind(-1)
        there, arrived = n > 0, deltas > 0
        mean = total / n
        out.put("act_mean", mean, there)
        out.put("act_std", (squares / n - mean.square()).clamp_(min=0).sqrt_(), there)
        apart = torch.where((squares == 0) & ~spread.isnan(), 0.0, (spread / squares).sqrt())
        out.put("act_spread", apart, there & ~(spread < 0))
        out.put("act_zero", zeros / n, there)
        out.put("act_dead", dead, there & (dead >= 0))
        out.put("act_saturated", saturated / n, there & self._saturates)
        out.put("act_nonfinite", bad, there)
        out.put("delta_norm", delta.sqrt() / scale, arrived)
        out.put("gain", (entry / delta).sqrt_(), arrived & (entries == deltas) & (delta != 0))

    def _histograms(self, sums: Sums) -> list[str] | None:
        """Counts of each row. Gradients that were multiplied by 2ⁿ stand n bins too high."""
        if sums.histogram is None:
            return None
        whole = self._by_row(sums.histogram.unsqueeze(0))[0].long()
        shift = round(math.log2(sums.scale)) if sums.scale > 0 else 0
        if shift:
            bins = (torch.arange(BINS) - shift).clamp_(0, BINS - 1)
            whole = torch.zeros_like(whole).index_add_(1, bins, whole)
        return [",".join(map(str, counts)) for counts in whole.tolist()]


def _with_signs(text: str, figures: Sequence[float]) -> str:
    """JSON has no NaN and no infinity: in quotes they are."""
    return text.replace("%d", "%s").replace(FIGURE, "%s") % tuple(map(figure, figures))


def threshold_of(sums: Sums) -> float | None:
    """To which norm the gradients of a step were clipped, where that is a number that somebody may have chosen."""
    if not sums.clipped > 0 or _clip_coef(sums.clipped, _total(sums) / sums.scale) >= 1:
        return None
    chosen = float(f"{sums.clipped:.2g}")
    return chosen if abs(sums.clipped / chosen - 1) < 2e-4 else None


def _total(sums: Sums) -> float:
    """The norm of all gradients."""
    squares = float(sums.gradients[sums.gradients[:, N] > 0, SQUARES].sum())
    return math.sqrt(squares) if squares >= 0 else math.nan


def _totals(sums: Sums, rows: Sequence[Row], row_of: Tensor) -> dict[str, object]:
    total = _total(sums)
    loss = sums.extra.pop("loss", sums.loss / sums.scale)
    line: dict[str, object] = {"type": "step", "step": sums.step, "loss": number(loss), "lr": number(sums.lr)}
    line["grad_norm"] = number(total / sums.scale)
    line["clip_coef"] = number(_clip_coef(sums.clipped, total / sums.scale))
    line.update({name: number(value) for name, value in sums.extra.items()})
    if sums.scale != 1:
        line["amp_scale"] = number(sums.scale)
    if sums.skipped:
        line["skipped"] = sums.skipped
    bad = _first_bad(sums, rows, row_of, loss)
    if bad is not None:
        line["non_finite"] = {"layer": bad[0], "where": bad[1]}
    return line


def _clip_coef(clipped: float, total: float) -> float:
    """By how much the gradients that the optimizer got are smaller; 1 where the difference is rounding."""
    if math.isnan(clipped) or not math.isfinite(total) or total == 0:
        return 1
    return 1 if abs(clipped / total - 1) < 2e-6 else clipped / total


def _first_bad(sums: Sums, rows: Sequence[Row], row_of: Tensor, loss: float) -> tuple[str, str] | None:
    """Where a number was not finite first: outputs in their order, the loss, gradients from the last layer on."""
    outputs = (sums.activations[:, BAD] > 0).nonzero()
    if len(outputs) > 0:
        return rows[int(outputs[0])].path, "activation"
    if not math.isfinite(loss) and not math.isnan(sums.loss):
        return "loss", "activation"
    gradients = (sums.gradients[:, BAD] > 0).nonzero()
    return (rows[int(row_of[gradients[-1]])].path, "gradient") if len(gradients) > 0 else None
