"""What heads do, on weights that can be added up by hand."""

import numpy as np
import pytest

from models.explain.heads.habits import Repeated, on_repeated, on_text, ranked


def test_a_text_by_hand() -> None:
    """Four tokens, the first one special: the mean over the other three rows."""
    rows = [[1, 0, 0, 0], [0.5, 0.1, 0.3, 0.1], [0.2, 0.6, 0.1, 0.1], [0.1, 0.4, 0.3, 0.2]]
    found = on_text(np.array([[rows]], np.float32), [True, False, False, False])
    # The row of the second token looks back at the special one: it counts for both.
    assert found["previous token"][0, 0] == pytest.approx((0.5 + 0.6 + 0.3) / 3)
    assert found["next token"][0, 0] == pytest.approx((0.3 + 0.1) / 3)
    assert found["rest"][0, 0] == pytest.approx((0.5 + 0.2 + 0.1) / 3)
    # Two away, and not the special token.
    assert found["nearby words"][0, 0] == pytest.approx((0.1 + 0 + 0.4) / 3)


def test_repeated_tokens_by_hand() -> None:
    """a b a b after a special token: the second a looks at the first, the second b at what came after its first."""
    weights = np.zeros((1, 1, 5, 5), np.float32)
    weights[0, 0, 3, 1], weights[0, 0, 3, 2] = 0.7, 0.2
    weights[0, 0, 4, 2], weights[0, 0, 4, 3] = 0.1, 0.8
    found = on_repeated(Repeated(weights, 1, 2))
    assert found["same token"][0, 0] == pytest.approx((0.7 + 0.1) / 2)
    assert found["induction"][0, 0] == pytest.approx((0.2 + 0.8) / 2)


def test_heads_are_ranked_by_their_score() -> None:
    """Layer and head of the highest ones."""
    scores = np.array([[0.1, 0.9], [0.5, 0.2]], np.float32)
    assert [place for *place, _ in ranked(scores, 2)] == [[0, 1], [1, 0]]
