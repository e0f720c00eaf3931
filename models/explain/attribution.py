"""What each word did to a model's score, by two methods, and how far the two agree.

Occlusion leaves a word out and reads again (Zeiler and Fergus 2014; for words, Li et al. 2016). Integrated gradients
add up the slopes of the score on the way from a text without words to this one (Sundararajan et al. 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.provenance import Run
from models.text.sentences import Span
from models.text.words import word_at


@dataclass(frozen=True)
class Word:
    """A word, characters `start` to `end` of its text, and its effect: the score with it less the score without it."""

    start: int
    end: int
    effect: float


@dataclass(frozen=True)
class Attribution:
    """What each token added to a score, measured at `steps` points on the way from the baseline.

    `change` is the score of the text less that of the baseline. The values add up to it, but for `missing`.
    """

    values: tuple[float, ...]
    change: float
    steps: int

    @property
    def missing(self) -> float:
        """How far the sum of the values is from the change, in units of the score."""
        return abs(sum(self.values) - self.change)

    @property
    def gap(self) -> float:
        """What is missing as a share of the change: 0 is complete, 0.01 is within 1%."""
        return self.missing / abs(self.change) if self.change else float(self.missing > 0)


@dataclass(frozen=True)
class Gradients:
    """Integrated gradients of the first words of a text, in their order, as far as they are measured.

    `steps` are the points at which slopes were measured, for all sentences; `gap` is that of the worst one.
    """

    effects: tuple[float, ...]
    steps: int
    gap: float
    run: Run


@dataclass(frozen=True)
class Reasons:
    """What raised an answer above "no answer", as far as it is measured.

    `left_out` are words of the question by occlusion; `question` and `context` those of the question and of the
    `window` of the context, by integrated gradients. All effects are in logits: the answer's start and end together,
    less those of "no answer". `gap` is that of the worse of both gradients, None before there are any.
    """

    window: Span
    left_out: tuple[Word, ...]
    question: tuple[Word, ...]
    context: tuple[Word, ...]
    steps: int
    gap: float | None
    run: Run


def by_word(values: Sequence[float], offsets: Sequence[tuple[int, int]], words: list[Span]) -> list[float]:
    """The sum of the tokens' values in each of `words`, which are in their order; `offsets` are the tokens' places."""
    sums = dict.fromkeys(words, 0.0)
    for value, (start, _) in zip(values, offsets, strict=True):
        word = word_at(words, start)
        if word is not None:
            sums[word] += value
    return list(sums.values())


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """The rank correlation of two measurements of the same things, -1 to 1 (Spearman 1904); ties share their mean rank.

    None where it is not defined: fewer than two things, or all of one measurement the same.
    """
    ranks = np.stack([_ranks(first), _ranks(second)])
    centred = ranks - ranks.mean(axis=1, keepdims=True) if ranks.size else ranks
    spread = float(np.sqrt((centred**2).sum(axis=1).prod()))
    return float(centred.prod(axis=0).sum()) / spread if spread else None


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Ranks from 1; equal values get the mean of the ranks they take up."""
    _, places, counts = np.unique(np.asarray(values, np.float64), return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (counts.cumsum() - (counts - 1) / 2)[places]
    return ranks
