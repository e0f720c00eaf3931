"""What the operator allows reaches every endpoint and every field of the page."""

import inspect
from collections.abc import Iterator, Mapping
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


def parameters(event: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters of an endpoint, by their names."""
    return inspect.signature(event.fn).parameters


def public(page: gr.Blocks) -> dict[str, Any]:
    """The endpoints that check their arguments, by their names."""
    found = (each for each in events_of(page) if each.api_visibility == "public" and each.validator and each.fn)
    return {str(event.api_name): event for event in found}


def refused(event: Any, **changed: Any) -> list[str]:
    """What the endpoint's check says of its usual arguments with some `changed`."""
    values = [{name: each.default, **GIVEN, **changed}[name] for name, each in parameters(event).items()]
    verdicts = event.validator(*values)
    return [
        each["message"] for each in ([verdicts] if isinstance(verdicts, dict) else verdicts) if not each["is_valid"]
    ]


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("answer", "question"),
        ("answer", "context"),
        ("flip_answer", "question"),
        ("flip_answer", "context"),
        ("translate", "text"),
        ("other_words", "text"),
        ("sentiment", "text"),
        ("flip", "text"),
        ("labels", "text"),
        ("summarize", "text"),
        ("chat", "message"),
        ("chat", "system"),
        ("salience", "message"),
        ("salience", "system"),
        ("drafts", "text"),
        ("perplexity", "text"),
        ("next_token", "text"),
        ("lens", "text"),
        ("tokens", "text"),
        ("attention", "text"),
        ("attention", "text_pair"),
        ("ablate", "text"),
        ("ablate", "text_pair"),
    ],
)
def test_every_endpoint_refuses_what_is_longer(page: gr.Blocks, endpoint: str, name: str) -> None:
    """A free text that is one character too long; of the right length it passes."""
    event = public(page)[endpoint]
    assert refused(event, **{name: "a" * TEXTS[name]}) == []
    assert f"at most {TEXTS[name]} are allowed" in refused(event, **{name: "a" * (TEXTS[name] + 1)})[0]


def test_no_free_text_is_left_out(page: gr.Blocks) -> None:
    """Of all endpoints that check their arguments."""
    found = {(name, text) for name, event in public(page).items() for text in TEXTS.keys() & parameters(event)}
    marks = test_every_endpoint_refuses_what_is_longer.pytestmark  # type: ignore[attr-defined]
    assert found == set(marks[0].args[1])


@pytest.mark.parametrize("endpoint", ["chat", "drafts"])
@pytest.mark.parametrize(("tokens", "fits"), [(1, True), (TOKENS, True), (TOKENS + 1, False), (0, False), (256, False)])
def test_every_endpoint_that_writes_refuses_more_tokens(
    page: gr.Blocks, endpoint: str, tokens: int, fits: bool
) -> None:
    """A reply, and drafts; no other endpoint writes so many tokens as it is asked for."""
    words = refused(public(page)[endpoint], max_new_tokens=tokens)
    assert words == [] if fits else f"must be from 1 to {TOKENS}" in words[0]
    assert {name for name, event in public(page).items() if "max_new_tokens" in parameters(event)} == {"chat", "drafts"}


def test_a_visitor_s_earlier_messages_are_as_short(page: gr.Blocks) -> None:
    """The history is no way around the limit; a model's own replies may be longer."""
    (chat,) = (event for event in events_of(page) if event.api_name == "chat" and event.api_visibility == "public")
    long = "a" * (CHARACTERS + 1)
    assert refused(chat, history=[{"role": "assistant", "content": long}]) == []
    assert "at most 40 are allowed" in refused(chat, history=[{"role": "user", "content": long}])[0]


@pytest.mark.parametrize(
    ("field", "limit"),
    [
        ("answer-question", CHARACTERS),
        ("answer-context", CONTEXT),
        ("translation-text", CHARACTERS),
        ("sentiment-text", CHARACTERS),
        ("summary-text", CHARACTERS),
        ("chat-message", CHARACTERS),
        ("chat-system", CHARACTERS),
        ("drafts-text", CHARACTERS),
        ("next-text", CHARACTERS),
        ("next-word", LONGEST_WORD),
        ("tokenizers-text", CHARACTERS),
        ("attention-text", CHARACTERS),
        ("attention-pair", CHARACTERS),
        ("worked-text", CHARACTERS),
        ("compare-question", CHARACTERS),
        ("compare-question_b", CHARACTERS),
        ("compare-text", CONTEXT),
        ("compare-text_b", CONTEXT),
        ("compare-system-a", CHARACTERS),
        ("compare-system-b", CHARACTERS),
    ],
)
def test_every_field_of_the_page_is_as_long(page: gr.Blocks, field: str, limit: int) -> None:
    """No text can be typed that would be refused."""
    (box,) = (block for block in page.blocks.values() if isinstance(block, gr.Textbox) and block.elem_id == field)
    assert box.max_length == limit


def test_no_field_is_left_out(page: gr.Blocks) -> None:
    """Of all fields and sliders of the page; a list of labels is no text."""
    marks = test_every_field_of_the_page_is_as_long.pytestmark  # type: ignore[attr-defined]
    known = {field for field, _ in marks[0].args[1]} | OF_SCRIPTS
    for block in page.blocks.values():
        if isinstance(block, gr.Textbox) and block.max_length is not None and "labels" not in str(block.label).lower():
            assert block.elem_id in known
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
