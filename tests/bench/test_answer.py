"""The plain reader that question answering is measured beside, and the texts of a length."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from bench import ours
from bench.plain import best_span
from bench.sentiment import first_result
from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT
from models.runtime.cache import Loaded, ModelCache
from models.tasks.sentiment.adapter import SentimentReader
from tests.tiny import letter_tokenizer


def model(starts: dict[int, float], ends: dict[int, float]) -> Any:
    """A model with these logits at these positions, and -9 elsewhere."""

    def logits(length: int, at: dict[int, float]) -> torch.Tensor:
        return torch.tensor([[at.get(position, -9.0) for position in range(length)]])

    def forward(input_ids: torch.Tensor, **rest: torch.Tensor) -> Any:
        length = input_ids.shape[1]
        return SimpleNamespace(start_logits=logits(length, starts), end_logits=logits(length, ends))

    return forward


@pytest.mark.parametrize(
    ("starts", "ends", "found"),
    [
        ({5: 3.0}, {6: 3.0}, "cd"),
        # The question, and the marks around it, are no answer.
        ({0: 9.0, 1: 9.0, 4: 2.0}, {0: 9.0, 1: 9.0, 4: 2.0}, "b"),
        # An end before its start is none.
        ({6: 5.0, 4: 1.0}, {5: 5.0, 6: 1.0}, "bc"),
    ],
)
def test_the_plain_reader_takes_the_best_span(starts: dict[int, float], ends: dict[int, float], found: str) -> None:
    """Of the context: `[CLS] q [SEP] a b c d [SEP]`."""
    loaded = Loaded(model(starts, ends), letter_tokenizer(), "cpu", "float32", 0)
    assert best_span(loaded, "q", "abcd") == found


def test_the_plain_reader_reads_a_whole_model(tiny_cache: ModelCache) -> None:
    """The span is somewhere in the context."""
    with tiny_cache.lease(QUESTION_ANSWERING.with_attention()) as loaded:
        assert best_span(loaded, "who", "ab cd ef") in "ab cd ef"


@pytest.mark.parametrize("tokens", [1, 5, 40])
def test_a_text_is_as_long_as_asked_for(tokens: int) -> None:
    """Over and over where it is shorter."""
    tokenizer = letter_tokenizer()
    text = ours.beginning(tokenizer, "ab cd ef", tokens)
    assert len(tokenizer(text, add_special_tokens=False)["input_ids"]) == tokens


def test_the_first_result_needs_no_words(tiny_cache: ModelCache) -> None:
    """A closed stream holds no model."""
    first_result(SentimentReader(tiny_cache, SENTIMENT), "ab cd.")
    assert [each.leases for each in tiny_cache.status().models] == [0]
