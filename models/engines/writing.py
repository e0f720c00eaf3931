"""Batching of sources and the state of growing translations, shared by all translators."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat

import numpy as np

from models.engines.base import Decoded
from models.runtime.arrays import Floats

Source = Sequence[int]

# How many tokens a batch has at most, padding included.
BATCH_TOKENS = 1_024
# How many sources are sorted by length at a time: few at first, so that the first translations come soon.
AHEAD = (2, 8, 32, 64, 256)
# A translation has at most this many times the tokens of its source, and so many more.
LENGTH_FACTOR, LENGTH_SLACK = 2, 10


def bound(source: Source) -> int:
    """How many tokens a translation of `source` has at most."""
    return LENGTH_FACTOR * len(source) + LENGTH_SLACK


def groups(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """The indices of sources of such lengths, in groups of similar lengths to translate together.

    A group has at most so many `tokens`, padding included, unless it is a single source.
    """
    found: list[list[int]] = []
    start = 0
    for ahead in chain(AHEAD, repeat(AHEAD[-1])):
        if start >= len(lengths):
            return found
        found.append([])
        for index in sorted(range(start, min(start + ahead, len(lengths))), key=lambda i: lengths[i]):
            if found[-1] and lengths[index] * (len(found[-1]) + 1) > tokens:
                found.append([])
            found[-1].append(index)
        start += ahead
    return found


def in_groups(
    decode: Callable[[Sequence[Source]], Iterator[dict[int, Decoded]]], sources: Sequence[Source]
) -> Iterator[dict[int, Decoded]]:
    """Translate `sources` with `decode`, which does so with one group, after each token yielding what has ended."""
    for group in groups([len(source) for source in sources], BATCH_TOKENS):
        for finished in decode([sources[index] for index in group]):
            yield {group[row]: translation for row, translation in finished.items()}


@dataclass
class Row:
    """A translation in a batch: its `number`, the `length` of its source, and at most how many tokens it has.

    `ids` are its tokens, `looked` has for each of them how much it attended to each token of the source.
    """

    number: int
    length: int
    bound: int
    ids: list[int] = field(default_factory=list)
    looked: list[Floats] = field(default_factory=list)

    def write(self, token: int, weights: Floats, end: int = 0) -> Decoded | None:
        """Add `token` and its attention `weights` (source, any padding); the whole translation where that ends it."""
        if token != end:
            self.ids.append(token)
            self.looked.append(weights[: self.length])
            if len(self.ids) < self.bound:
                return None
        alignment = np.stack(self.looked) if self.looked else np.zeros((0, self.length), np.float32)
        return Decoded(self.ids, alignment, token == end)
