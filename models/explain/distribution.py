"""What may follow a text: the likeliest tokens as the model has them, and a power law for all others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.explain.tokens import Candidate

# Halvings of the range of exponents, and its end: no tail falls as steeply.
HALVINGS, STEEPEST = 50, 64.0


@dataclass(frozen=True)
class Distribution:
    """The `likeliest` of `vocabulary` tokens, best first, and the `exponent` of the power law of all others.

    The token of rank r beyond the n likeliest is taken to have p(n) * (r / n) ** -exponent (Zipf 1935), where p(n) is
    the probability of the last one known. Their sum is what the likeliest leave of 1.
    """

    likeliest: tuple[Candidate, ...]
    vocabulary: int
    exponent: float

    @property
    def rest(self) -> float:
        """The probability of all others together, 0 to 1."""
        return max(0.0, 1 - sum(each.probability for each in self.likeliest))


def distribution(likeliest: tuple[Candidate, ...], vocabulary: int) -> Distribution:
    """The distribution that goes on after `likeliest`, which are not empty, up to `vocabulary` tokens."""
    return Distribution(likeliest, vocabulary, tail_exponent([each.probability for each in likeliest], vocabulary))


def tail_exponent(probabilities: Sequence[float], vocabulary: int) -> float:
    """The exponent with which all ranks after `probabilities`, best first, sum to what these leave of 1.

    It is from 0, where all others are as likely as the last one, to STEEPEST, where they hardly count.
    """
    known = len(probabilities)
    rest = 1 - sum(probabilities)
    steps = np.log(np.arange(known + 1, vocabulary + 1) / known)
    low, high = 0.0, STEEPEST
    for _ in range(HALVINGS if len(steps) else 0):
        middle = (low + high) / 2
        more = probabilities[-1] * np.exp(-middle * steps).sum() > rest
        low, high = (middle, high) if more else (low, middle)
    return high
