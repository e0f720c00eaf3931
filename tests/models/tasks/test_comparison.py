"""Every task on a side, on tiny models: what its own adapter gives."""

from typing import Any

import pytest

from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT, SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import ignore
from models.tasks.chat.adapter import Chatter
from models.tasks.comparison import Comparer
from models.tasks.drafts.adapter import Drafter
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.task import NOT_THERE
from models.tasks.registry import TASKS
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.spec import Outcome
from tests import tiny

TEXT = "the ferry left the harbour at nine and came back at noon with forty people on board. " * 4
VALUES: dict[str, Any] = {
    "text": TEXT,
    "question": "when did the ferry leave?",
    "model": None,
    "source": "en",
    "target": "pt",
    "method": "extractive",
    "length": "short",
    "system": "",
    "temperature": 0,
    "top_p": 1,
    "seed": 1,
    "new_tokens": 8,
    "labels": ["ships", "tea"],
    "multiple": False,
}


def run(cache: ModelCache, task: str, **changed: Any) -> Outcome:
    """The whole outcome of one side."""
    *_, outcome = Comparer(cache).work(task, VALUES | changed).stream(ignore)
    return outcome


@pytest.mark.parametrize("task", [task.name for task in TASKS])
def test_every_task_gives_an_outcome(tiny_cache: ModelCache, task: str) -> None:
    """With the model's name, its tokens and its time, and no model left leased."""
    outcome = run(tiny_cache, task)
    assert outcome.text
    assert outcome.run.model
    assert outcome.run.tokens > 0
    assert outcome.run.seconds > 0
    assert not any(model.leases for model in tiny_cache.status().models)


def test_outcomes_are_those_of_the_tabs(tiny_cache: ModelCache) -> None:
    """Probabilities and texts are what the adapters give, nothing of their own."""
    scores = SentimentReader(tiny_cache, SENTIMENT)(TEXT).scores
    assert run(tiny_cache, "sentiment").figures == pytest.approx(vars(scores))
    found = Answerer(tiny_cache, QUESTION_ANSWERING)(VALUES["question"], TEXT)
    reported = run(tiny_cache, "answer").figures
    assert reported[NOT_THERE] == pytest.approx(found.no_answer)
    assert list(reported.values())[:-1] == pytest.approx([answer.score for answer in found.answers])
    reply = Chatter(tiny_cache, SMOLLM2)(TEXT, max_new_tokens=8)
    assert (run(tiny_cache, "chat").text, run(tiny_cache, "chat").written) == (reply.text, len(reply.tokens))
    draft = Drafter(tiny_cache, SMOLLM2)(TEXT, 1, 8, 0)
    assert run(tiny_cache, "continue").text == draft.drafts[0].text
    assert list(run(tiny_cache, "continue").figures.values()) == pytest.approx([c.probability for c in draft.next])


@pytest.mark.parametrize("task", ["chat", "continue"])
def test_a_seed_gives_the_same_text_again(tiny_cache: ModelCache, task: str) -> None:
    """Sampled; another seed gives another text, and a missing one is chosen and reported."""
    hot = {"temperature": 1.5, "new_tokens": 24}
    first = run(tiny_cache, task, **hot)
    assert run(tiny_cache, task, **hot).text == first.text
    assert run(tiny_cache, task, **hot, seed=2).text != first.text
    drawn = run(tiny_cache, task, **hot, seed=None)
    seed = int(next(fact for fact in drawn.facts if fact.startswith("seed ")).removeprefix("seed "))
    assert run(tiny_cache, task, **hot, seed=seed).text == drawn.text
    assert not any("seed" in fact for fact in run(tiny_cache, task).facts)


@pytest.mark.parametrize(
    ("task", "changed", "field"),
    [
        ("sentiment", {"text": " "}, "text"),
        ("sentiment", {"model": "another"}, "model"),
        ("answer", {"question": ""}, "question"),
        ("answer", {"text": ""}, "context"),
        ("translate", {"target": "en"}, "Languages"),
        ("summarize", {"method": "magic"}, "method"),
        ("chat", {"temperature": 9}, "temperature"),
        ("chat", {"seed": -1}, "seed"),
        ("continue", {"new_tokens": 0}, "max_new_tokens"),
        ("magic", {}, "task"),
    ],
)
def test_what_cannot_run_is_refused_before_a_model_loads(
    tiny_cache: ModelCache, task: str, changed: dict[str, Any], field: str
) -> None:
    """In words, under the field's name."""
    with pytest.raises(InputError) as caught:
        Comparer(tiny_cache).work(task, VALUES | changed)
    assert caught.value.field == field
    assert tiny_cache.status().misses == 0


def test_closing_a_side_releases_its_model(tiny_cache: ModelCache) -> None:
    """In the middle of a reply."""
    stream = Comparer(tiny_cache).work("chat", VALUES).stream(ignore)
    next(stream)
    assert any(model.leases for model in tiny_cache.status().models)
    stream.close()  # type: ignore[attr-defined]
    assert not any(model.leases for model in tiny_cache.status().models)


def test_the_models_are_the_catalogs() -> None:
    """Each task's first model is the one that its tab runs."""
    models = Comparer(tiny.cache()).models
    assert models["sentiment"][0] == SENTIMENT
    assert models["answer"][0] == QUESTION_ANSWERING
    assert models.keys() == {task.name for task in TASKS}
