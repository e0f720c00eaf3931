"""Labels that the visitor types."""

import pytest

from bench.own_label_cases import CASES, FITTING, LabelSet
from models.catalog.bundled import MINILM
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.provenance import Run
from models.tasks.own_labels import adapter as own_labels
from models.tasks.own_labels.adapter import LabelClassifier, split
from models.tasks.own_labels.results import MARGIN, Label, Labelled
from tests import tiny

TINY = LabelClassifier(tiny.cache(), MINILM)
RUN = Run("a model", "cpu", 1, 0, 0.0)
TEXT = "the ferry left the harbour at nine. "


def test_the_scores_of_one_choice_add_up() -> None:
    """The best label comes first and is chosen; the cosines are in the same order."""
    found = TINY(TEXT, ["ships", " trains ", "cooking"])
    assert {label.name for label in found.labels} == {"ships", "trains", "cooking"}
    assert sum(label.score for label in found.labels) == pytest.approx(1, abs=1e-5)
    cosines = [label.similarity for label in found.labels if label.similarity is not None]
    assert len(cosines) == 3
    assert cosines == sorted(cosines, reverse=True)
    assert found.chosen == (found.labels[0].name,)


def test_two_labels_that_are_nearly_alike_are_unsure() -> None:
    """By their cosines; labels that hold by themselves do not stand against each other, nor do logits of inference."""

    def labelled(*similarities: float | None, multiple: bool = False) -> Labelled:
        return Labelled(tuple(Label(str(i), 0.5, each) for i, each in enumerate(similarities)), multiple, RUN)

    assert labelled(0.5, 0.5 - MARGIN / 2, 0.1).unsure
    assert not labelled(0.5, 0.5 - 2 * MARGIN, 0.1).unsure
    assert not labelled(0.5, 0.5, multiple=True).unsure
    assert not labelled(None, None).unsure
    assert not labelled(0.5, multiple=True).unsure


def test_the_scores_of_a_multiple_choice_are_independent() -> None:
    """Another label beside it changes none, and those from a half are chosen: all, some, or none."""
    alone, beside = TINY(TEXT, ["ships"], True), TINY(TEXT, ["ships", "trains"], True)
    assert next(x.score for x in beside.labels if x.name == "ships") == pytest.approx(alone.labels[0].score, abs=1e-5)
    assert beside.chosen == tuple(label.name for label in beside.labels if label.score >= 0.5)


def test_many_texts_give_what_each_gives() -> None:
    """They share batches, in their order, the long ones too."""
    texts = [TEXT, "a dog", TEXT * 12, "forty people came back at noon"]
    together = TINY.many(texts, ["ships", "animals"])
    for text, found in zip(texts, together, strict=True):
        alone = TINY(text, ["ships", "animals"])
        assert [label.name for label in found.labels] == [label.name for label in alone.labels]
        assert [label.score for label in found.labels] == pytest.approx([x.score for x in alone.labels], abs=1e-4)


def test_the_end_of_a_long_text_counts() -> None:
    """A text longer than a window is read to its end."""
    long = TEXT * 20
    first, second = TINY(long + "zzz zzz zzz. " * 30, ["a", "b"]), TINY(long + "qqq qqq qqq. " * 30, ["a", "b"])
    assert first.run.dropped == 0
    assert first.labels[0].similarity != pytest.approx(second.labels[0].similarity, abs=1e-6)


@pytest.mark.parametrize(
    ("labels", "multiple", "field", "words"),
    [
        ([], False, "labels", "2 to 20 names; there are 0"),
        (["one"], False, "labels", "2 to 20 names; there are 1"),
        ([], True, "labels", "1 to 20 names; there are 0"),
        ([f"label {i}" for i in range(21)], False, "labels", "there are 21"),
        (["a", "A "], False, "labels", "one is repeated"),
        (["a", ""], False, "labels", "labels is empty"),
        (["a", "b" * 61], False, "labels", "61 characters; at most 60"),
        (["a", 7], False, "labels", "must be text, not int"),
        ("a, b", False, "labels", "must be a list of names, not str"),
        (["a", "b"], "yes", "multiple", "must be true or false, not str"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(labels: object, multiple: object, field: str, words: str) -> None:
    """With words, at the field, and before any model loads."""
    classifier = LabelClassifier(tiny.cache(), MINILM)
    with pytest.raises(InputError, match=words) as caught:
        classifier.check(TEXT, labels, multiple)
    assert caught.value.field == field
    assert classifier.cache.status().misses == 0


def test_labels_are_split() -> None:
    """At commas and line breaks, and the empty ones are none."""
    assert split(" a ,b\nc,\n,d") == ["a", "b", "c", "d"]
    assert split(None) == []


def right(classifier: LabelClassifier, sets: tuple[LabelSet, ...]) -> tuple[int, int]:
    """How many texts of `sets` get their label, and how many there are."""
    pairs = [
        (found.chosen[0], label)
        for labels, cases in sets
        for found, (_, label) in zip(classifier.many([text for text, _ in cases], labels), cases, strict=True)
    ]
    return sum(a == b for a, b in pairs), len(pairs)


@pytest.mark.real
def test_the_written_cases(real_cache: ModelCache) -> None:
    """Of 40 texts under six label sets, at least 34 (85%) get their label."""
    hits, count = right(LabelClassifier(real_cache, MINILM), CASES)
    assert count == 60
    assert hits >= 52


@pytest.mark.real
def test_the_scales_are_those_that_fit_best(real_cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the cases they were chosen on, neither a steeper nor a flatter scale, nor another middle, loses much less."""
    import torch

    classifier = LabelClassifier(real_cache, MINILM)

    def loss(multiple: bool, **changed: float) -> float:
        with monkeypatch.context() as patch:
            for name, value in changed.items():
                patch.setattr(own_labels, name, value)
            logs = []
            for labels, cases in FITTING:
                found = classifier.many([text for text, _ in cases], labels, multiple)
                for one, (_, label) in zip(found, cases, strict=True):
                    scores = {x.name: x.score for x in one.labels}
                    held = [scores.pop(label), *([1 - score for score in scores.values()] if multiple else [])]
                    logs.append(-torch.tensor(held).log().sum().item())
        return sum(logs) / len(logs)

    single, multiple = loss(False), loss(True)
    assert single < min(loss(False, SCALE=10.0), loss(False, SCALE=80.0))
    assert multiple < min(loss(True, SLOPE=4.0), loss(True, SLOPE=25.0), loss(True, MIDDLE=0.1), loss(True, MIDDLE=0.4))
