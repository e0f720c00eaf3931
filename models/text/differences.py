"""Two results side by side: the words that only one of them has, and how far their figures are apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from models.text.sentences import Span
from models.text.words import words

# With more words than this in a text, `difflib` looks past those that stand everywhere: else it would take minutes.
MANY_WORDS = 1_000


@dataclass(frozen=True)
class Part:
    """A stretch of a text; `alone` tells that the other text has no such words there."""

    text: str
    alone: bool


@dataclass(frozen=True)
class Figure:
    """A probability on both sides, None where a side does not tell it."""

    name: str
    first: float | None
    second: float | None

    @property
    def difference(self) -> float | None:
        """The second less the first, -1 to 1, None where one of them is not known."""
        return None if self.first is None or self.second is None else self.second - self.first


def parts(first: str, second: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Both texts cut where their words differ; the parts of each make it up again. White space does not count."""
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
    """`text` with each of the `runs` of its words as a part of its own."""
    found: list[Part] = []
    at = 0
    for run in runs:
        if run:
            found += [Part(text[at : run[0].start], False), Part(text[run[0].start : run[-1].end], True)]
            at = run[-1].end
    return tuple(part for part in (*found, Part(text[at:], False)) if part.text)
