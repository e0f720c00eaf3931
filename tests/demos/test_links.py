"""Links: what a tab holds comes back as it was, and nothing else comes in."""

import base64
import hashlib
import json
import logging
import zlib
from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest
from gradio.components import Component
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app
from demos.page.link_bar import check, opener
from demos.page.links import CONTENT_LIMIT, DIGEST, LINK_LIMIT, Link, LinkError, decode, encode
from demos.status import StatusLine
from demos.tab import Form
from models.runtime.cache import ModelCache

Shown = tuple[dict[str, Form], Callable[[str], dict[Any, Any]], gr.Tabs, StatusLine]


@pytest.fixture(scope="module")
def shown() -> Shown:
    """Every tab's form over no models, and what opens a link to one of them."""

    def no_model(*_: Any) -> Any:
        raise AssertionError("a link asked for a model")

    cache = ModelCache(no_model, 1)
    with gr.Blocks():
        message = StatusLine("link-message")
        with gr.Tabs() as strip:
            forms: dict[str, Form] = {}
            for tab in app.TABS:
                with gr.Tab(tab.title):
                    forms[tab.name] = tab.show(cache)
    return forms, opener(forms, strip, message), strip, message


def values_of(field: Component) -> st.SearchStrategy[Any]:
    """What a visitor could give to `field`."""
    if isinstance(field, gr.Textbox):
        # Surrogates too: half of a pair is what a browser's text may hold.
        return st.text(st.characters(), max_size=300)
    if isinstance(field, gr.Dropdown | gr.Radio):
        return st.sampled_from([choice for _, choice in field.choices])
    if isinstance(field, gr.CheckboxGroup):
        return st.lists(st.sampled_from([choice for _, choice in field.choices]), unique=True)
    if isinstance(field, gr.Checkbox):
        return st.booleans()
    if isinstance(field, gr.Slider):
        return st.integers(0, 20).map(lambda n: field.minimum + (field.maximum - field.minimum) * n / 20)
    return st.none() | st.integers(0, 2**31)


def test_five_hundred_states_come_back(shown: Shown) -> None:
    """What each tab's fields held is what its link fills in, and only that tab is touched."""
    forms, opened, strip, message = shown
    states = st.sampled_from(list(forms)).flatmap(
        lambda tab: st.tuples(
            st.just(tab), st.fixed_dictionaries({name: values_of(each) for name, each in forms[tab].inputs.items()})
        )
    )

    @settings(max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(states)
    def comes_back(state: tuple[str, dict[str, Any]]) -> None:
        tab, inputs = state
        code = encode(Link(tab, inputs))
        assert code.replace("-", "").replace("_", "").replace(".", "").isalnum()
        assert code.isascii()
        assert decode(code) == Link(tab, inputs)
        updates = opened(code)
        assert updates.pop(strip).selected == tab
        assert "Nothing has run yet" in updates.pop(message)
        values = {field: each["value"] if isinstance(each, dict) else each for field, each in updates.items()}
        assert values == {forms[tab].inputs[name]: value for name, value in inputs.items()}

    comes_back()


def test_a_link_shows_the_fields_that_its_task_has(shown: Shown) -> None:
    """A tab that was never opened receives no change events, so the link itself determines what is visible."""
    forms, opened, *_ = shown
    fields = forms["compare"].inputs
    updates = opened(encode(Link("compare", {"task": "translate", "source_b": "pt", "method_b": "extractive"})))
    assert updates[fields["task"]]["value"] == "translate"
    assert (updates[fields["source_b"]]["value"], updates[fields["source_b"]]["visible"]) == ("pt", True)
    assert (updates[fields["method_b"]]["value"], updates[fields["method_b"]]["visible"]) == ("extractive", False)
    assert opened(encode(Link("compare", {"text": "hi"})))[fields["text"]] == "hi"


def forged(content: bytes) -> str:
    """A link with a true checksum around anything."""
    packed = zlib.compress(content)
    return "1." + base64.urlsafe_b64encode(hashlib.sha256(packed).digest()[:DIGEST] + packed).decode().rstrip("=")


SOUND = encode(Link("sentiment", {"text": "The film was good."}))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param(SOUND[:-1], "damaged", id="cut"),
        pytest.param(SOUND[:30] + ("A" if SOUND[30] != "A" else "B") + SOUND[31:], "damaged", id="one letter changed"),
        pytest.param(SOUND + "AAAA", "damaged", id="longer"),
        pytest.param(SOUND[:10] + forged(b'["chat",{"message":"x"}]')[10:], "damaged", id="other inputs"),
        pytest.param(SOUND.removeprefix("1."), "damaged", id="no version"),
        pytest.param("2" + SOUND[1:], "of version 2", id="later version"),
        pytest.param("1.", "damaged", id="nothing in it"),
        pytest.param("1.<script>alert(1)</script>", "damaged", id="markup"),
        pytest.param("1.ünïcödé", "damaged", id="not ASCII"),
        pytest.param("1." + "A" * LINK_LIMIT, "at most 32,000", id="oversize"),
        pytest.param(forged(b"0" * (CONTENT_LIMIT + 1)), "damaged", id="unpacks to megabytes"),
        pytest.param(forged(b"no json"), "damaged", id="no JSON"),
        pytest.param(forged(b"[" * 100_000), "damaged", id="deep JSON"),
        pytest.param(forged(b'"ab"'), "damaged", id="no link in it"),
        pytest.param(forged(json.dumps(["nowhere", {}]).encode()), "this server does not have", id="unknown tab"),
        pytest.param(forged(json.dumps(["sentiment", {"x": "y"}]).encode()), "“x”", id="unknown field"),
        pytest.param(forged(json.dumps(["sentiment", {"text": ["y"]}]).encode()), "“text”", id="wrong type"),
        pytest.param(forged(json.dumps(["sentiment", {"text": "a" * 10_001}]).encode()), "“text”", id="too long here"),
        pytest.param(forged(json.dumps(["attention", {"model": "../x"}]).encode()), "“model”", id="unknown model"),
        pytest.param(forged(b'["chat",{"temperature":NaN}]'), "“temperature”", id="NaN"),
        pytest.param(forged(b'["chat",{"max_new_tokens":1000000000}]'), "“max_new_tokens”", id="huge number"),
        pytest.param(forged(b'["chat",{"max_new_tokens":1' + b"0" * 400 + b"}]"), "“max_new_tokens”", id="no float"),
        pytest.param(
            forged(b'["next-word",{"seed":1' + b"0" * 400 + b"}]"), "“seed”", id="no float, in any number's field"
        ),
        pytest.param(forged(b'["next-word",{"seed":9007199254740992}]'), "“seed”", id="not exact in a browser"),
        pytest.param(forged(b'["next-word",{"seed":Infinity}]'), "“seed”", id="infinity"),
        pytest.param(forged(b'["chat",{"temperature":true}]'), "“temperature”", id="no number"),
    ],
)
def test_what_is_wrong_with_a_link_is_reported(
    shown: Shown, code: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The page says so, fills nothing, and nothing about it is logged."""
    _, opened, _, message = shown
    with caplog.at_level(logging.DEBUG):
        updates = opened(code)
    assert list(updates) == [message]
    assert words in updates[message]
    assert not caplog.records


def test_a_text_too_long_for_a_link_is_reported() -> None:
    """What cannot be packed into the limit is refused when the link is made, with both figures."""
    noise = "".join(hashlib.sha256(bytes([n % 256, n // 256])).hexdigest() for n in range(2_000))
    with pytest.raises(LinkError, match=r"a link of [\d,]+ characters; at most 32,000 are allowed"):
        encode(Link("question-answering", {"context": noise}))
    with pytest.raises(LinkError, match="too much"):
        encode(Link("question-answering", {"context": "a" * CONTENT_LIMIT}))


def test_a_long_english_text_fits(shown: Shown) -> None:
    """The longest example of the page makes a link."""
    forms = shown[0]
    text = (app.ASSETS / "examples" / "lighthouse.txt").read_text(encoding="utf-8")
    inputs = {"question": "Where was the brass key found?", "context": text, "top_k": 3}
    check(forms["question-answering"].inputs, inputs)
    assert len(encode(Link("question-answering", inputs))) < LINK_LIMIT


def test_every_input_has_an_id_of_its_own(shown: Shown) -> None:
    """By which the history in the browser knows what a run's values are of."""
    ids = [field.elem_id for form in shown[0].values() for field in form.inputs.values()]
    assert all(ids)
    assert len({*ids}) == len(ids)
