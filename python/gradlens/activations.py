"""Sums over the calls of a step, by row: what came out of each layer, and what gradients came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import torch
from torch import Tensor, nn

from gradlens.calls import Call, alive_units, sums_of
from gradlens.recurrent import Recurrence
from gradlens.reductions import groups, norms
from gradlens.rows import Row

# Columns: those of moments(), saturated elements, Σ of squares of the gradients at output and input, their numbers.
SATURATED, DELTA, ENTRY, DELTAS, ENTRIES = range(5, 10)
COLUMNS = 10


class Spread:
    """How far the samples of a batch are apart, of which more may come: mean, Σ of squared deviations, number."""

    def __init__(self, mean: Tensor, deviations: Tensor, samples: int) -> None:
        self.mean, self.deviations, self.samples = mean, deviations, samples

    def add(self, mean: Tensor, deviations: Tensor, samples: int) -> None:
        """Chan, Golub & LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances, 1979."""
        n = self.samples + samples
        apart = mean - self.mean
        self.deviations = self.deviations + deviations + apart.square().sum() * (self.samples * samples / n)
        self.mean = self.mean + apart * (samples / n)
        self.samples = n


class Activations:
    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.clear(torch.device("cpu"))

    def clear(self, home: torch.device) -> None:
        self.home = home
        self.sums = torch.zeros(len(self.rows), COLUMNS, dtype=torch.float64, device=self.home)
        self.empty = True
        self.alive: dict[int, Tensor] = {}
        # By row and the number of the call in the model's forward pass.
        self.spreads: dict[tuple[int, int], Spread] = {}
        self.recurrences: dict[int, Recurrence] = {}

    def forget(self, rows: Collection[int]) -> None:
        """Rows whose gradients were cleared start anew."""
        if self.empty or not rows:
            return
        self.sums[list(rows)] = 0
        for row in rows:
            self.alive.pop(row, None)
            self.recurrences.pop(row, None)
        self.spreads = {key: spread for key, spread in self.spreads.items() if key[0] not in rows}

    def add(self, calls: list[Call]) -> None:
        if not calls:
            return
        self.empty = False
        self._add_outputs(calls)
        self._add_gradients(calls)
        times: defaultdict[int, int] = defaultdict(int)
        for call in calls:
            row = call.row
            if call.alive is not None:
                alive, before = call.alive.to(self.home), self.alive.get(row.index)
                self.alive[row.index] = alive if before is None else before | alive
            if call.mean is not None:
                self._add_mean(call, times[row.index])
            times[row.index] += 1
            if call.input is not None and call.delta is not None and isinstance(row.module, nn.RNNBase):
                self.recurrences[row.index] = Recurrence(row.module, call.input, call.delta, call.entry)

    def _add_outputs(self, calls: list[Call]) -> None:
        small = [(call, call.output) for call in calls if call.output is not None]
        together = groups(small, lambda call: call.row.linear_part)
        if together:
            outputs = [[output for _, output in group] for group in together]
            sums = sums_of(outputs, [group[0][0].row for group in together], self.home)
            self._put([call for group in together for call, _ in group], sums)
        for call, output in small:
            if call.row.dies:
                call.alive = alive_units(output, call.row)
        done = [call for call in calls if call.output is None and call.sums is not None]
        if done:
            self._put(done, torch.stack([call.sums.to(self.home) for call in done if call.sums is not None]))

    def _put(self, calls: list[Call], sums: Tensor) -> None:
        index = torch.tensor([call.row.index for call in calls], device=self.home)
        self.sums[:, : sums.shape[1]].index_add_(0, index, sums.to(self.home))

    def _add_gradients(self, calls: list[Call]) -> None:
        deltas = [(call, DELTA, call.delta) for call in calls if call.delta is not None]
        # Several ways may not all have come: then the whole is not known.
        entries = [(call, ENTRY, call.entry) for call in calls if call.entry is not None and call.entered == call.ways]
        found = deltas + entries
        if not found:
            return
        # What leaves a layer is what arrives at the one before: the same tensor, reduced once.
        different = {id(gradient): gradient for _, _, gradient in found}
        whole = {key: g for key, g in different.items() if g.dim() > 0}
        squares = dict(zip(whole, norms(list(whole.values()), self.home).square()))
        squares.update({key: g.to(self.home) for key, g in different.items() if g.dim() == 0})
        values = torch.stack([squares[id(gradient)] for _, _, gradient in found])
        places = [call.row.index * COLUMNS + column for call, column, _ in found]
        flat = self.sums.view(-1)
        flat.index_add_(0, torch.tensor(places, device=self.home), values)
        counts = torch.tensor([place + 2 for place in places], device=self.home)
        flat.index_add_(0, counts, torch.ones_like(values))

    def _add_mean(self, call: Call, time: int) -> None:
        assert call.mean is not None
        mean, deviations, samples = call.mean
        mean, deviations = mean.to(self.home), deviations.to(self.home)
        before = self.spreads.get((call.row.index, time))
        if before is None:
            self.spreads[call.row.index, time] = Spread(mean, deviations, samples)
        elif before.mean.shape == mean.shape:
            before.add(mean, deviations, samples)
