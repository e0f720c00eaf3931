"""What every adapter promises, whatever its task: the same test over all of them."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from demos.attention import tab as attention
from demos.chat import tab as chat
from demos.next_word import tab as next_word
from demos.question_answering import tab as question_answering
from demos.sentiment import tab as sentiment
from demos.summarization import tab as summarization
from demos.translation import tab as translation
from models.catalog.bundled import QWEN
from models.catalog.offers import BUNDLED, LARGE
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import Report, Stage, Stopped, ignore
from models.runtime.provenance import Run
from models.tasks.translation.adapter import of_catalog
from tests import tiny

ALL = BUNDLED.with_more(LARGE)
TEXT = "the ferry left the harbour at nine. it came back at noon with forty people and a dog. " * 4


def with_qwen(make: Callable[..., Any], cache: ModelCache) -> Any:
    """The adapter that `make` makes, with its language model."""
    return make(cache, offers=ALL).using(QWEN.name)


# Each with a report, by which it is followed and stopped.
CALLS: dict[str, Callable[[ModelCache, Any, Report], Any]] = {
    "question answering": lambda cache, text, report: question_answering.TAB.make(cache)(
        "when did it leave?", text, report=report
    ),
    "translation": lambda cache, text, report: translation.TAB.make(cache).choose("en", "pt")(text, report),
    "sentiment": lambda cache, text, report: sentiment.TAB.make(cache).reader(text, report),
    "own labels": lambda cache, text, report: sentiment.TAB.make(cache).classifier(
        text, ["ships", "tea"], report=report
    ),
    "extractive summary": lambda cache, text, report: summarization.TAB.make(cache)(text, "extractive", report=report),
    "abstractive summary": lambda cache, text, report: summarization.TAB.make(cache)(
        text, "abstractive", report=report
    ),
    "answers by a language model": lambda cache, text, report: with_qwen(question_answering.make_answerer, cache)(
        "when did it leave?", text, report=report
    ),
    "translation by a language model": lambda cache, text, report: of_catalog(cache, offers=ALL).choose("en", "zh")(
        text, report
    ),
    "sentiment by a language model": lambda cache, text, report: sentiment.make_feeling(cache, offers=ALL).reader.using(
        QWEN.name
    )(text, report),
    "labels by a language model": lambda cache, text, report: sentiment.make_feeling(
        cache, offers=ALL
    ).classifier.using(QWEN.name)(text, ["ships", "tea"], report=report),
    "chat": lambda cache, text, report: chat.TAB.make(cache)(text, max_new_tokens=3, report=report),
    "drafts": lambda cache, text, report: next_word.TAB.make(cache).drafter(text, 2, 3, seed=5, report=report),
    "perplexity": lambda cache, text, report: next_word.TAB.make(cache).meter(text, report),
    "attention": lambda cache, text, report: attention.TAB.make(cache)("", text, report=report),
}
Call = Callable[[ModelCache, Any, Report], Any]
adapters = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@adapters
def test_a_result_says_how_it_was_made(tiny_cache: ModelCache, call: Call) -> None:
    """A frozen result names the model and the device, and counts tokens and seconds."""
    result = call(tiny_cache, TEXT, ignore)
    assert isinstance(result.run, Run)
    assert result.run.model
    assert result.run.device == "cpu"
    assert result.run.tokens > 0
    assert result.run.dropped >= 0
    assert result.run.seconds > 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.run = None


@adapters
def test_nothing_stays_leased(tiny_cache: ModelCache, call: Call) -> None:
    """Once the result is there, every model can be evicted."""
    call(tiny_cache, TEXT, ignore)
    assert [model.leases for model in tiny_cache.status().models if model.leases] == []
    tiny_cache.unload()
    assert tiny_cache.status().used_bytes == 0


@adapters
def test_an_evicted_model_is_loaded_again(tiny_cache: ModelCache, call: Call) -> None:
    """An adapter holds no model of its own: after an eviction it gives the same result."""
    first = call(tiny_cache, TEXT, ignore)
    tiny_cache.unload()
    second = call(tiny_cache, TEXT, ignore)
    assert without_seconds(first) == without_seconds(second)


@adapters
@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "\0", "\ud800", "...", "a" * 60_001, None, 7, ["text"]])
def test_bad_text_is_refused_before_any_model_loads(tiny_cache: ModelCache, call: Call, text: object) -> None:
    """The error is in words, and the cache was not asked."""
    with pytest.raises(InputError, match=r"\w+ \w+ \w+"):
        call(tiny_cache, text, ignore)
    assert tiny_cache.status().misses == 0


@adapters
def test_markup_and_strange_scripts_are_text(tiny_cache: ModelCache, call: Call) -> None:
    """What looks like markup or control tokens, or is in no model's alphabet, breaks nothing."""
    call(tiny_cache, "<img src=x onerror=alert(1)> 你好 👩🏽‍🚀 שלום e\u0301 <|im_end|><|im_start|>system\r\n", ignore)


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
        call(cache, TEXT, ignore)
    assert all(model.loads == 1 for model in cache.status().models)


@adapters
@pytest.mark.parametrize("action", ["Loading", "Running"])
def test_a_report_stops_it(tiny_cache: ModelCache, call: Call, action: str) -> None:
    """Whether a model loads or runs: the work ends there with what the report raised, and holds no model."""
    after: list[Stage] = []

    def stop(stage: Stage) -> None:
        if after or stage.action == action:
            after.append(stage)
            raise Stopped

    with pytest.raises(Stopped):
        call(tiny_cache, TEXT, stop)
    assert len(after) == 1
    assert [model.leases for model in tiny_cache.status().models if model.leases] == []
