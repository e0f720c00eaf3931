"""The deletion curve of a measure, on a tiny model."""

import random

import pytest

from bench.faithfulness import MEASURES, SHARES, Case, curve, words
from models.catalog.bundled import SENTIMENT
from models.runtime.cache import ModelCache


@pytest.fixture
def case(tiny_cache: ModelCache) -> Case:
    """Four words, one of two tokens, judged by a class."""
    with tiny_cache.lease(SENTIMENT.with_attention()) as loaded:
        encoding = loaded.tokenizer("ab c d e")
        ids = tuple(encoding["input_ids"])
        return Case(loaded, ids, (0,) * len(ids), words(encoding, 0), (0,), 1)


def test_words_hold_their_tokens(case: Case) -> None:
    """Special tokens are in none."""
    assert case.words == ((1, 2), (3,), (4,), (5,))


def test_the_words_ranked_first_go_first(case: Case) -> None:
    """Without a word the text is what it is without its tokens; a row in a batch is as one alone."""
    found = curve(case, [0.1, 0.4, 0.3, 0.2])
    alone = [case.probabilities([left_out])[0] for left_out in ([], [1], [1], [1], [1, 2])]
    assert len(found) == 1 + len(SHARES)
    assert found == pytest.approx(alone, abs=1e-6)


def test_every_measure_has_a_weight_for_each_word(case: Case) -> None:
    """Occlusion is the fall of the probability itself."""
    found = case.measured(random.Random(0))
    assert set(found) == set(MEASURES)
    assert {len(weights) for weights in found.values()} == {4}
    whole, without = case.probabilities([[], [2]])
    assert found["occlusion"][2] == pytest.approx(whole - without, abs=1e-6)
