"""What the tabs open on: real results, of the models that there are now."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

import app
import model_setup
import settings
from bench.openings import OFFERS, digests, every, forms, make
from demos.page.build import build
from demos.page.openings import Made, fitting, made, opener, touched
from demos.question_answering.tab import TAB as QUESTION_ANSWERING
from demos.tab import Form
from models.catalog.bundled import QWEN
from models.engines.base import Reading, Sampling
from models.runtime.cache import ModelCache
from models.tasks.summarization import abstractive
from models.tasks.summarization.adapter import LENGTHS

TABS = (
    "question-answering",
    "translation",
    "sentiment",
    "summarization",
    "chat",
    "next-word",
    "tokens",
    "attention",
    "how-attention-works",
    "compare",
    "batch",
)


def no_model(*_: Any) -> Any:
    """No opening needs a model."""
    raise AssertionError("an opening asked for a model")


@pytest.fixture(scope="module")
def page() -> dict[str, Form]:
    """Every tab's form over no models."""

    return forms(ModelCache(no_model, 1))


@pytest.fixture(scope="module")
def real(real_cache: ModelCache) -> dict[str, Form]:
    """Every tab's form over the bundled weights."""
    return forms(real_cache)


def test_every_tab_of_a_model_opens_on_a_result() -> None:
    """A tab without one would greet its visitors with an empty form."""
    assert {tab for tab, language, by in every() if (language, by) == ("en", "")} == set(TABS)
    # A batch runs on the small models, none of which reads Chinese: see `EXAMPLES` in demos/batch/opening.py.
    assert {tab for tab, language, _ in every() if language == "zh"} == set(TABS) - {"batch"}


@pytest.mark.parametrize(("tab", "language", "by"), every())
def test_an_opening_is_of_the_models_that_there_are(tab: str, language: str, by: str) -> None:
    """Another file of weights makes another result: the opening has to be made again."""
    found = made(tab, language, by)
    assert found is not None
    assert found.models
    known = digests()
    assert found.models == {name: known[name] for name in found.models}, "run: python -m bench.openings"


def opened(tab: str, form: Form, *typed: Any) -> dict[Any, Any]:
    """The page's updates when it opens `tab`, whose first text fields hold what is `typed`."""
    assert form.opening is not None
    texts = touched(form)
    fresh = [getattr(form.inputs[name], "value", "") for name in texts[len(typed) :]]
    values = [*typed, *fresh, *[[] for _ in form.opening.unless]]
    return opener(tab, form, form.opening, texts)(tab, *values)


def test_no_opening_adds_components_to_the_page() -> None:
    """Updates that are components would be drawn at the end of their tab, as those of Batch were."""
    offered = [each for each in app.TABS if each.name in TABS]
    plain = build(offered, ModelCache(no_model, 1), openings=False)
    alive = build(offered, ModelCache(no_model, 1))
    # A text box for each tab asks for its opening.
    assert len(alive.blocks) == len(plain.blocks) + len(TABS)


@pytest.mark.parametrize("tab", TABS)
def test_an_opening_names_its_model_and_runs_none(tab: str, page: dict[str, Form]) -> None:
    """The status line says who made it, and when: beforehand."""
    opening, found = page[tab].opening, made(tab, "en")
    assert opening is not None
    assert found is not None
    status = opened(tab, page[tab])[opening.status]
    assert any(status.startswith(f"Made beforehand by {name}") for name in found.models)


@pytest.mark.parametrize(("tab", "by"), [(tab, by) for tab, language, by in every() if by])
def test_a_tab_opens_on_what_the_model_that_it_begins_with_made(tab: str, by: str) -> None:
    """Pressed again, it would not answer otherwise than what it opened on."""
    title = next(each for each in app.TABS if each.name == tab)
    chat = sorted(OFFERS.chat, key=lambda spec: spec.name != by)
    sentiment = sorted(OFFERS.sentiment, key=lambda spec: spec.name != by)
    offers = replace(OFFERS, chat=tuple(chat), sentiment=tuple(sentiment))
    with gr.Blocks():
        form = title.show(ModelCache(no_model, 1), offers=offers)
    assert form.inputs["model"].value == by
    assert form.opening is not None
    assert opened(tab, form)[form.opening.status].startswith(f"Made beforehand by {by}")


def test_compare_opens_on_the_models_in_its_pickers() -> None:
    """Also where the tab begins with others."""
    title = next(each for each in app.TABS if each.name == "compare")
    sentiment = tuple(sorted(OFFERS.sentiment, key=lambda spec: spec.grade != "accurate"))
    with gr.Blocks():
        form = title.show(ModelCache(no_model, 1), offers=replace(OFFERS, sentiment=sentiment))
    updates, found = opened("compare", form), made("compare", "en")
    assert found is not None
    assert {updates[form.inputs[f"sentiment_model_{side}"]] for side in "ab"} == set(found.models)


@pytest.mark.usefixtures("chinese_visitor")
def test_a_page_in_chinese_opens_in_chinese(page: dict[str, Form]) -> None:
    """Also the words around the result."""
    form = page["question-answering"]
    updates = opened("question-answering", form)
    assert updates[form.inputs["question"]] == "谁设计了灯塔？"
    assert form.opening is not None
    assert "Made beforehand" not in updates[form.opening.status]


@pytest.mark.usefixtures("chinese_visitor")
def test_where_its_model_is_not_offered_a_page_opens_in_english() -> None:
    """A server without the large model still has something to show."""
    with gr.Blocks():
        form = QUESTION_ANSWERING.show(ModelCache(no_model, 1))
    assert form.opening is not None
    found = fitting("question-answering", form, form.opening)
    assert found is not None
    assert found[0] == made("question-answering", "en")


def test_a_result_of_an_earlier_version_is_not_shown(
    page: dict[str, Form], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The tab opens empty, and the log says how to make the result again."""
    old = Made({"text": "Fine."}, {}, {"an_earlier_field": 1})
    monkeypatch.setattr("demos.page.openings.made", lambda tab, language, by="": old)
    form = page["sentiment"]
    assert form.opening is not None
    assert fitting("sentiment", form, form.opening) is None
    assert "python -m bench.openings" in caplog.text


def test_what_a_visitor_typed_is_not_written_over(page: dict[str, Form]) -> None:
    """Neither in a field, nor in a conversation; a link to the opening itself brings its result."""
    form, found = page["sentiment"], made("sentiment", "en")
    assert found is not None
    assert form.inputs["text"] not in opened("sentiment", form, "my own text")
    assert form.inputs["text"] in opened("sentiment", form, found.inputs["text"])
    chat = page["chat"]
    assert chat.opening is not None
    updates = opener("chat", chat, chat.opening, ["message"])("chat", "", [{"role": "user", "content": "hi"}], [])
    assert chat.inputs["message"] not in updates


def test_a_task_that_a_link_chose_is_not_written_over(page: dict[str, Form]) -> None:
    """A form without texts opens on its example where nothing was chosen in it."""
    form = page["batch"]
    assert form.inputs["task"] not in opened("batch", form, "translate")
    assert opened("batch", form, "sentiment")[form.inputs["task"]] == "sentiment"


def test_the_batch_that_a_tab_opens_on_is_a_visitors_own(page: dict[str, Form]) -> None:
    """Its files are there, it can be run again, and it is marked as made beforehand when it is found again."""
    form = page["batch"]
    assert form.opening is not None
    assert form.run is not None
    updates = opened("batch", form)
    assert updates[form.run].interactive
    [saved] = form.opening.unless
    assert updates[saved]
    assert updates[saved] != opened("batch", form)[saved]
    assert sum(isinstance(update, gr.DownloadButton) and bool(update.value) for update in updates.values()) == 2


def test_a_tab_is_asked_for_once(page: dict[str, Form]) -> None:
    """The page sends no name the second time."""
    form = page["sentiment"]
    assert form.opening is not None
    assert form.inputs["text"] not in opener("sentiment", form, form.opening, ["text"])("", "")


# The time and place of a run, numbers in base64, and the rivals of a token, whose order depends on how llama.cpp
# rounds: that changes with the number of tokens read at once.
UNLIKE = {"seconds", "rate", "device", "engine", "kept", "data", "thumbnails", "vectors", "rivals"}


# By how much two processors may disagree on the probability of a token, and one processor with itself: weights of four
# bits are multiplied in other groups when more tokens are read at once.
ROUNDING = 0.2


def parted(fresh: Sequence[Any], kept: Sequence[Any]) -> bool:
    """Whether two replies part at a token that was about as likely as the other; else they are compared token by token.

    On another processor a language model rounds otherwise, and may take the second of two tokens that are nearly tied.
    """
    for one, other in zip(fresh, kept, strict=False):
        if one["id"] != other["id"]:
            rivals = {rival["id"]: rival["probability"] for rival in one["rivals"]}
            return bool(rivals.get(other["id"], 0) > one["probability"] - ROUNDING)
    return False


def parted_summary(found: Made, fresh: str, cache: ModelCache) -> bool:
    """Whether two tokens are nearly tied where the model's summary parts from the one that is kept."""
    spec = next(spec for spec in OFFERS.all if spec.name in found.models)
    with cache.lease(spec) as loaded:
        ends = sorted(loaded.model.info.ends)[:1]
        ours, theirs = (
            [*loaded.tokenizer(text, add_special_tokens=False)["input_ids"], *ends]
            for text in (fresh, found.result["text"])
        )
        at = next(at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other)
        prompt = abstractive.prompt(loaded, found.inputs["text"], LENGTHS[found.inputs["length"]])
        words = abstractive.own_words(loaded, found.inputs["text"])
        for step in loaded.model.generate([*prompt, *ours[:at]], [Sampling(1)], words):
            if isinstance(step, Reading) or not step:
                continue
            chances = {each.token: each.probability for each in (step[0], *step[0].rivals)}
            return all(chances.get(ids[at], 0) > max(chances.values()) - ROUNDING for ids in (ours, theirs))
    return False


def same(fresh: Any, kept: Any, within: float = 0.05) -> None:
    """Both results are alike, numbers `within` so much; how long they took, and on what, is not compared."""
    if isinstance(fresh, dict):
        assert fresh.keys() == kept.keys()
        if "rivals" in str(fresh.get("tokens")) and parted(fresh["tokens"], kept["tokens"]):
            return
        for key in fresh.keys() - UNLIKE:
            same(fresh[key], kept[key], ROUNDING if key == "tokens" else within)
    elif isinstance(fresh, list):
        assert len(fresh) == len(kept)
        for one, other in zip(fresh, kept, strict=True):
            same(one, other, within)
    elif isinstance(fresh, float):
        assert fresh == pytest.approx(kept, rel=0.05, abs=within)
    else:
        assert fresh == kept


@pytest.mark.real
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("tab", "language", "by"), every())
def test_an_opening_is_what_its_models_answer(
    tab: str, language: str, by: str, real: dict[str, Form], real_cache: ModelCache
) -> None:
    """Nothing on the page is faked."""
    found = made(tab, language, by)
    assert found is not None
    if QWEN.name in found.models and not model_setup.store_of(settings.read([])).has(QWEN.weights):
        pytest.skip("Qwen is not on disk; make fetch brings it.")
    fresh = make(real[tab], found.inputs)
    assert fresh.models == found.models
    if found.inputs.get("method") == "abstractive" and fresh.result["text"] != found.result["text"]:
        assert parted_summary(found, fresh.result["text"], real_cache)
    else:
        # With weights of four bits, more depends on the processor, and on what the model read before.
        same(fresh.result, found.result, ROUNDING if QWEN.name in found.models else 0.05)
