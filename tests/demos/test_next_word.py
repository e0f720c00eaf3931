"""The Next word tab without a browser: its endpoint, and what it shows."""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import ValidationError

from demos.next_word import subject
from demos.next_word import tab as next_word
from demos.next_word.tab import make_next_word
from demos.next_word.view import perplexity_json, perplexity_view
from demos.views.lens import LensView
from models.runtime.cache import ModelCache
from tests import tiny


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page with this tab alone."""
    with gr.Blocks() as demo:
        next_word.render(make_next_word(tiny.cache()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    demo.close()


def test_the_endpoint_gives_what_the_adapter_gives(client: Client, tiny_cache: ModelCache) -> None:
    """A script gets the perplexity with its tokens."""
    adapter = make_next_word(tiny_cache)
    text = "see 👍 in"
    measured = client.predict(text, api_name="/perplexity")
    assert measured["perplexity"] == pytest.approx(adapter.meter(text).value)
    assert measured["model"] == adapter.meter.spec.name
    assert [text[token["start"] : token["end"]] for token in measured["tokens"]] == [
        token["text"] for token in measured["tokens"]
    ]
    assert all(0 < token["probability"] < 1 and token["rank"] > 0 for token in measured["tokens"])


def test_a_script_gets_what_may_follow(client: Client, tiny_cache: ModelCache) -> None:
    """The likeliest tokens, more than the page lists, and what they leave for the others."""
    following = client.predict("see in", api_name="/next_token")
    adapter = make_next_word(tiny_cache)
    known = adapter.drafter("see in", 0).distribution
    assert known is not None
    assert [each["probability"] for each in following["next"]] == pytest.approx(
        [each.probability for each in known.likeliest]
    )
    assert following["rest"] == pytest.approx(1 - sum(each["probability"] for each in following["next"]))
    assert following["vocabulary"] == known.vocabulary > len(following["next"]) == 200


def test_perplexity_has_json_numbers_only(tiny_cache: ModelCache) -> None:
    """What scripts get is plain data under the documented names."""
    meter = make_next_word(tiny_cache).meter
    result = perplexity_json("hi", meter("hi"))
    assert result.keys() == {"perplexity", "tokens", "model", "device", "engine", "dropped", "seconds"}
    assert result["tokens"][0].keys() == {"text", "start", "end", "probability", "rank"}


def test_a_measured_text_shows_ranks(tiny_cache: ModelCache) -> None:
    """The view has each token's rank, and nothing that a candidate could be added to."""
    shown = perplexity_view(make_next_word(tiny_cache).meter("hi"))
    assert "base" not in shown
    assert all(token["rank"] > 0 for token in shown["passages"][0]["tokens"])
    assert shown["passages"][0]["title"].startswith("Perplexity ")


def test_a_text_goes_on_where_none_can_be_measured(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only to measure takes the torch copy of a model, which may have no room."""
    for module in ("models.catalog.room", "models.tasks.next_word.perplexity"):
        monkeypatch.setattr(f"{module}.has_room", lambda *_: False)
    assert client.predict("see in", api_name="/next_token")["next"]
    with pytest.raises(ValidationError, match="can be looked into takes"):
        client.predict("see in", api_name="/perplexity")


def test_a_text_measured_by_another_model_names_it(tiny_cache: ModelCache) -> None:
    """Where the one in the picker has no copy that can measure."""
    found = make_next_word(tiny_cache).meter("hi")
    notes = [perplexity_view(found, asked)["passages"][0]["note"] for asked in (found.run.model, "Qwen")]
    assert notes[1].startswith(notes[0])
    assert notes[1].endswith(
        f"Measured by {found.run.model}: the copy of Qwen that can measure a text takes more memory than there is."
    )


def test_a_script_gets_the_lens(client: Client) -> None:
    """The endpoint takes a word to follow, and a translator by its name."""
    found = client.predict("see in", word="z", api_name="/lens")
    assert {position["followed"][0]["text"] for layer in found["layers"] for position in layer["positions"]} == {"z"}
    assert client.predict("The dog.", model="Firefox Translations en-pt", api_name="/lens")["target"]


@pytest.mark.parametrize("streamed", [False, True])
def test_what_shows_another_text_is_cleared(monkeypatch: pytest.MonkeyPatch, streamed: bool) -> None:
    """With the first result of a run over a new text, and neither before nor again; a run over the same text adds."""
    runs: list[Callable[..., Any]] = []
    monkeypatch.setattr(subject, "on_run", lambda **run: runs.append(run["fn"]))

    def stream(text: str, model: str, report: object) -> Iterator[tuple[str]]:
        yield (f"{text} by {model}",)
        yield ("more",)

    def once(text: str, model: str, report: object) -> tuple[str]:
        return (f"{text} by {model}",)

    with gr.Blocks():
        button, text = gr.Button(), gr.Textbox()
        fn = stream if streamed else once
        subject.Subject().on_run(
            [button.click], fn, [text], [text], lambda *_: None, ("text",), button, others=[LensView("other")]
        )
    more = [("more", "new", gr.skip())] if streamed else []
    assert list(runs[0]("new", "it", "old")) == [("new by it", "new", {}), *more]
    assert list(runs[0]("new", "it", "new")) == [("new by it", "new", gr.skip()), *more]
