"""The trained question-answering adapter on the cases it must get right."""

from pathlib import Path

import pytest

import app
from demos.question_answering.texts import contexts
from models.catalog.bundled import QUESTION_ANSWERING
from models.runtime.cache import ModelCache
from models.tasks.question_answering.adapter import Answerer

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("question", "title", "part"),
    [
        ("When was the bridge opened?", "The Iron Bridge", "1781"),
        ("Who drew the first designs?", "The Iron Bridge", "Pritchard"),
        ("Where was the brass key found?", "A lighthouse log", "clock in the kitchen"),
    ],
)
def test_an_answer_is_found(real_cache: ModelCache, question: str, title: str, part: str) -> None:
    """The best answer has words of the true one, in the last lines of a long text too."""
    found = Answerer(real_cache, QUESTION_ANSWERING)(question, contexts()[title], 1)
    assert found.found
    assert found.answers[0].text in part or part in found.answers[0].text


@pytest.mark.parametrize("question", ["Who invented the telephone?", "Which colour do the chickens have?"])
def test_what_the_text_does_not_say_has_no_answer(real_cache: ModelCache, question: str) -> None:
    """A question about something else is not answered."""
    assert not Answerer(real_cache, QUESTION_ANSWERING)(question, contexts()["The Iron Bridge"], 1).found


def test_the_adapter_is_small() -> None:
    """At most 8 MB."""
    folder = Path(app.ASSETS) / "adapters" / QUESTION_ANSWERING.adapter
    assert (folder / "adapter_model.safetensors").stat().st_size <= 8_000_000
