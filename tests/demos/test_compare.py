"""The Compare tab without a browser: what its form means, and what its view is sent."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from demos.compare.differences import parts
from demos.compare.form import CompareForm, compare_form
from demos.compare.tab import CHINESE, EXAMPLES, FIRST, SIDE_BY_SIDE, asked, make_comparer, render
from demos.compare.view import Compared, costs, summary, view
from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, QWEN, SENTIMENT
from models.catalog.offers import BUNDLED, LARGE
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import ignore
from models.runtime.provenance import Run
from models.tasks.comparison import Comparer
from models.tasks.registry import TASKS
from models.tasks.spec import Outcome
from tests import tiny

SCRIPT = "<img src=x onerror=alert(1)>"


@pytest.fixture
def form() -> CompareForm:
    """The form on a page."""
    with gr.Blocks():
        return compare_form(Comparer(tiny.cache()), FIRST)


def given(form: CompareForm, **changed: Any) -> dict[str, Any]:
    """The values of the fields as they are at first, but for those that are `changed`."""
    return {name: field.value for name, field in form.inputs.items()} | changed


def outcome(text: str, seconds: float = 1.0, **more: Any) -> Outcome:
    """A side's result."""
    return Outcome(text, Run("Tiny", "cpu", 12, 0, seconds), **more)


@pytest.mark.parametrize("task", [task.name for task in TASKS])
def test_a_task_shows_its_own_fields(form: CompareForm, task: str) -> None:
    """Those of its inputs and settings on both sides, a choice of models only where there are several."""
    updates = form.show(task)
    shown = {name for name, field in form.inputs.items() if updates[field]["visible"]}
    own = {f"{option.name}_{side}" for option in form.tasks[task].options for side in "ab"}
    questions = {"question", "question_b"} if task == "answer" else set()
    models = {f"{task}_model_{side}" for side in "ab"} if len(form.tasks[task].models(BUNDLED)) > 1 else set()
    assert shown == {"task", "text", "text_b"} | questions | own | models


def test_more_models_are_a_choice_with_no_new_code() -> None:
    """Where a task has several, each side has a picker of them, and its name is checked."""
    two = replace(BUNDLED, sentiment=(SENTIMENT, replace(SENTIMENT, name="Another")))
    comparer = Comparer(tiny.cache(), offers=two)
    with gr.Blocks():
        form = compare_form(comparer, FIRST)
    pickers = [form.inputs[f"sentiment_model_{side}"] for side in "ab"]
    for picker in pickers:
        assert isinstance(picker, gr.Dropdown)
        assert [value for _, value in picker.choices] == [SENTIMENT.name, "Another"]
        assert form.show("sentiment")[picker]["visible"]
    values = given(form, text="a good one", sentiment_model_b="Another")
    assert form.apart(values) == [("model", SENTIMENT.name, "Another")]
    *_, outcome = comparer.work("sentiment", form.read(values, "b")).stream(ignore)
    assert outcome.run.model == "Another"
    with pytest.raises(InputError, match="model must be one of"):
        comparer.work("sentiment", form.read(values | {"sentiment_model_b": MINILM.name}, "b"))


def test_the_page_opens_on_the_fields_of_its_first_task(form: CompareForm) -> None:
    """As if that had just been chosen."""
    updates = form.show(FIRST)
    assert all(field.visible == updates[field]["visible"] for field in form.inputs.values())


def test_b_reads_what_a_reads_unless_it_has_its_own(form: CompareForm) -> None:
    """White space is nothing of its own."""
    values = given(form, task="answer", text="one", question="who?", text_b=" \n", question_b="when?")
    first, second = form.read(values, "a"), form.read(values, "b")
    assert (first["text"], first["question"]) == ("one", "who?")
    assert (second["text"], second["question"]) == ("one", "when?")


def test_what_differs_is_reported_for_each_side(form: CompareForm) -> None:
    """Only settings that the task has, and only inputs that are not the same."""
    values = given(form, task="chat", text="hi", temperature_b=1.2, method_b="extractive")
    assert form.apart(values) == [("temperature", 0, 1.2)]
    assert asked(form, values) == Compared((), ("temperature 0", "temperature 1.2"))
    values = given(form, task="sentiment", text="good", text_b="bad", temperature_b=1.2)
    assert asked(form, values) == Compared((("Text", *parts("good", "bad")),), ("", ""))


@pytest.mark.parametrize(
    ("field", "task", "side", "changed", "place"),
    [
        ("message", "chat", "a", {}, "text"),
        ("context", "answer", "b", {}, "text"),
        ("context", "answer", "b", {"text_b": "own"}, "text_b"),
        ("question", "answer", "b", {"question_b": "own?"}, "question_b"),
        ("Languages", "translate", "b", {}, "source_b"),
        ("max_new_tokens", "chat", "a", {}, "new_tokens_a"),
        ("seed", "chat", "b", {}, "seed_b"),
        ("model", "sentiment", "b", {}, "sentiment_model_b"),
        ("task", "magic", "a", {}, "task"),
    ],
)
def test_an_error_stands_at_the_field_of_its_side(
    form: CompareForm, field: str, task: str, side: str, changed: dict[str, Any], place: str
) -> None:
    """The adapters have other names for some."""
    error = form.at_field(InputError(field, "no"), given(form, task=task, **changed), side)
    assert (error.field, str(error)) == (place, "no")
    assert place in form.names


def test_nothing_is_marked_before_both_sides_are_whole() -> None:
    """Half of B would differ from all of A."""
    half = Compared((), ("", ""), (outcome("one two three"), outcome("one")))
    assert [side["text"] for side in view(half)["sides"]] == [[("one two three", False)], [("one", False)]]
    assert "costs" not in view(half)
    waiting = view(Compared((), ("", ""), (outcome("one"), None)))
    assert [side["waiting"] for side in waiting["sides"]] == [False, True]
    whole = view(Compared((), ("", ""), half.outcomes, done=True))
    assert whole["sides"][0]["text"] == [("one ", False), ("two three", True)]


def test_probabilities_have_a_sign_or_are_reported_to_be_the_same() -> None:
    """Markup stays the text that it is."""
    first, second = outcome(SCRIPT, figures={SCRIPT: 0.25}), outcome(SCRIPT, figures={SCRIPT: 0.5, "b": 0.1})
    moved = view(Compared((), ("", ""), (first, second), done=True))
    assert moved["figures"] == [[SCRIPT, 0.25, 0.5, 0.25], ["b", None, 0.1, None]]
    assert not moved["same"]
    same = view(Compared((), ("", ""), (first, first), done=True))
    assert (same["figures"], same["same"]) == ([], True)


def test_what_it_took_is_in_words() -> None:
    """Time, tokens and words with a signed difference; a verdict has no length."""
    first, second = outcome("one two", 1.5, written=2), outcome("one", 0.5, written=2)
    assert costs(first, second) == [
        ["time", "1.5 s", "500 ms", "−1.0 s"],
        ["tokens read", "12", "12", "the same"],
        ["tokens written", "2", "2", "the same"],
        ["words", "2", "1", "−1"],
    ]
    assert costs(first, second, (70_000_000, 1_570_000_000))[1] == [
        "memory of the model",
        "70 MB",
        "1,570 MB",
        "+1,500 MB",
    ]
    assert costs(outcome("灯塔高27米。"), outcome("灯塔 - Qingshi"))[-1] == ["words", "5", "3", "−2"]
    verdict = outcome("positive", verdict=True)
    assert [row[0] for row in costs(verdict, verdict)] == ["time", "tokens read"]


def test_the_last_line_shows_what_differs() -> None:
    """Words, or the two verdicts."""
    assert summary(outcome("one two"), outcome("one 2 3")) == "Words on one side only: 1 in A, 2 in B"
    assert summary(outcome("one"), outcome("one")) == "Both sides say the same words"
    assert summary(outcome("他跑得很快。"), outcome("他走得慢。")) == "Words on one side only: 3 in A, 2 in B"
    good, bad = outcome("positive", verdict=True), outcome("negative", verdict=True)
    assert summary(good, bad) == "A: positive · B: negative"
    assert summary(good, good) == "A and B: positive"


def test_the_memory_of_a_side_is_that_of_its_models() -> None:
    """Also where a run used two; what is not loaded takes none."""
    comparer = Comparer(tiny.cache())
    with comparer.cache.lease(SENTIMENT) as sentiment, comparer.cache.lease(MINILM) as encoder:
        assert comparer.memory(f"{SENTIMENT.name}, nearest by {MINILM.name}") == sentiment.nbytes + encoder.nbytes
        assert comparer.memory(SENTIMENT.name) == sentiment.nbytes > 0
        assert comparer.memory("Another") == 0


@pytest.mark.parametrize("example", [*EXAMPLES.values(), *CHINESE.values()], ids=[*EXAMPLES, *CHINESE])
def test_every_example_is_one_that_runs(form: CompareForm, tiny_cache: ModelCache, example: dict[str, Any]) -> None:
    """Its fields are there, and its two sides differ in something."""
    values = given(form, **example)
    assert set(values) == set(form.names)
    assert asked(form, values) != Compared((), ("", ""))
    comparer = make_comparer(tiny_cache)
    for side in "ab":
        comparer.work(values["task"], form.read(values, side))


def test_specialist_and_generalist_stand_side_by_side(tiny_cache: ModelCache) -> None:
    """One example gives the same sentence to both, where both are offered."""
    comparer = make_comparer(tiny_cache, offers=BUNDLED.with_more(LARGE))
    with gr.Blocks():
        both = compare_form(comparer, FIRST)
    values = given(both, **SIDE_BY_SIDE)
    assert both.apart(values) == [("model", ENGLISH_PORTUGUESE.name, QWEN.name)]
    models = [list(comparer.work("translate", both.read(values, side)).stream(ignore))[-1].run.model for side in "ab"]
    assert models == [ENGLISH_PORTUGUESE.name, QWEN.name]
    assert all(comparer.memory(model) for model in models)


def test_a_link_holds_every_field(tiny_cache: ModelCache) -> None:
    """So that a comparison can be sent to somebody."""
    with gr.Blocks():
        shown = render(make_comparer(tiny_cache))
    assert {"task", "text", "text_b", "question_b", "seed_a", "seed_b", "chat_model_b"} <= set(shown.inputs)
    assert shown.run is not None


def test_what_differs_is_in_the_words_of_the_form(form: CompareForm) -> None:
    """Languages by their names, not by their codes, and a switch by yes and no."""
    values = given(form, task="translate", text="hi", target_b="en")
    assert form.apart(values) == [("to", "Portuguese", "English")]
    values = given(form, task="labels", text="good", labels_a="a, b", labels_b="a, b", multiple_b=True)
    assert form.apart(values) == [("several labels may hold at once", "no", "yes")]


def test_what_differs_is_in_the_visitors_language(form: CompareForm, chinese_visitor: None) -> None:
    """So are those names."""
    values = given(form, task="translate", text="hi", target_b="en")
    assert form.apart(values)[0][1:] == ("葡萄牙语", "英语")
