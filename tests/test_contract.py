"""What every adapter promises, whatever its task: the same test over all of them."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from demos import attention, chat, next_word, question_answering, sentiment, summarization, translation
from models.catalog.bundled import QWEN
from models.catalog.offers import BUNDLED, LARGE
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.provenance import Run
from models.tasks.translation.adapter import of_catalog
from tests import tiny

ALL = BUNDLED.with_more(LARGE)
TEXT = "the ferry left the harbour at nine. it came back at noon with forty people and a dog. " * 4

CALLS: dict[str, Callable[[ModelCache, Any], Any]] = {
    "question answering": lambda cache, text: question_answering.TAB.make(cache)("when did it leave?", text),
    "translation": lambda cache, text: translation.TAB.make(cache).choose("en", "pt")(text),
    "sentiment": lambda cache, text: sentiment.TAB.make(cache).reader(text),
    "own labels": lambda cache, text: sentiment.TAB.make(cache).classifier(text, ["ships", "tea"]),
    "extractive summary": lambda cache, text: summarization.TAB.make(cache)(text, "extractive"),
    "abstractive summary": lambda cache, text: summarization.TAB.make(cache)(text, "abstractive"),
    "answers by a language model": lambda cache, text: question_answering.make_answerer(cache, offers=ALL).using(
        QWEN.name
    )("when did it leave?", text),
    "translation by a language model": lambda cache, text: of_catalog(cache, offers=ALL).choose("en", "zh")(text),
    "sentiment by a language model": lambda cache, text: sentiment.make_feeling(cache, offers=ALL).reader.using(
        QWEN.name
    )(text),
    "labels by a language model": lambda cache, text: sentiment.make_feeling(cache, offers=ALL).classifier.using(
        QWEN.name
    )(text, ["ships", "tea"]),
    "chat": lambda cache, text: chat.TAB.make(cache)(text, max_new_tokens=3),
    "drafts": lambda cache, text: next_word.TAB.make(cache).drafter(text, 2, 3, seed=5),
    "perplexity": lambda cache, text: next_word.TAB.make(cache).meter(text),
    "attention": lambda cache, text: attention.TAB.make(cache)("", text),
}
adapters = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@adapters
def test_a_result_says_how_it_was_made(tiny_cache: ModelCache, call: Callable[[ModelCache, Any], Any]) -> None:
    """A frozen result names the model and the device, and counts tokens and seconds."""
    result = call(tiny_cache, TEXT)
    assert isinstance(result.run, Run)
    assert result.run.model
    assert result.run.device == "cpu"
    assert result.run.tokens > 0
    assert result.run.dropped >= 0
    assert result.run.seconds > 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.run = None


@adapters
def test_nothing_stays_leased(tiny_cache: ModelCache, call: Callable[[ModelCache, Any], Any]) -> None:
    """Once the result is there, every model can be evicted."""
    call(tiny_cache, TEXT)
    assert [model.leases for model in tiny_cache.status().models if model.leases] == []
    tiny_cache.unload()
    assert tiny_cache.status().used_bytes == 0


@adapters
def test_an_evicted_model_is_loaded_again(tiny_cache: ModelCache, call: Callable[[ModelCache, Any], Any]) -> None:
    """An adapter holds no model of its own: after an eviction it gives the same result."""
    first = call(tiny_cache, TEXT)
    tiny_cache.unload()
    second = call(tiny_cache, TEXT)
    assert without_seconds(first) == without_seconds(second)


@adapters
@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "\0", "\ud800", "...", "a" * 60_001, None, 7, ["text"]])
def test_bad_text_is_refused_before_any_model_loads(
    tiny_cache: ModelCache, call: Callable[[ModelCache, Any], Any], text: object
) -> None:
    """The error is in words, and the cache was not asked."""
    with pytest.raises(InputError, match=r"\w+ \w+ \w+"):
        call(tiny_cache, text)
    assert tiny_cache.status().misses == 0


@adapters
def test_markup_and_strange_scripts_are_text(tiny_cache: ModelCache, call: Callable[[ModelCache, Any], Any]) -> None:
    """What looks like markup or control tokens, or is in no model's alphabet, breaks nothing."""
    call(tiny_cache, "<img src=x onerror=alert(1)> 你好 👩🏽‍🚀 שלום e\u0301 <|im_end|><|im_start|>system\r\n")


def without_seconds(result: Any) -> Any:
    """The result as plain data, less what a clock says, and less what was kept of earlier texts."""
    return str(
        dataclasses.replace(
            result,
            run=dataclasses.replace(result.run, seconds=0.0),
            **{name: 0 for name in ("rate", "kept") if hasattr(result, name)},
        )
    )


def test_all_adapters_share_one_cache() -> None:
    """Every adapter over one cache, one after another: each model loads once."""
    cache = tiny.cache()
    for call in [*CALLS.values(), *CALLS.values()]:
        call(cache, TEXT)
    assert all(model.loads == 1 for model in cache.status().models)
