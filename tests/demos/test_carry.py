"""What tabs carry to the Attention tab: models it offers, and texts it can read."""

from typing import Any

import gradio as gr
import pytest

import app
from demos.attention import tab as attention
from demos.chat.conversation import to_page
from demos.chat.tab import last_exchange
from demos.page import build as page
from demos.sentiment import tab as sentiment
from demos.tab import Carry, Form, Tab
from models.catalog.bundled import MINILM, SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.tasks.chat.messages import Message
from tests import tiny

SUMMARY = {
    "sentences": [{"text": "It sails."}],
    "pieces": [
        {"text": "A ferry sails.", "supports": [[0, 0.7], [1, 0.9]]},
        {"text": " ", "supports": []},
        {"text": "It stays.", "supports": [[0, 0.5]]},
    ],
}
PICKED = {"sentences": [{"text": "It stays."}], "pieces": [{"text": "It stays.", "supports": [[0, 1.0]]}]}
CALLS: dict[str, tuple[list[Any], list[Any]]] = {
    "translation": (["Hello there. Bye.", "en", "pt", ""], ["", "en", "pt", ""]),
    "sentiment": (["Not bad.", ""], ["?!", ""]),
    "summarization": ([SUMMARY, ""], [{}, ""]),
    "how-attention-works": ([MINILM.name, "Hello there."], [MINILM.name, "?!"]),
    "chat": (
        [to_page([Message("user", "Hi <b>"), Message("assistant", "Hello!")]), SMOLLM2.name],
        [[], SMOLLM2.name],
    ),
}


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    """Every tab of the app, rendered over tiny models."""
    with gr.Blocks():
        return {tab.name: tab.show(tiny.cache()) for tab in app.TABS}


def carries(forms: dict[str, Form]) -> dict[str, Carry]:
    """The one carry of each tab that has any."""
    return {name: form.carries[0] for name, form in forms.items() if form.carries}


def test_each_tab_names_its_inputs(forms: dict[str, Form]) -> None:
    """The names are those of its endpoint, where there are both."""
    assert list(forms["translation"].inputs) == ["text", "source", "target", "model"]
    assert list(forms["sentiment"].inputs) == ["text", "model", "labels", "kind", "labels_model"]
    assert list(forms["question-answering"].inputs) == ["question", "context", "top_k", "model"]
    assert all(form.run for name, form in forms.items() if name != "runtime")


@pytest.mark.parametrize("name", CALLS)
def test_what_is_carried_can_be_read(forms: dict[str, Form], name: str, tiny_cache: ModelCache) -> None:
    """The model is one that the Attention tab offers, and it takes the text."""
    carry = carries(forms)[name]
    values, _ = CALLS[name]
    assert len(values) == len(carry.inputs)
    attender = attention.make_attender(tiny_cache)
    model, text, pair = carry.choose(*values)
    attender(model, text, pair)


@pytest.mark.parametrize("name", CALLS)
def test_nothing_to_carry_is_reported_in_words(forms: dict[str, Form], name: str) -> None:
    """Before there is anything to show, the button says what to do."""
    with pytest.raises(InputError, match=r"\w+ \w+ \w+"):
        carries(forms)[name].choose(*CALLS[name][1])


def test_a_translation_carries_one_sentence_to_its_direction(forms: dict[str, Form]) -> None:
    """The translator's cross-attention, over the first sentence: it reads one at a time."""
    carried = carries(forms)["translation"].choose("1. Bom dia.\nAdeus.", "pt", "en", "")
    assert carried == ("Firefox Translations pt-en cross-attention", "Bom dia.", "")


def test_a_summary_carries_a_written_sentence_after_its_source(forms: dict[str, Form]) -> None:
    """The nearest source comes first; a picked sentence goes alone, to the model that picked it."""
    choose = carries(forms)["summarization"].choose
    assert choose(SUMMARY, "") == (SMOLLM2.name, "A ferry sails.\nIt sails.", "")
    assert choose(PICKED, "") == (MINILM.name, "It stays.", "")


def test_a_conversation_carries_its_last_exchange() -> None:
    """As plain text, with markup as it was typed."""
    said = [
        Message("user", "Old"),
        Message("assistant", "Older"),
        Message("user", "Hi <b>"),
        Message("assistant", "Yes"),
    ]
    assert last_exchange(to_page(said), "a model", 100) == ("a model", "Hi <b>\nYes", "")


def test_without_an_attention_tab_there_is_no_button(tiny_cache: ModelCache) -> None:
    """Without that tab there are no dead buttons; with it they are shown."""
    cases: list[tuple[list[Tab[Any]], bool]] = [([sentiment.TAB], False), ([sentiment.TAB, attention.TAB], True)]
    for tabs, shown in cases:
        parts = [part["props"] for part in page.build(tabs, tiny_cache).get_config_file()["components"]]
        assert [props["visible"] for props in parts if props.get("elem_id") == "sentiment-carry"] == [shown]


def test_opening_fills_the_attention_tab() -> None:
    """The tab is selected, and its inputs get what was chosen."""
    tabs, *filled = page.opening(lambda text: ("Model", text, ""))("a")
    assert tabs.selected == page.ATTENTION
    assert filled == ["Model", "a", ""]
