"""Sums of a step as the columns of docs/statistics.md, and as a line of the stream."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from gradlens import activations as act
from gradlens import parameters as par
from gradlens.reductions import BAD, BINS, SQUARES, SUM, ZEROS, N
from gradlens.rows import Row
from gradlens.stream import digits, figure, number, text_of

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
    histogram: Tensor | None
    # By row: Σ of squared deviations from the mean of the batch; NaN for a batch of one, negative where not taken.
    spread: Tensor | None
    dead: dict[int, float]
    times: dict[int, list[float]]
    skipped: int = 0
    extra: dict[str, float] = field(default_factory=dict)


class Columns:
    """Figures by row, and which rows have them."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.names: list[str] = []
        self._values: list[Tensor] = []
        self._present: list[Tensor] = []

    def put(self, name: str, values: Tensor, present: Tensor) -> None:
        self.names.append(name)
        self._values.append(values.double())
        self._present.append(present)

    def texts(self) -> list[str]:
        """The figures of each row, as the inside of a JSON object."""
        values, present = torch.stack(self._values, 1), torch.stack(self._present, 1)
        plain = bool(torch.isfinite(values[present]).all())
        return [self._row(of, there, plain) for of, there in zip(values.tolist(), present.tolist())]

    def _row(self, values: Sequence[float], present: Sequence[bool], plain: bool) -> str:
        figures = [(name, x) for name, x, there in zip(self.names, values, present) if there]
        write = digits if plain else figure
        return "".join([f',"{name}":{int(x) if name in _COUNTS else write(x)}' for name, x in figures])


def columns_of(sums: Sums, rows: Sequence[Row], row_of: Tensor) -> Columns:
    out = Columns(len(rows))
    _put_gradients(out, sums, row_of)
    _put_moves(out, sums, row_of)
    _put_activations(out, sums, rows)
    return out


def by_row(values: Tensor, row_of: Tensor, rows: int) -> Tensor:
    return torch.zeros(rows, values.shape[1], dtype=values.dtype).index_add_(0, row_of, values)


def _put_gradients(out: Columns, sums: Sums, row_of: Tensor) -> None:
    whole = by_row(sums.gradients[:, : par.LEAST], row_of, out.rows)
    n, once = whole[:, N], 1 / sums.scale
    there = n > 0
    mean, squares = whole[:, SUM] * once / n, whole[:, SQUARES] * once * once
    least = torch.full((out.rows,), math.inf, dtype=torch.float64)
    least = least.scatter_reduce(0, row_of, sums.gradients[:, par.LEAST], "amin")
    greatest = torch.full((out.rows,), -math.inf, dtype=torch.float64)
    greatest = greatest.scatter_reduce(0, row_of, sums.gradients[:, par.GREATEST], "amax")
    out.put("grad_norm", squares.sqrt(), there)
    out.put("grad_mean", mean, there)
    out.put("grad_std", (squares / n - mean.square()).clamp(min=0).sqrt(), there)
    out.put("grad_min", least * once, there)
    out.put("grad_max", greatest * once, there)
    out.put("grad_zero", whole[:, ZEROS] / n, there)
    out.put("grad_nonfinite", whole[:, BAD], there)


def _put_moves(out: Columns, sums: Sums, row_of: Tensor) -> None:
    weights, moves = by_row(sums.moves.clamp(min=0), row_of, out.rows).unbind(1)
    kept = (~(sums.moves[:, :1] < 0)).double()
    there = by_row(kept, row_of, out.rows)[:, 0] > 0
    out.put("weight_norm", weights.sqrt(), there)
    out.put("update_ratio", (moves / weights).sqrt(), there)


def _put_activations(out: Columns, sums: Sums, rows: Sequence[Row]) -> None:
    a = sums.activations
    n = a[:, N]
    there, arrived = n > 0, a[:, act.DELTAS] > 0
    mean = a[:, SUM] / n
    out.put("act_mean", mean, there)
    out.put("act_std", (a[:, SQUARES] / n - mean.square()).clamp(min=0).sqrt(), there)
    if sums.spread is not None:
        none = a[:, SQUARES] == 0
        spread = torch.where(none & ~sums.spread.isnan(), 0.0, (sums.spread / a[:, SQUARES]).sqrt())
        out.put("act_spread", spread, there & ~(sums.spread < 0))
    out.put("act_zero", a[:, ZEROS] / n, there)
    dead = torch.tensor([sums.dead.get(row.index, math.nan) for row in rows], dtype=torch.float64)
    out.put("act_dead", dead, there & ~dead.isnan())
    saturates = torch.tensor([row.linear_part is not None for row in rows])
    out.put("act_saturated", a[:, act.SATURATED] / n, there & saturates)
    out.put("act_nonfinite", a[:, BAD], there)
    out.put("delta_norm", a[:, act.DELTA].sqrt() / sums.scale, arrived)
    entered = arrived & (a[:, act.ENTRIES] == a[:, act.DELTAS]) & (a[:, act.DELTA] != 0)
    out.put("gain", (a[:, act.ENTRY] / a[:, act.DELTA]).sqrt(), entered)


def line_of(sums: Sums, rows: Sequence[Row], row_of: Tensor) -> str:
    """A step's line, without its line break."""
    texts = columns_of(sums, rows, row_of).texts()
    histograms = _histograms(sums, row_of, len(rows))
    layers = []
    for row, figures in zip(rows, texts):
        if histograms is not None and '"grad_norm"' in figures:
            figures += f',"grad_hist":{histograms[row.index]}'.replace(" ", "")
        if row.index in sums.times:
            figures += ',"time_delta_norm":[' + ",".join(figure(x / sums.scale) for x in sums.times[row.index]) + "]"
        layers.append(f'{{"path":{text_of(row.path)}{figures}}}')
    return f'{text_of(_totals(sums, rows, row_of))[:-1]},"layers":[{",".join(layers)}]}}'


def _histograms(sums: Sums, row_of: Tensor, rows: int) -> list[list[int]] | None:
    """Counts of each row. Gradients that were multiplied by 2ⁿ stand n bins too high."""
    if sums.histogram is None:
        return None
    whole = by_row(sums.histogram, row_of, rows).long()
    shift = round(math.log2(sums.scale)) if sums.scale > 0 else 0
    if shift:
        bins = (torch.arange(BINS) - shift).clamp_(0, BINS - 1)
        whole = torch.zeros_like(whole).index_add_(1, bins, whole)
    return [[int(x) for x in counts] for counts in whole.tolist()]


def _totals(sums: Sums, rows: Sequence[Row], row_of: Tensor) -> dict[str, object]:
    present = sums.gradients[:, N] > 0
    total = math.sqrt(squares) if (squares := float(sums.gradients[present, SQUARES].sum())) >= 0 else math.nan
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
