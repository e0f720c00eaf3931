"""Translations that a student writes together, a token each at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.writing import Decoded

END = 0
LENGTH_FACTOR, LENGTH_SLACK = 2, 10
# What is kept of a batch, a row of each tensor for each translation; see `models.student.Student.start`.
State = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


class Writer(Protocol):
    """What a student does for the translations of a batch; see `models.student.Student`."""

    def start(self, ids: Tensor, mask: Tensor) -> State:
        """A batch of which nothing is written."""

    def keep(self, rows: Tensor, length: Tensor, *state: Tensor) -> State:
        """Some rows of a batch."""

    def join(self, rows: Tensor, length: Tensor, ids: Tensor, mask: Tensor, *state: Tensor) -> State:
        """Some rows of a batch, and new ones below them."""

    def write(self, *state: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The next tokens, how many there are, the next cells, how much each token of the source was looked at."""


class StudentWriting:
    """Translations that are written together, a token each at a time; a `models.writing.Writing`.

    What is done between two tokens is little, and in few operations: others may have Python's lock after each.
    """

    _state: State

    def __init__(self, writer: Writer, device: torch.device) -> None:
        """Written by `writer`, whose tensors are on `device`."""
        self.writer, self.device = writer, device
        self.rows: list[_Row] = []
        self.joined = 0

    def fits(self, sources: Sequence[Sequence[int]], tokens: int) -> bool:
        """Whether with `sources` all take at most so many `tokens`, padding included."""
        lengths = [*(row.length for row in self.rows), *map(len, sources)]
        return max(lengths) * len(lengths) <= tokens

    @torch.inference_mode()
    def join(self, sources: Sequence[Sequence[int]]) -> range:
        """Take in `sources`, each a list of ids with `</s>` at its end."""
        ids, mask = pad(sources, self.device)
        numbers = range(self.joined, self.joined + len(sources))
        bounds = [LENGTH_FACTOR * len(source) + LENGTH_SLACK for source in sources]
        new = list(map(_Row, numbers, map(len, sources), bounds))
        if self.rows:
            places = self._places()
            self.rows += new
            self._state = self.writer.join(places, self._longest(), ids, mask, *self._state)
        else:
            self.rows = new
            self._state = self.writer.start(ids, mask)
        self._line_up()
        self.joined = numbers.stop
        return numbers

    def drop(self, numbers: Collection[int]) -> None:
        """Write no further on these."""
        self.rows = [row for row in self.rows if row.number not in numbers]

    @torch.inference_mode()
    def step(self) -> dict[int, Decoded]:
        """Write a token of each; what that ended leaves, by its number."""
        if len(self.rows) < len(self._state[0]):
            self._state = self.writer.keep(self._places(), self._longest(), *self._state)
            self._line_up()
        _, _, sources, bias, _ = self._state
        tokens, at, cells, weights = self.writer.write(*self._state)
        self._state = tokens, at, sources, bias, cells
        written, looked = tokens.tolist(), weights.cpu().numpy()
        ended = {row.number: row.write(written[row.place], looked[row.place]) for row in self.rows}
        finished = {number: each for number, each in ended.items() if each is not None}
        self.drop(finished)
        return finished

    def _places(self) -> Tensor:
        return torch.tensor([row.place for row in self.rows], device=self.device)

    def _longest(self) -> Tensor:
        return torch.tensor(max(row.length for row in self.rows))

    def _line_up(self) -> None:
        for place, row in enumerate(self.rows):
            row.place = place


@dataclass
class _Row:
    """A translation that is being written: its number, its source's length, how long it may be, what there is of it.

    And its place among the rows of the batch, some of which nobody writes on any more.
    """

    number: int
    length: int
    bound: int
    place: int = 0
    ids: list[int] = field(default_factory=list)
    looked: list[NDArray[np.float32]] = field(default_factory=list)

    def write(self, token: int, weights: NDArray[np.float32]) -> Decoded | None:
        """Add `token` and its `weights` (source); the whole translation where that ends it."""
        if token != END:
            self.ids.append(token)
            # How long the longest source of all is changes with those who come and go.
            self.looked.append(weights[: self.length])
            if len(self.ids) < self.bound:
                return None
        alignment = np.stack(self.looked) if self.looked else np.zeros((0, self.length), np.float32)
        return Decoded(self.ids, torch.from_numpy(alignment), token == END)


def pad(sources: Sequence[Sequence[int]], device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """The ids (batch, source) of a batch padded at the right, and the mask that is true at their tokens."""
    longest = max(map(len, sources))
    ids = torch.tensor([[*source, *[END] * (longest - len(source))] for source in sources], device=device)
    lengths = torch.tensor([len(source) for source in sources], device=device)
    return ids, torch.arange(longest, device=device) < lengths[:, None]
