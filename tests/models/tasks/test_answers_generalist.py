"""Answers by a language model: quotes at their places, its own words, and none."""

import math

import pytest

from models.catalog.bundled import QWEN
from models.runtime.limits import Limits
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.passages import WINDOW_TOKENS, passages
from tests import fake_causal, tiny
from tests.fake_causal import FakeCausal

NONE = "NONE"
TEXT = "Ann met Bob in 2019. Bob left in 2021. A ferry came for Cleo."


def answerer(replies: dict[str, float], seconds: float = 55.0) -> tuple[Answerer, FakeCausal]:
    """A model that says the same of every window."""
    model = FakeCausal(lambda prompt: replies)
    return Answerer(fake_causal.cache(model), QWEN, Limits(seconds=seconds)), model


def test_a_quote_has_its_place_and_the_probability_of_its_wording() -> None:
    """Offsets are those of the visitor's text."""
    found = answerer({"Cleo": 0.8, NONE: 0.1})[0]("Who came last?", TEXT)
    [answer] = found.answers
    assert (answer.text, TEXT[answer.start : answer.end], answer.quoted) == ("Cleo", "Cleo", True)
    assert found.no_answer == pytest.approx(1 / 9)
    assert answer.score == pytest.approx(8 / 9 * 0.8)
    assert found.found
    assert found.complete


def test_of_several_places_the_one_near_the_question_is_taken() -> None:
    """The sentence with more of the question's words."""
    [answer] = answerer({"Bob": 0.9})[0]("Who left in 2021?", TEXT).answers
    assert answer.start == TEXT.index("Bob left")


def test_a_quote_is_a_whole_word_in_any_case() -> None:
    """A part of a number is no quote, another case and added quotation marks are none the less."""
    [part] = answerer({"20": 0.9})[0]("When did they meet?", TEXT).answers
    assert not part.quoted
    [other] = answerer({"“bob.”": 0.9})[0]("Who?", TEXT).answers
    assert (other.text, other.quoted) == ("Bob", True)
    [all_of_it] = answerer({"Bob": 0.9})[0]("Who?", "Bob").answers
    assert (all_of_it.text, all_of_it.quoted) == ("Bob", True)


def test_its_own_words_are_shown_with_the_nearest_sentence() -> None:
    """The text is what the model said, the place is a sentence's."""
    [answer] = answerer({"a ferry took Cleo": 0.9})[0]("What happened?", TEXT).answers
    assert (answer.text, answer.quoted) == ("a ferry took Cleo", False)
    assert TEXT[answer.start : answer.end] == "A ferry came for Cleo."


def test_none_is_no_answer() -> None:
    """What the model might have invented instead does not count against it."""
    found = answerer({NONE: 0.4, "Xavier": 0.35, "Zoe": 0.25})[0]("Who drove?", TEXT)
    assert found.answers == ()
    assert found.no_answer == 1
    assert math.isfinite(found.margin)
    assert not found.found


def test_a_long_text_is_read_in_windows_until_an_answer_is_sure() -> None:
    """The window with the question's words is the first, and the rest is left out."""
    text = "Nothing happens here today at all. " * 100 + TEXT
    found = answerer({"Cleo": 0.99})[0]("For whom came a ferry?", text)
    assert text[found.answers[0].start :].startswith("Cleo")
    assert (found.read, found.windows > 3) == (1, True)
    assert found.run.dropped > found.run.tokens


def test_a_question_that_is_too_long_loses_its_end() -> None:
    """What was left out is counted, as of a text."""
    reader, model = answerer({"Cleo": 0.9})
    found = reader("Who came last? " * 600, TEXT)
    assert found.answers[0].text == "Cleo"
    assert found.run.dropped > 5_000
    assert max(map(len, model.prompts)) < 2_048


@pytest.mark.parametrize("text", ["ab" * 5_000, '{"a":1,' * 1_500, "a" * 700 + " b" * 9_000, "ก" * 900])
def test_a_sentence_that_is_too_long_is_cut(text: str) -> None:
    """A text without full stops is read whole, in parts no longer than a window."""
    reader, model = answerer({NONE: 1.0})
    found = reader("Who?", text)
    assert found.complete
    assert found.windows == len(model.prompts) > 1
    with reader.cache.lease(QWEN) as loaded:
        parts = passages(loaded, text)
    assert "".join(place.of(text) for place, _ in parts).replace(" ", "") == text.replace(" ", "")
    for place, size in parts:
        assert len(model.tokenizer(place.of(text), add_special_tokens=False)["input_ids"]) == size <= WINDOW_TOKENS


def test_time_ends_the_search_and_says_how_much_was_read() -> None:
    """Without an answer all windows are read, unless the time is up."""
    text = "Nothing happens here today at all. " * 100
    assert answerer({NONE: 1.0})[0]("Who?", text).complete
    assert answerer({NONE: 1.0}, seconds=0)[0]("Who?", text).read == 1


def test_many_are_answered_in_their_order() -> None:
    """As batches ask."""
    reader, _ = answerer({"Cleo": 0.9})
    found = [one for group in reader.many([("Who?", TEXT), ("Who else?", "Cleo came.")]) for one in group]
    assert [one.answers[0].start for one in found] == [TEXT.index("Cleo"), 0]


def test_a_language_model_has_no_reasons() -> None:
    """No copy in torch is loaded for it."""
    reader = Answerer(tiny.cache(), QWEN)
    found = reader("Who?", TEXT)
    assert found.answers == () or list(reader.reasons("Who?", TEXT, found.answers[0])) == []
