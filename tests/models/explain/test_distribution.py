"""How a distribution goes on after the tokens that are known."""

import numpy as np
import pytest

from models.explain.distribution import STEEPEST, distribution, tail_exponent
from models.explain.tokens import Candidate


def zipf(exponent: float, vocabulary: int) -> list[float]:
    """The probabilities of so many tokens under a power law."""
    weights = np.arange(1, vocabulary + 1) ** -exponent
    return list(weights / weights.sum())


@pytest.mark.parametrize("exponent", [0.0, 0.9, 1.7, 3.0])
def test_a_power_law_goes_on_as_it_began(exponent: float) -> None:
    """From the first 200 of 5,000 tokens the exponent of all is found."""
    assert tail_exponent(zipf(exponent, 5_000)[:200], 5_000) == pytest.approx(exponent, abs=1e-6)


def test_the_others_sum_to_what_is_left() -> None:
    """Whatever the tokens that are known, the power law has the sum of the others."""
    known = [0.5, 0.2, 0.05]
    ranks = np.arange(4, 1_001)
    others = known[-1] * (ranks / 3) ** -tail_exponent(known, 1_000)
    assert others.sum() == pytest.approx(0.25, abs=1e-9)


def test_nothing_left_leaves_nothing() -> None:
    """Where the known tokens have all, the others hardly count; where they are all there are, none is asked for."""
    assert tail_exponent([0.75, 0.25], 1_000) == pytest.approx(STEEPEST, abs=1e-6)
    assert tail_exponent([0.75, 0.25], 2) == STEEPEST
    assert distribution((Candidate(0, "a", 0.75, False), Candidate(1, "b", 0.25, False)), 2).rest == 0
