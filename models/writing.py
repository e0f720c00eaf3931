"""Sources that a network writes together, a token of each at a time: what is asked of it, and what comes out."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from torch import Tensor

Source = Sequence[int]


class Decoded(NamedTuple):
    """One translation: ids without `</s>`, (target, source) alignment weights with a last column for `</s>`.

    `finished` is False where the length bound ended it.
    """

    ids: list[int]
    alignment: "Tensor"
    finished: bool


# Writes a batch of sources; after each token, what it ended, by its place in the batch.
Decode = Callable[[Sequence[Source]], Iterator[dict[int, Decoded]]]


class Writing(Protocol):
    """Sources in hand, each with a number that no other ever has."""

    def fits(self, sources: Sequence[Source], tokens: int) -> bool:
        """Whether `sources` can join now, and all would then take at most so many `tokens`, padding included."""

    def join(self, sources: Sequence[Source]) -> range:
        """Take `sources` in; their numbers, in their order."""

    def drop(self, numbers: Collection[int]) -> None:
        """Write no further on these."""

    def step(self) -> dict[int, Decoded]:
        """Write a token of each; what that ended leaves, by its number."""


# Begins with nothing in hand.
Begin = Callable[[], Writing]


class WholeBatch:
    """A `Writing` by a network that takes a whole batch at once: nothing joins or leaves once it is begun."""

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self._sources: list[Source] = []
        self._dropped: set[int] = set()
        self._steps: Iterator[dict[int, Decoded]] | None = None

    def fits(self, sources: Sequence[Source], tokens: int) -> bool:
        """Whether `sources` can join now."""
        together = [*self._sources, *sources]
        return self._steps is None and len(together) * max(map(len, together)) <= tokens

    def join(self, sources: Sequence[Source]) -> range:
        """Take `sources` in."""
        self._sources += sources
        return range(len(self._sources) - len(sources), len(self._sources))

    def drop(self, numbers: Collection[int]) -> None:
        """Tell nothing of these, though they are written to their ends."""
        self._dropped |= set(numbers)

    def step(self) -> dict[int, Decoded]:
        """Write a token of each."""
        if self._steps is None:
            self._steps = self._decode(self._sources)
        return {number: each for number, each in next(self._steps).items() if number not in self._dropped}
