"""The sentiment mixture: what is held out stays out, and synthetic remarks have the class they are built for."""

import random
from collections import Counter
from pathlib import Path

import pytest

from models.text.emoji import spelled_out
from tests.train import synthetic
from train import mixture, remarks
from train.mixture import HELD_OUT_DOMAIN


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with all the data files, small."""
    synthetic.squad(tmp_path)
    synthetic.sentiment(tmp_path)
    synthetic.domains(tmp_path)
    return tmp_path


def test_nothing_held_out_is_trained_on(data: Path) -> None:
    """No whole review of the held-out domain is in the training examples, and the held-out sets do not overlap."""
    mixed = mixture.read(data, 0)
    rows = mixture.columns(data / "reviews-train.tsv.gz")
    held = [row["text"] for row in rows if row["domain"] == HELD_OUT_DOMAIN]
    assert mixed.test
    assert Counter(example.text for example in mixed.test + mixed.whole) <= Counter(held)
    trained = [row for row in rows if row["domain"] != HELD_OUT_DOMAIN]
    texts = {example.text for example in mixed.train}
    assert any(spelled_out(row["text"]) in texts for row in trained)


def test_the_mixture_depends_only_on_its_seed(data: Path) -> None:
    """The same seed gives the same examples in the same order, another seed gives others."""
    assert mixture.read(data, 0) == mixture.read(data, 0)
    assert mixture.read(data, 0).train != mixture.read(data, 1).train


def test_every_source_has_its_share(data: Path) -> None:
    """All three classes are there, with emoji spelled out."""
    examples = mixture.read(data, 0).train
    assert {example.label for example in examples} == {0, 1, 2}
    assert any("(thumbs up)" in example.text for example in examples)
    assert not any("\U0001f44d" in example.text for example in examples)


def test_remarks_are_sentences_of_all_classes() -> None:
    """Every template is filled, and negative and positive are balanced."""
    made = remarks.remarks(4_000, random.Random(0))
    counts = Counter(label for _, label in made)
    assert not any("{" in text or "}" in text for text, _ in made)
    assert abs(counts[0] - counts[2]) < 300
    assert counts[1] > 300
    assert len({text for text, _ in made}) > 1_500


def test_a_negated_word_has_the_other_class() -> None:
    """A template that negates "noisy" is positive, one that negates "quiet" is negative."""
    made = [one for one in remarks.remarks(4_000, random.Random(0)) if "anything but" in one[0]]
    assert made
    for text, label in made:
        word = text.removesuffix(".").split("anything but ")[1]
        assert label == (2 if word in remarks.BAD else 0)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain", "plain"),
        ("café, naïve", "café, naïve"),
        ("so good \U0001f44d", "so good  (thumbs up) "),
        ("❤️", " (loved) ️"),
        ("\U0001f62d", " (loudly crying face) "),
        ("20 °C ©", "20 °C ©"),
    ],
)
def test_emoji_become_words(text: str, spelled: str) -> None:
    """Known ones by their meaning, others by their Unicode name; letters and older symbols stay."""
    assert spelled_out(text) == spelled
