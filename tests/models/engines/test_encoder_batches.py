"""Batches of rows: nothing is lost, little is padded."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.engines.base import EncoderInfo
from models.engines.encoder_batches import batches, padded

INFO = EncoderInfo(width=8, labels=(), token_types=True, padding=7, positions=512)


def test_batches_are_of_like_lengths() -> None:
    """A sentence is not padded to the length of its text, and a row that is too long is alone."""
    assert list(batches([100, 10, 9, 60, 100])) == [[0, 4, 3], [1, 2]]
    assert list(batches([1_500, 1_000, 1])) == [[0], [1], [2]]
    assert list(batches([])) == []


@given(st.lists(st.integers(1, 600), max_size=60))
def test_batches_hold_every_row_once_within_the_bound(lengths: list[int]) -> None:
    """The bound counts the padding."""
    found = list(batches(lengths, 1_000))
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) * max(lengths[i] for i in batch) <= 1_000
        assert 2 * min(lengths[i] for i in batch) >= max(lengths[i] for i in batch)


def test_rows_are_padded_behind_their_ends() -> None:
    """With the encoder's own padding, a mask, and types where it has them."""
    inputs = padded([[1, 2, 3], [4]], INFO, [2, 1])
    assert inputs["input_ids"].tolist() == [[1, 2, 3], [4, 7, 7]]
    assert inputs["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert inputs["token_type_ids"].tolist() == [[0, 0, 1], [0, 1, 1]]
    assert all(each.dtype == np.int64 for each in inputs.values())
    assert padded([[1]], INFO)["token_type_ids"].tolist() == [[0]]


def test_an_encoder_without_types_gets_none() -> None:
    """Its network has no such input."""
    inputs = padded([[1]], EncoderInfo(8, (), False, 0, 512), [0])
    assert list(inputs) == ["input_ids", "attention_mask"]
