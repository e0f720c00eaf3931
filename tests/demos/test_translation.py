"""The Translation tab without a browser: what its parts show, and what its endpoint returns."""

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from demos.fields.language_hint import hint_text
from demos.gradio_compat import events_of
from demos.translation import tab as translation
from demos.translation.aligned_words import view
from demos.translation.directions import Directions
from demos.translation.other_words import OtherWordsView, Versions, follow
from demos.translation.status import status_of
from models.catalog.bundled import ENGLISH_PORTUGUESE
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.provenance import Run
from models.tasks.translation.adapter import Translators, of_catalog
from models.tasks.translation.rewriting import OtherWord, Place, Rewriter
from models.tasks.translation.translated import Sentence, Translation
from models.text.alignment import Link
from models.text.language import Guess
from models.text.sentences import Span
from tests import tiny
from tests.loops import run_apart

RESULT = Translation(
    source="- Hi, you!\n- \N{PARTY POPPER}",
    text="- Tu, oi!\n- \N{PARTY POPPER}",
    sentences=(
        Sentence(Span(2, 10), Span(2, 9), (Link(Span(2, 4), Span(6, 8), 0.91234), Link(Span(6, 9), Span(2, 4), 0.5))),
        Sentence(Span(13, 14), Span(12, 13), (), copied=1, complete=False),
    ),
    run=Run("Student", "cpu", 5, 0, 0.25),
)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page with this tab alone."""
    with gr.Blocks() as demo:
        translation.render(of_catalog(tiny.cache()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    demo.close()


def test_view_counts_words_from_each_sentence() -> None:
    """Both sides are cut into words and the rest, and links point at words of the same sentence."""
    first, second = view(RESULT)
    assert first == {
        "source": [("Hi", True), (", ", False), ("you", True), ("!", False)],
        "target": [("Tu", True), (", ", False), ("oi", True), ("!", False)],
        "links": [[0, 1, 0.912], [1, 0, 0.5]],
    }
    assert second["links"] == []


def test_status_shows_what_was_not_translated() -> None:
    """Copied signs and unfinished sentences are counted beside the rest."""
    assert status_of(RESULT).endswith(
        "5 tokens · 250 ms · 2 sentences · 1 unknown sign copied · 1 sentence ran too long"
    )
    circling = replace(RESULT, sentences=(replace(RESULT.sentences[1], circles=True),))
    assert status_of(circling).endswith("1 sentence ended: it began to repeat itself")


def test_a_model_that_goes_one_way_leaves_the_rest_alone(tiny_cache: ModelCache) -> None:
    """From a language that none reads, or the other way round, nothing changes: the check then says what is offered."""
    there = Directions(Translators(tiny_cache, (ENGLISH_PORTUGUESE,)))
    name = ENGLISH_PORTUGUESE.name
    assert there.of_source("pt", "en", name) == ("en", name)
    assert there.of_target("en", "pt", name) == ("pt", name)
    assert there.turned("en", "pt") is None
    assert there.of_source("en", "fr", "") == ("pt", name)
    assert there.of_target("pt", "fr", "") == ("en", name)
    assert there.of_model(name, "pt", "en") == ("en", "pt")
    with pytest.raises(InputError, match="no model for 'pt' to 'en'"):
        there.translators.check("Olá", "pt", "en", name)


def test_both_ways_are_exchanged(tiny_cache: ModelCache) -> None:
    """With a model for the way back."""
    there = Directions(of_catalog(tiny_cache))
    assert there.turned("en", "pt") == ("pt", "en", "Firefox Translations pt-en")


def test_endpoint(client: Client) -> None:
    """A script gets the text, each sentence with its target, and how the result came to be."""
    result = client.predict("- The dog.\n- 🎉", "pt", "en", api_name="/translate")
    assert [sentence["source"] for sentence in result["sentences"]] == ["The dog.", "🎉"]
    assert result["text"] == f"- {result['sentences'][0]['target']}\n- 🎉"
    assert result["model"] == "Firefox Translations pt-en"
    assert result["dropped"] == 0
    assert {"device", "tokens", "seconds"} < set(result)


def test_endpoint_reads_the_language_it_finds(client: Client) -> None:
    """With "auto" the direction follows the text, and the guess is shown; an unsure one never blocks."""
    result = client.predict("Acordei cedo e fui a pé até ao rio.", "auto", "en", api_name="/translate")
    assert (result["model"], result["source"]) == ("Firefox Translations pt-en", "pt")
    assert result["detected"].pop("confidence") > 0.9
    assert result["detected"] == {"language": "pt", "sure": True}
    unsure = client.predict("casa", "auto", "en", api_name="/translate")
    assert (unsure["source"], unsure["detected"]["sure"]) == ("pt", False)
    named = client.predict("Acordei cedo e fui a pé até ao rio.", api_name="/translate")
    assert (named["source"], named["detected"]) == ("en", None)


def test_a_script_takes_another_word(client: Client) -> None:
    """The words that could stand there come with probabilities; one of them is then written in its place."""
    text = "The dog. A fox is here."
    before = client.predict(text, "en", "pt", api_name="/translate")["text"]
    found = client.predict(text, sentence=1, word=0, api_name="/other_words")
    assert found["text"] == before
    probabilities = [other["probability"] for other in found["others"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 < each < 1 for each in probabilities)
    other = next(each["text"] for each in found["others"] if each["text"].isalpha())
    taken = client.predict(text, sentence=1, word=0, other=other, api_name="/other_words")
    assert taken["text"] != before
    first = client.predict(text, "en", "pt", api_name="/translate")["sentences"][0]["target"]
    assert taken["text"].startswith(f"{first} {other}")
    assert (taken["word"], taken["others"]) == (found["word"], found["others"])


def test_endpoint_says_what_it_cannot_read(client: Client) -> None:
    """A sure guess that no model reads is an error whose message explains how to translate anyway."""
    with pytest.raises(
        (AppError, ValueError), match=r"Looks like Swedish \(\d+%\); no model here translates that to 'en'"
    ):
        client.predict("God morgon, hur mår du i dag och vad ska vi göra?", "auto", "en", api_name="/translate")


@pytest.mark.parametrize(
    ("guess", "words"),
    [
        (None, ""),
        (Guess("pt", 0.97), "Looks like Portuguese (97%)"),
        (Guess("sv", 0.9), "Looks like Swedish (90%); no model here translates it"),
        (Guess("de", 0.6), "Not sure which language this is: perhaps German (60%)"),
        (Guess("pt", 0.97, short=True), "Too short to detect the language: perhaps Portuguese (97%)"),
        (Guess("en", 0.9, ("pt",)), "Looks mixed: English and Portuguese"),
    ],
)
def test_the_hint_is_reported_in_words(guess: Guess | None, words: str) -> None:
    """What is sure is said so, what is not is not, and what no model reads is named."""
    assert hint_text(guess, {"en", "pt"}) == words


@pytest.mark.parametrize(("place", "taken"), [([0, 0], True), ([0, 1], False), ([1, 0], False), (None, False)])
def test_a_word_is_taken_only_at_the_place_it_was_shown_for(
    place: list[int] | None, taken: bool, tiny_cache: ModelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words on the page may be those of a place that was pressed before."""
    rewritten = replace(RESULT, text="Vous, oi!")
    monkeypatch.setattr(Rewriter, "rewritten", lambda *_: rewritten)
    with gr.Blocks() as page:
        words, kept = OtherWordsView("words"), gr.State()
        follow(of_catalog(tiny_cache), gr.HTML(), words, kept, lambda *_: {}, [])
    take = events_of(page)[1].fn
    assert take is not None
    shown = Versions("en", "pt", "", (RESULT,), Place(0, 0), (OtherWord("Vous", (5,), 0.1),))
    changed = run_apart(take(gr.EventData(None, {"other": 0, "place": place}), shown))
    assert changed[words]["undo"] == taken
    assert (kept in changed) == taken
