"""Chat: what is checked, what the model reads, and the fields of a reply."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import model_setup
import settings
from models.catalog.bundled import QWEN, SMOLLM2
from models.engines.base import Step
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError, Limits
from models.tasks.chat.adapter import ChatReply, Chatter
from models.tasks.chat.messages import Message, read_history


@pytest.fixture
def chatter(tiny_cache: ModelCache) -> Chatter:
    """Chat with the tiny Llama."""
    return Chatter(tiny_cache, SMOLLM2)


def test_a_message_that_cannot_fit_is_refused_before_the_model_runs(chatter: Chatter) -> None:
    """A message longer than the context is an error in words with both numbers."""
    with pytest.raises(InputError, match=r"message takes 5,\d+ tokens .* at most 1,920 fit"):
        chatter("é" * 2_700)


def test_a_reply_shows_how_it_ended(chatter: Chatter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply that fills its length says so, counts its tokens, and never goes beyond."""
    monkeypatch.setattr("models.runtime.provenance.SHORTEST_TIMING", 0.0)
    replies = list(chatter.stream("hello", max_new_tokens=7))
    assert [reply.ended for reply in replies[:-1]] == [""] * (len(replies) - 1)
    assert replies[-1].ended == "length"
    assert len(replies[-1].tokens) == 7
    assert replies[-1].rate > 0
    assert replies[0].read == replies[0].run.tokens > 0


def test_a_reply_that_the_model_ends_is_not_called_cut(chatter: Chatter) -> None:
    """The end-of-text token ends the reply before its length."""
    full = chatter("hello", max_new_tokens=7)
    with chatter.cache.lease(SMOLLM2) as loaded:
        loaded.model.info = replace(loaded.model.info, ends=frozenset([full.tokens[2].id]))
    reply = chatter("hello", max_new_tokens=7)
    assert reply.ended == "end"
    assert len(reply.tokens) < len(full.tokens) == 7


def test_a_late_reply_says_so(chatter: Chatter) -> None:
    """After the deadline it ends where it is, and is not called whole."""
    late = replace(chatter, limits=Limits(seconds=-1.0))
    reply = late("hello", max_new_tokens=7)
    assert reply.ended == "time"
    assert len(reply.tokens) < 7


def test_a_closed_stream_releases_the_model(chatter: Chatter) -> None:
    """Closing the stream ends the lease, also when only the prompt was read."""
    stream = chatter.stream("hello")
    next(stream)
    assert leases(chatter.cache) == 1
    close(stream)
    assert leases(chatter.cache) == 0


def test_history_comes_as_text_or_as_parts() -> None:
    """Plain text, as scripts send it, and lists of text parts, as the page does, read the same."""
    plain = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]
    parts = [{**m, "content": [{"type": "text", "text": m["content"]}], "metadata": None} for m in plain]
    assert read_history(plain) == read_history(parts) == (Message("user", "one"), Message("assistant", "two"))


def test_a_stopped_or_wordless_reply_is_history() -> None:
    """A reply may be empty, or dots alone; the next message must still be answered."""
    history = [{"role": "assistant", "content": ""}, {"role": "assistant", "content": "..."}]
    assert [message.text for message in read_history(history)] == ["", "..."]


@pytest.mark.parametrize("limit", [100, 10_000, 20_000])
def test_a_long_reply_is_history(limit: int) -> None:
    """A reply may be as long as a message, and is as long as it is where messages must be short."""
    history = [{"role": "assistant", "content": "x" * max(limit, 10_000)}]
    assert read_history(history, limit)[0].text == history[0]["content"]
    with pytest.raises(InputError):
        read_history([{"role": "assistant", "content": "x" * (max(limit, 10_000) + 1)}], limit)


@pytest.mark.parametrize(
    "history",
    [
        "hello",
        [1],
        [{"role": "user"}],
        [{"role": "system", "content": "x"}],
        [{"role": ["user"], "content": "x"}],
        [{"role": "user", "content": ""}],
        [{"role": "user", "content": 1}],
        [{"role": "user", "content": {"path": "/etc/passwd"}}],
        [{"role": "user", "content": [{"type": "file", "file": {"path": "/etc/passwd"}}]}],
        [{"role": "user", "content": [{"type": "text"}]}],
        [{"role": "assistant", "content": "x" * 10_001}],
        [{"role": "assistant", "content": "\0"}],
        [{"role": "user", "content": "x"}] * 1_001,
    ],
)
def test_bad_history_is_an_error_in_words(history: Any, chatter: Chatter) -> None:
    """Anything but messages of text is refused, and named, before any model loads."""
    with pytest.raises(InputError) as error:
        chatter("hi", history)
    assert error.value.field == "history"
    assert not chatter.cache.status().models


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message", " "),
        ("message", None),
        ("message", "x" * 10_001),
        ("system", "x" * 2_001),
        ("system", None),
        ("max_new_tokens", 10**9),
        ("max_new_tokens", 0),
        ("max_new_tokens", 1.5),
        ("temperature", float("nan")),
        ("temperature", -1),
        ("temperature", "hot"),
        ("top_p", 1.1),
    ],
)
def test_bad_arguments_are_errors_in_words(field: str, value: Any, chatter: Chatter) -> None:
    """Each argument out of its range is refused, and named, before any model loads."""
    arguments: dict[str, Any] = {"message": "hi", field: value}
    with pytest.raises(InputError) as error:
        chatter(**arguments)
    assert error.value.field == field
    assert not chatter.cache.status().models


def test_a_reply_that_goes_round_in_circles_is_ended(chatter: Chatter, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends soon, says why, and keeps the whole sentences of the first round, in the text and in the tokens."""
    with chatter.cache.lease(SMOLLM2) as loaded:
        passage = loaded.tokenizer("It rains. And", add_special_tokens=False)["input_ids"]
        steps = ({0: Step(token, 1.0, ())} for token in passage * 50)
        monkeypatch.setattr(loaded.model, "generate", lambda *_: steps)
        reply = chatter("hello", max_new_tokens=256)
    assert (reply.ended, reply.text) == ("circles", "It rains.")
    assert "".join(token.text for token in reply.tokens) == reply.text
    assert len(list(steps)) > len(passage) * 40


@pytest.mark.real
def test_the_large_model_speaks_chinese(real_cache: ModelCache) -> None:
    """Qwen, where it is on disk, answers in Chinese, and its tokens make up the text."""
    if not model_setup.store_of(settings.read([])).has(QWEN.weights):
        pytest.skip("Qwen is not on disk; make fetch brings it.")
    reply = Chatter(real_cache, QWEN)("中国的首都是哪里？", system=QWEN.system, max_new_tokens=32)
    assert "北京" in reply.text
    assert "".join(token.text for token in reply.tokens) == reply.text


@pytest.mark.real
def test_the_real_model_answers(real_cache: ModelCache) -> None:
    """SmolLM2 knows the capital of France and is sure of the token that says so."""
    reply = Chatter(real_cache, SMOLLM2)("Name the capital of France in one sentence.", max_new_tokens=12)
    assert "Paris" in reply.text
    assert next(token for token in reply.tokens if "Paris" in token.text).probability > 0.5


def leases(cache: ModelCache) -> int:
    """How many leases of all models are out."""
    return sum(model.leases for model in cache.status().models)


def close(stream: Iterator[ChatReply]) -> None:
    """Close a generator that is typed as an iterator."""
    stream.close()  # type: ignore[attr-defined]
