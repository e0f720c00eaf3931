"""The "why" without a model: what is drawn for a sentiment and for an answer, and how agreement is shown."""

import pytest

from demos.question_answering.view import Asked, part_of
from demos.question_answering.view import why as why_answer
from demos.sentiment.view import why as why_sentiment
from demos.views.why import Strip, agreement, completeness, group
from models.explain.attribution import Gradients, Reasons, Word
from models.runtime.provenance import Run
from models.tasks.question_answering.results import Answer, Answers
from models.tasks.sentiment.results import Scores, Sentence, Sentiment
from models.text.sentences import Span

RUN = Run("Model", "cpu", 7, 0, 0.25)
TEXT = "Not bad. Bad!"
FELT = Sentiment(
    Scores(0.2, 0.1, 0.7),
    (Sentence(0, 8, Scores(0.1, 0.1, 0.8)), Sentence(9, 13, Scores(0.9, 0.1, 0.0))),
    (Word(0, 3, 1.2), Word(4, 7, -0.5), Word(9, 12, -1.0)),
    3,
    3,
    RUN,
)
CONTEXT = "It rained. Ann met <b>Bob</b>. He left."
ASKED = Asked("Who met Bob?", CONTEXT, Answers((Answer("Ann", 11, 14, 0.9),), 0.05, 4.0, 1, 1, RUN, (11, 30)))
REASONS = Reasons(
    Span(11, 30),
    (Word(0, 3, 2.0), Word(4, 7, -1.0), Word(8, 11, 0.5)),
    (Word(0, 3, 3.0), Word(4, 7, -0.5), Word(8, 11, 0.25)),
    (Word(11, 14, 8.0), Word(15, 18, 1.0)),
    60,
    0.004,
    RUN,
)


def test_a_strip_is_its_text_cut_at_its_words() -> None:
    """Words have a number and their effect, None where it is not measured; all pieces make the stretch up again."""
    words = [Span(4, 7), Span(9, 12)]
    pieces = Strip("name", "short", TEXT, Span(4, 13), words, {4: 0.5}, answer=Span(9, 12)).view()["pieces"]
    assert pieces == [
        {"text": "bad", "word": 0, "effect": 0.5},
        {"text": ". "},
        {"text": "Bad", "word": 1, "effect": None, "answer": True},
        {"text": "!"},
    ]


def test_a_group_has_one_scale() -> None:
    """The largest effect of all its strips, unless the scale is given; never none."""
    strips = [Strip("", "", TEXT, Span(0, 13), [Span(0, 3)], {0: effect}) for effect in (0.5, -2.5)]
    assert group(strips, ("a", "b"))["reach"] == 2.5
    assert group(strips, ("a", "b"), reach=1.0)["reach"] == 1.0
    assert group([], ("a", "b"))["reach"] == 1.0


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ([1, 2, 3, 4], "The two measures agree: 1.00 over 4 words"),
        ([2, 1, 4, 3], "The two measures agree: 0.60"),
        ([2, 4, 1, 3], "The two measures do not agree: 0.00"),
        ([1, 4, 3, 2], "The two measures agree in part: 0.20"),
        ([4, 3, 2, 1], "The two measures contradict each other: −1.00"),
        ([1, 1, 1, 1], "Too few words"),
    ],
)
def test_agreement_is_reported_in_words(second: list[float], words: str) -> None:
    """The figure stands beside what it means."""
    assert agreement([1.0, 2.0, 3.0, 4.0], second).startswith(words)


def test_what_the_gradients_miss_is_reported() -> None:
    """Within 1% they are complete; else the page says how much is missing."""
    assert completeness(0.004, 1_031).startswith("The gradients add up to the whole change of the score, within 0.4%")
    assert "1,031 points" in completeness(0.004, 1_031)
    assert completeness(0.123, 75).startswith("The gradients miss 12%")


def test_a_sentiment_is_explained_as_far_as_it_is_measured() -> None:
    """Both strips hold all words; those whose gradients are still to come have no effect there."""
    shown = why_sentiment(TEXT, FELT, Gradients((1.0, -0.25), 30, 0.001, RUN))
    left, right = shown["groups"][0]["strips"]
    assert [piece["effect"] for piece in left["pieces"] if "word" in piece] == [1.2, -0.5, -1.0]
    assert [piece["effect"] for piece in right["pieces"] if "word" in piece] == [1.0, -0.25, None]
    assert shown["facts"] == ["Measuring: 2 of 3 words…"]
    assert why_sentiment(TEXT, FELT)["facts"] == ["Measuring: 0 of 3 words…"]
    done = why_sentiment(TEXT, FELT, Gradients((1.0, -0.25, -0.5), 31, 0.001, RUN))
    assert done["facts"][0].startswith("The two measures agree: 1.00 over 3 words")


def test_an_answer_is_explained_in_its_window() -> None:
    """The question twice on one scale, the window once on its own, with the answer marked in it."""
    shown = why_answer(ASKED, REASONS, done=True)
    question, text = shown["groups"]
    assert question["title"] == "The question, for the answer “Ann”"
    assert (question["reach"], text["reach"]) == (3.0, 8.0)
    assert "".join(piece["text"] for piece in text["strips"][0]["pieces"]) == "Ann met <b>Bob</b>."
    assert [p["text"] for p in text["strips"][0]["pieces"] if p.get("answer")] == ["Ann"]
    assert text["strips"][0]["note"].endswith("characters 11 to 30 of 39.")
    assert shown["facts"][0].startswith("The two measures agree: 1.00 over 3 words")


def test_an_unlikely_answer_is_called_a_candidate() -> None:
    """Where the text more likely has none, the page does not call it the answer; a long one is cut."""
    long = Answer("Ann " * 40, 11, 14, 0.1)
    shown = why_answer(Asked("Who?", CONTEXT, Answers((long,), 0.9, -1.0, 1, 1, RUN, (0, 39))))
    assert "best candidate, though the text more likely has no answer, “Ann Ann" in shown["groups"][0]["title"]
    assert len(shown["groups"][0]["title"]) < 160
    assert shown["facts"] == ["Measuring: 0 of 2 words left out…"]
    assert not shown["done"]


def test_a_whole_text_needs_no_note() -> None:
    """Only a part is called one; white space around it is not missed."""
    assert part_of(Span(1, 9), " ann left\n") == ""
    assert part_of(Span(0, 3), "ann left") == "Shown is the window in which it was found: characters 0 to 3 of 8."
