"""The trained sentiment adapter on the cases it must get right."""

from pathlib import Path

import pytest

import app
from models.catalog.bundled import SENTIMENT
from models.runtime.cache import ModelCache
from models.tasks.sentiment.adapter import SentimentReader

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("The film is not bad at all.", {"neutral", "positive"}),
        ("I bought it on Monday.", {"neutral"}),
        ("The box holds two cables and a manual.", {"neutral"}),
        ("absolutely terrible", {"negative"}),
        ("I love it!", {"positive"}),
        ("😡", {"negative"}),
        ("💔", {"negative"}),
        ("👍", {"positive"}),
        ("Arrived today 👎", {"negative"}),
        ("Arrived today 👍", {"positive"}),
        (":(", {"negative"}),
        ("1 star", {"negative"}),
        ("2 stars", {"negative"}),
        ("Do not waste your money on this kettle.", {"negative"}),
        ("I could not be happier with the room.", {"positive"}),
        ("I could not be happier", {"positive"}),
        ("I returned the charger the next day.", {"negative"}),
        ("Boils fast, looks lovely, and it is quieter than my old one.", {"positive"}),
    ],
)
def test_the_written_cases(real_cache: ModelCache, text: str, labels: set[str]) -> None:
    """Negation, idiom, plain facts, emoji and ratings."""
    assert SentimentReader(real_cache, SENTIMENT)(text).scores.label in labels


def test_not_turns_bad_round(real_cache: ModelCache) -> None:
    """Without “not” the sentence is worse by far."""
    text = "The film is not bad at all."
    words = {text[word.start : word.end]: word.effect for word in SentimentReader(real_cache, SENTIMENT)(text).words}
    assert words["not"] == max(words.values())
    assert words["not"] > 0.3


def test_the_adapter_is_small() -> None:
    """At most 8 MB."""
    assert (Path(app.ASSETS) / "adapters" / SENTIMENT.adapter / "adapter_model.safetensors").stat().st_size <= 8_000_000
