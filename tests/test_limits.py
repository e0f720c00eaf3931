"""What the operator allows reaches every endpoint and every field of the page."""

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import gradio as gr
import pytest

import app
import settings
from demos.gradio_compat import events_of
from demos.tab import Tab
from demos.tabs import tabs_of
from models.explain.lens.adapter import LONGEST_WORD
from models.runtime.limits import Limits
from models.tasks.registry import TASKS
from tests import tiny

CHARACTERS, CONTEXT, TOKENS = 40, 60, 16
# Hidden fields that the page's own scripts fill.
OF_SCRIPTS = {"attention-off"}
# Free texts among the parameters of the endpoints, with the limit of each.
TEXTS = dict.fromkeys(("text", "text_pair", "question", "message", "system"), CHARACTERS) | {"context": CONTEXT}
GIVEN: dict[str, Any] = {
    **dict.fromkeys(TEXTS, "hello"),
    "source": "en",
    "target": "pt",
    "reply": "pt",
    "labels": ["one", "two"],
    "max_new_tokens": TOKENS,
}


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    """The whole page under small limits."""
    chosen = settings.read(
        ["--characters", str(CHARACTERS), "--context-characters", str(CONTEXT), "--new-tokens", str(TOKENS)]
    )
    return app.build(tiny.cache(), chosen=chosen)


def refused(event: Any, **changed: Any) -> list[str]:
    """What the endpoint's check says of its usual arguments with some `changed`."""
    parameters = inspect.signature(event.fn).parameters
    values = [{name: each.default, **GIVEN, **changed}[name] for name, each in parameters.items()]
    verdicts = event.validator(*values)
    return [
        each["message"] for each in ([verdicts] if isinstance(verdicts, dict) else verdicts) if not each["is_valid"]
    ]


def test_every_endpoint_refuses_what_is_longer(page: gr.Blocks) -> None:
    """Each free text of each endpoint, one character too long; of the right length it passes."""
    found = set()
    for event in events_of(page):
        if event.api_visibility != "public" or event.validator is None or event.fn is None:
            continue
        for name in TEXTS.keys() & inspect.signature(event.fn).parameters:
            assert refused(event, **{name: "a" * TEXTS[name]}) == [], (event.api_name, name)
            assert f"at most {TEXTS[name]} are allowed" in refused(event, **{name: "a" * (TEXTS[name] + 1)})[0]
            found.add(event.api_name)
    assert found == {
        "answer",
        "translate",
        "other_words",
        "sentiment",
        "flip",
        "flip_answer",
        "labels",
        "summarize",
        "chat",
        "drafts",
        "lens",
        "next_token",
        "tokens",
        "perplexity",
        "salience",
        "attention",
        "ablate",
    }


def test_every_endpoint_that_writes_refuses_more_tokens(page: gr.Blocks) -> None:
    """A reply, and drafts."""
    for event in events_of(page):
        if event.api_visibility == "public" and event.fn and "max_new_tokens" in inspect.signature(event.fn).parameters:
            assert f"must be from 1 to {TOKENS}" in refused(event, max_new_tokens=TOKENS + 1)[0]


def test_a_visitor_s_earlier_messages_are_as_short(page: gr.Blocks) -> None:
    """The history is no way around the limit; a model's own replies may be longer."""
    (chat,) = (event for event in events_of(page) if event.api_name == "chat" and event.api_visibility == "public")
    long = "a" * (CHARACTERS + 1)
    assert refused(chat, history=[{"role": "assistant", "content": long}]) == []
    assert "at most 40 are allowed" in refused(chat, history=[{"role": "user", "content": long}])[0]


def test_every_field_of_the_page_is_as_long(page: gr.Blocks) -> None:
    """No text can be typed, and no length chosen, that would be refused; a list of labels is no text."""
    for block in page.blocks.values():
        if block.elem_id in OF_SCRIPTS:
            continue
        if isinstance(block, gr.Textbox) and block.max_length is not None and "labels" not in str(block.label).lower():
            assert block.max_length in (CHARACTERS, CONTEXT, LONGEST_WORD), block.elem_id
        if isinstance(block, gr.Slider) and "tokens" in str(block.label):
            assert block.maximum == TOKENS, block.elem_id
            assert block.value <= TOKENS, block.elem_id


def limits_in(adapter: object, seen: set[int]) -> Iterator[Limits]:
    """All limits that an adapter holds, itself or in what it is made of."""
    if id(adapter) in seen:
        return
    seen.add(id(adapter))
    if isinstance(adapter, Limits):
        yield adapter
    elif is_dataclass(adapter):
        for each in fields(adapter):
            yield from limits_in(getattr(adapter, each.name), seen)
    elif isinstance(adapter, list | tuple):
        for part in adapter:
            yield from limits_in(part, seen)


@pytest.mark.parametrize("tab", tabs_of(TASKS), ids=lambda tab: tab.title)
def test_each_tab_has_the_operator_s_limits(tab: Tab[Any]) -> None:
    """The deadline too, in every part of it."""
    given = Limits(41, 42, 43, 4.5)
    assert set(limits_in(tab.make(tiny.cache(), given), set())) <= {given}
