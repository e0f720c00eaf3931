"""Which models read the language of a text."""

from dataclasses import replace

import pytest

from models.catalog.bundled import MINILM, QWEN, SENTIMENT
from models.catalog.hub import SENTIMENT as OF_THE_HUB
from models.catalog.reading import reading, unread, unread_language
from models.text.language import Guess

CHINESE = "这家面馆的汤头特别鲜，下次还来。"


def test_chinese_is_not_read_by_an_english_model() -> None:
    """What reads it is named; the model that does read it gets no warning."""
    found = unread(CHINESE, SENTIMENT, (SENTIMENT, *OF_THE_HUB, QWEN))
    assert found is not None
    assert (found.guess.language, found.readers) == ("zh", (QWEN,))
    assert unread(CHINESE, QWEN, (SENTIMENT, QWEN)) is None
    assert [unread_language(CHINESE, spec) for spec in (SENTIMENT, QWEN)] == ["zh", ""]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("太差了", "zh"),
        ("O serviço foi terrível e a comida estava fria.", "pt"),
        ("The service was terrible and the food was cold.", ""),
        ("absolutely terrible", ""),
        ("casa", ""),
        ("12:30", ""),
    ],
)
def test_only_what_is_sure_is_said(text: str, language: str) -> None:
    """A short text counts where its script confirms the guess; a short one in Latin letters does not."""
    assert unread_language(text, SENTIMENT) == language


def test_of_a_model_whose_languages_are_not_known_nothing_is_said() -> None:
    """As of an operator's own."""
    assert unread(CHINESE, replace(SENTIMENT, languages=()), (QWEN,), lambda text: Guess("zh", 1.0)) is None


def test_the_first_model_that_reads_a_language() -> None:
    """Or the default, where none does."""
    assert reading((MINILM, QWEN), "zh") is QWEN
    assert reading((MINILM, QWEN), "fi") is MINILM
