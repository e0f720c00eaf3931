"""What follows from attention weights, against cases of three tokens worked by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from models.explain.attention_math import aggregate, distance, entropy, names, rollout

FIRST = np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5]], np.float32)
SECOND = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]], np.float32)


def test_aggregate_takes_the_mean_or_the_largest() -> None:
    """Two heads become one matrix, cell by cell."""
    heads = np.stack([FIRST, SECOND])
    assert_allclose(aggregate(heads, "mean")[0], [0.75, 0.15, 0.1], rtol=1e-6)
    assert_allclose(aggregate(heads, "max")[1], [0.5, 0.8, 0.1], rtol=1e-6)


def test_rollout_multiplies_layers_with_their_residuals() -> None:
    """The second layer's (A + I) / 2 = [[1,0,0],[.25,.75,0],[0,0,1]] times the first's."""
    flows = rollout(np.stack([FIRST, SECOND]))
    half = [[0.75, 0.15, 0.1], [0.05, 0.9, 0.05], [0.125, 0.125, 0.75]]
    assert_allclose(flows[0], half, rtol=1e-6)
    assert_allclose(flows[1], [half[0], [0.225, 0.7125, 0.0625], half[2]], rtol=1e-6)


def test_entropy_is_in_bits() -> None:
    """One key alone is 0 bits, two alike are 1: the mean of 0, 1 and 0."""
    assert_allclose(entropy(SECOND), 1 / 3, rtol=1e-6)


def test_distance_is_in_tokens() -> None:
    """0.3 + 2 * 0.2, 0.1 + 0.1 and 2 * 0.25 + 0.25, on average."""
    assert_allclose(distance(FIRST), (0.7 + 0.2 + 0.75) / 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("rows", "texts", "special", "expected"),
    [
        ([[0.1, 0.9, 0], [0, 0.2, 0.8], [1, 0, 0]], ["a", "b", "c"], [False] * 3, "next token"),
        ([[0.4, 0.3, 0.3], [0.4, 0.6, 0], [0, 0.9, 0.1]], ["a", "b", "c"], [False] * 3, ""),
        ([[0, 0, 1], [0.9, 0.1, 0], [0.1, 0.9, 0]], ["a", "b", "c"], [False] * 3, "previous token"),
        ([[0, 0, 1], [0, 1, 0], [0.8, 0.2, 0]], ["The", "cat", "the"], [False] * 3, "same word"),
        ([[0, 0, 1], [0.1, 0.1, 0.8], [0.1, 0.1, 0.8]], ["a", "b", "[SEP]"], [False, False, True], "separator"),
        ([[0.4, 0.3, 0.3], [0.9, 0.1, 0], [0.9, 0, 0.1]], ["a", "b", "c"], [False] * 3, "first token"),
        ([[0.34, 0.33, 0.33]] * 3, ["a", "b", "c"], [False] * 3, ""),
        ([[1, 0, 0]] * 3, ["[CLS]", "a", "[SEP]"], [True, False, True], ""),
    ],
)
def test_heads_are_named_by_what_most_weight_does(
    rows: list[list[float]], texts: list[str], special: list[bool], expected: str
) -> None:
    """A habit needs more than half of the weight; special tokens do not vote; one voter is too few."""
    assert names(np.array([rows], np.float32), texts, special).tolist() == [expected]
