"""Edits that turn a sentiment or an answer over: the model itself says so, and says when none was found."""

import pytest

from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError, Limits
from models.runtime.provenance import Run
from models.tasks.flip import margin
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.flip import AnswerFlipper, lead_of, probabilities
from models.tasks.question_answering.results import Answer, Answers
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.sentiment.flip import SentimentFlipper

RUN = Run("Tiny", "cpu", 5, 0, 0.1)


def test_the_probabilities_are_the_models(tiny_cache: ModelCache) -> None:
    """Those before and after are what the model says of both texts, and the lead decides what is found."""
    reader = SentimentReader(tiny_cache, SENTIMENT)
    flip = SentimentFlipper(reader)("a good film, not bad")
    before, after = reader.many(["a good film, not bad", flip.text])
    assert dict(flip.before) == pytest.approx(vars(before), abs=1e-6)
    assert dict(flip.after) == pytest.approx(vars(after), abs=1e-6)
    assert flip.found == (after.label != before.label)
    assert flip.over


@pytest.mark.parametrize("to", ["negative", "neutral", "positive"])
def test_a_label_can_be_wanted(tiny_cache: ModelCache, to: str) -> None:
    """Where the text has it already, nothing is changed; where an edit is found, the text has it after."""
    reader = SentimentReader(tiny_cache, SENTIMENT)
    flip = SentimentFlipper(reader)("a good film", to)
    [before] = reader.many(["a good film"])
    if before.label == to:
        assert (flip.edit, flip.tried, flip.found) == ((), 0, True)
    elif flip.found:
        assert max(flip.after, key=lambda name: flip.after[name]) == to


def test_what_cannot_be_looked_for_is_refused(tiny_cache: ModelCache) -> None:
    """An unknown label and an empty text are named."""
    flipper = SentimentFlipper(SentimentReader(tiny_cache, SENTIMENT))
    with pytest.raises(InputError, match="to must be one of"):
        flipper("a good film", "joyful")
    with pytest.raises(InputError, match="empty"):
        flipper(" ")


def test_a_late_search_tells_the_nearest(tiny_cache: ModelCache) -> None:
    """After the deadline it ends with what came nearest, after one batch, and releases the model."""
    reader = SentimentReader(tiny_cache, SENTIMENT, Limits(seconds=-1.0))
    flip = SentimentFlipper(reader)(" ".join("abcdefghijklmnopqrstuvwxyz"))
    assert flip.over
    assert flip.tried <= 16
    assert [model.leases for model in tiny_cache.status().models] == [0]


def test_an_answer_at_the_same_place_is_the_same() -> None:
    """What overlaps the answer has its name; no answer has the empty one."""
    best = Answer("in 1781", 10, 17, 0.6)
    answers = Answers((Answer("1781", 13, 17, 0.5), Answer("Darby", 30, 35, 0.2)), 0.3, 1.0, 1, 1, RUN)
    assert probabilities(answers, best) == {"": 0.3, "in 1781": 0.5, "Darby": 0.2}
    assert probabilities(answers, None)["1781"] == 0.5
    assert margin({"": 0.3, "a": 0.5}, "a") == pytest.approx(0.2)
    assert margin({"": 0.3}, "a") == pytest.approx(-0.3)


def test_an_answer_is_there_where_that_is_likelier_than_not() -> None:
    """Its lead is over the other answers and over even odds for none; that of no answer is over even odds."""
    found = {"": 0.45, "1781": 0.3, "Darby": 0.2}
    assert lead_of(found, "1781") == pytest.approx(0.05)
    assert lead_of(found, "Darby") == pytest.approx(-0.1)
    assert lead_of(found, "") == pytest.approx(-0.05)


def test_a_questions_edit_is_answered_elsewhere(tiny_cache: ModelCache) -> None:
    """The tiny model's answer to the edited question is another one, where an edit is found."""
    answerer = Answerer(tiny_cache, QUESTION_ANSWERING)
    question, context = "when did it open?", "the bridge opened in 1781. it is old."
    flip = AnswerFlipper(answerer)(question, context)
    assert flip.over
    first = answerer(question, context, 5)
    name = first.answers[0].text if first.found else ""
    assert flip.found == (lead_of(flip.after, name) < 0)
    assert lead_of(flip.before, name) >= 0
    assert flip.before[""] == pytest.approx(answerer(question, context).no_answer, abs=1e-6)


@pytest.mark.real
def test_a_review_is_turned_over_by_one_word(real_cache: ModelCache) -> None:
    """A plain judgement takes one change, and comes out the same twice."""
    flipper = SentimentFlipper(SentimentReader(real_cache, SENTIMENT))
    flip = flipper("The food was wonderful and the waiters were kind.", "negative")
    assert flip.found
    assert len(flip.edit) <= 2
    assert flip.after["negative"] > max(flip.after["neutral"], flip.after["positive"])
    assert flipper("The food was wonderful and the waiters were kind.", "negative").edit == flip.edit
