"""Sums over the calls of a step, by row: what came out of each layer, and what gradients came back."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection

import torch
from torch import Tensor, nn

from gradlens.calls import Call, look_closer
from gradlens.outputs import Spread, sums_of
from gradlens.recurrent import Recurrence
from gradlens.reductions import Stacks, norms
from gradlens.rows import Row

# Columns: those of moments(), saturated elements, Σ of squares of the gradients at output and input, their numbers.
SATURATED, DELTA, ENTRY, DELTAS, ENTRIES = range(5, 10)
COLUMNS = 10


class Activations:
    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.clear(torch.device("cpu"), rare=False)

    def clear(self, home: torch.device, rare: bool) -> None:
        self.home, self.rare = home, rare
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
            if call.spread is not None:
                key, spread = (row.index, times[row.index]), call.spread.to(self.home)
                if (earlier := self.spreads.get(key)) is None:
                    self.spreads[key] = spread
                elif earlier.mean.shape == spread.mean.shape:
                    earlier.add(spread)
            times[row.index] += 1
            if call.input is not None and call.delta is not None and isinstance(row.module, nn.RNNBase):
                self.recurrences[row.index] = Recurrence(row.module, call.input, call.delta, call.entry)

    def dead(self) -> Tensor:
        """By row, which share of the units is 0 for all samples; negative where that was not looked at."""
        rows, units = list(self.alive), list(self.alive.values())
        stacks = Stacks(units)
        out = self._unseen()
        out[[rows[i] for i in stacks.order]] = 1 - torch.cat([m.double().mean(1) for m in stacks.of(units)])
        return out

    def spread(self) -> Tensor:
        """By row, Σ of squared deviations from the batch's mean, NaN for one sample; negative where not looked at."""
        out = self._unseen()
        rows = [row for row, _ in self.spreads]
        out[rows] = 0
        deviations = torch.stack([spread.deviations for spread in self.spreads.values()])
        alone = [i for i, spread in enumerate(self.spreads.values()) if spread.samples < 2]
        deviations[alone] = math.nan
        return out.index_add_(0, torch.tensor(rows, device=out.device), deviations)

    def _unseen(self) -> Tensor:
        return torch.full((len(self.rows),), -1, dtype=torch.float64, device=self.home)

    def _add_outputs(self, calls: list[Call]) -> None:
        small = [call for call in calls if call.output is not None]
        if small:
            outputs = [call.output for call in small if call.output is not None]
            stacks = Stacks(outputs, [call.row.kind for call in small])
            groups = [[small[i] for i in group] for group in stacks.groups]
            ms = stacks.of(outputs)
            self._put([small[i] for i in stacks.order], sums_of(ms, [group[0].row for group in groups], self.home))
            for m, places, group in zip(ms, stacks.groups, groups):
                look_closer(group, m.view(-1, *outputs[places[0]].shape), self.rare)
        done = [call for call in calls if call.sums is not None]
        if done:
            self._put(done, torch.stack([call.sums.to(self.home) for call in done if call.sums is not None], 1))

    def _put(self, calls: list[Call], sums: Tensor) -> None:
        index = torch.tensor([call.row.index for call in calls], device=self.home)
        self.sums[:, : len(sums)].index_add_(0, index, sums.t())

    def _add_gradients(self, calls: list[Call]) -> None:
        # What leaves a layer is what arrives at the one before: the same tensor, reduced once.
        places: list[int] = []
        which: list[int] = []
        known: dict[int, int] = {}
        tensors: list[Tensor] = []

        def add(place: int, gradient: Tensor) -> None:
            places.append(place)
            which.append(known.setdefault(id(gradient), len(tensors)))
            if which[-1] == len(tensors):
                tensors.append(gradient)

        for call in calls:
            place = call.row.index * COLUMNS
            if call.delta is not None:
                add(place + DELTA, call.delta)
            # Several ways may not all have come: then the whole is not known.
            if call.entry is not None and call.entered == call.ways:
                add(place + ENTRY, call.entry)
        if not places:
            return
        squares = torch.empty(len(tensors), dtype=torch.float64, device=self.home)
        whole = [i for i, gradient in enumerate(tensors) if gradient.dim() > 0]
        squares[whole] = norms([tensors[i] for i in whole], self.home).square()
        for i, gradient in enumerate(tensors):
            if gradient.dim() == 0:
                squares[i] = gradient
        values = squares[which]
        index = torch.tensor(places + [place + 2 for place in places], device=self.home)
        self.sums.view(-1).index_add_(0, index, torch.cat([values, torch.ones_like(values)]))
