"""Translation by a language model: sentence by sentence, streamed, everything between kept."""

import pytest

from models.catalog.bundled import QWEN
from models.runtime.limits import Limits
from models.tasks.translation.adapter import Translator, Translators
from models.tasks.translation.generalist import PARALLEL, untranslated
from models.tasks.translation.translated import Direction
from tests import fake_causal
from tests.fake_causal import FakeCausal, last_message

SAID = {
    "Good morning.": "早上好。",
    "Two apples": "两个苹果",
    "Call Ana.": "Call Ana.",
    "Write this in": "给安娜打电话。",
}


def answer(prompt: str) -> dict[str, float]:
    """The translation that is written down for the last message."""
    return {next(said for begin, said in SAID.items() if last_message(prompt).startswith(begin)): 0.9}


def translator(model: FakeCausal) -> Translator:
    """From English to Chinese."""
    return Translators(fake_causal.cache(model), (QWEN,)).choose("en", "zh")


def test_lists_and_line_breaks_are_kept() -> None:
    """Only sentences are translated, each at its own place, and what has no letter is not asked for."""
    model = FakeCausal(answer)
    found = translator(model)("Good morning.\n\n - Two apples\n - 12:30\n - www.a.org {x}\n")
    assert found.text == "早上好。\n\n - 两个苹果\n - 12:30\n - www.a.org {x}\n"
    assert [sentence.target.of(found.text) for sentence in found.sentences] == [
        "早上好。",
        "两个苹果",
        "12:30",
        "www.a.org {x}",
    ]
    assert all(sentence.links == () and sentence.complete for sentence in found.sentences)
    assert len(model.prompts) == 2


def test_the_translation_is_streamed_within_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written so far is shown, without half a character."""
    monkeypatch.setattr("models.tasks.translation.adapter.PAUSE", -1)
    texts = [found.text for found in translator(FakeCausal(answer)).stream("Good morning.")]
    assert {"早", "早上", "早上好", "早上好。"} <= set(texts)
    assert texts[-1] == "早上好。"


def test_a_sentence_that_was_not_translated_is_asked_for_again() -> None:
    """A reply that is the source once more is no translation."""
    model = FakeCausal(answer)
    assert translator(model)("Call Ana.").text == "给安娜打电话。"
    assert len(model.prompts) == 2


def test_a_reply_that_runs_on_ends() -> None:
    """At its bound, or at the last whole sentence before it goes in circles; the result says which."""
    long = translator(FakeCausal(lambda prompt: {"".join(map(chr, range(0x4E00, 0x4F00))): 0.9}))("Good morning.")
    assert len(long.text) < 100
    assert (long.sentences[0].complete, long.sentences[0].circles) == (False, False)
    circling = translator(FakeCausal(lambda prompt: {"早。" + "好" * 500: 0.9}))("Good morning to all of you here.")
    assert (circling.text, circling.sentences[0].complete, circling.sentences[0].circles) == ("早。", False, True)


def test_a_text_that_repeats_itself_may_do_so_in_its_translation() -> None:
    """What goes in circles in the source is no circle of the model's."""
    found = translator(FakeCausal(lambda prompt: {"不" * 30: 0.9}))(("no " * 30).strip())
    assert (found.text, found.sentences[0].complete) == ("不" * 30, True)


@pytest.mark.parametrize(
    ("source", "said", "target", "expected"),
    [
        ("Good morning to you all.", "各位早上好。", "zh", False),
        ("Good morning to you all.", "Good morning to you all.", "zh", True),
        ("Good morning to you all.", "Bom dia a todos.", "zh", True),
        ("NATO", "NATO", "zh", False),
        ("大家早上好。", "大家早上好，朋友们你们好。", "en", True),
        ("大家早上好。", "Good morning to you all.", "en", False),
        ("大家早上好。", "", "en", True),
        ("See https://example.com/a/very/long/address", "见 https://example.com/a/very/long/address", "zh", False),
        ("Lisboa", "Lisboa", "pt", False),
    ],
)
def test_what_is_no_translation_is_noticed(source: str, said: str, target: str, expected: bool) -> None:
    """By the script, and where nothing was changed."""
    assert untranslated(source, said, Direction("en", target)) is expected


def test_every_pair_of_the_model_has_examples() -> None:
    """The model is offered for exactly the languages of the parallel sentences."""
    assert {code for pair in QWEN.pairs for code in pair} == set(PARALLEL)


def test_time_ends_a_translation_with_its_whole_sentences() -> None:
    """Half a sentence is dropped, and how many are left is known."""
    translators = Translators(fake_causal.cache(FakeCausal(answer)), (QWEN,), Limits(seconds=0))
    found = translators.choose("en", "zh")("12:30\n\nGood morning.\n\nTwo apples")
    assert (found.text, found.left) == ("12:30\n\n", 2)
    assert translator(FakeCausal(answer))("Good morning.").left == 0
