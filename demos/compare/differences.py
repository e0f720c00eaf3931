"""Compares two results: the words that only one of them has, and the differences of their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from models.text.sentences import Span
from models.text.words import words

# With more words than this in a text, `difflib` ignores the most frequent ones; it would take minutes otherwise.
MANY_WORDS = 1_000


@dataclass(frozen=True)
class Part:
    """A stretch of a text; `alone` is whether the other text lacks these words there."""

    text: str
    alone: bool


@dataclass(frozen=True)
class Figure:
    """A probability on both sides, None on a side that does not have it."""

    name: str
    first: float | None
    second: float | None

    @property
    def difference(self) -> float | None:
        """The second minus the first, -1 to 1, None if one of them is unknown."""
        return None if self.first is None or self.second is None else self.second - self.first


def parts(first: str, second: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Split both texts where their words differ, ignoring white space; joined, the parts give each text again."""
    ours, theirs = words(first), words(second)
    matcher = SequenceMatcher(
        None,
        [word.of(first) for word in ours],
        [word.of(second) for word in theirs],
        autojunk=max(len(ours), len(theirs)) > MANY_WORDS,
    )
    changes = [change for change in matcher.get_opcodes() if change[0] != "equal"]
    return (
        _cut(first, [ours[start:end] for _, start, end, _, _ in changes]),
        _cut(second, [theirs[start:end] for _, _, _, start, end in changes]),
    )


def figures(first: Mapping[str, float], second: Mapping[str, float]) -> tuple[Figure, ...]:
    """All figures of both sides by their names, in the order of the first side, then of the second."""
    return tuple(Figure(name, first.get(name), second.get(name)) for name in {**first, **second})


def _cut(text: str, runs: Sequence[Sequence[Span]]) -> tuple[Part, ...]:
    """Split `text` so that each of the `runs` of its words is a separate part."""
    found: list[Part] = []
    at = 0
    for run in runs:
        if run:
            found += [Part(text[at : run[0].start], False), Part(text[run[0].start : run[-1].end], True)]
            at = run[-1].end
    return tuple(part for part in (*found, Part(text[at:], False)) if part.text)
