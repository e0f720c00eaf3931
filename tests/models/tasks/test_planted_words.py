"""Ten written cases with one planted word that decides: both attributions must point at it."""

from collections.abc import Sequence

import pytest

from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT
from models.explain.attribution import Word
from models.runtime.cache import ModelCache
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader

pytestmark = pytest.mark.real


def strongest(text: str, words: Sequence[Word]) -> tuple[str, bool]:
    """The word of the largest effect, and whether it raises the score."""
    word = max(words, key=lambda word: abs(word.effect))
    return text[word.start : word.end], word.effect > 0


@pytest.mark.parametrize(
    ("text", "planted", "positive"),
    [
        ("The table in the kitchen is horrible.", "horrible", False),
        ("She read a boring book on the bus.", "boring", False),
        ("The screen of this phone is terrible.", "terrible", False),
        ("It was a disappointing week at the lake.", "disappointing", False),
        ("We took the wonderful train to the city.", "wonderful", True),
        ("The room on the second floor is beautiful.", "beautiful", True),
        ("They had an excellent meal on Friday.", "excellent", True),
    ],
)
def test_the_opinion_in_a_plain_sentence(real_cache: ModelCache, text: str, planted: str, positive: bool) -> None:
    """One word of opinion among facts has the largest effect by far, and the gradients are complete within 1%."""
    reader = SentimentReader(real_cache, SENTIMENT)
    found = reader(text)
    *_, gradients = reader.gradients(text, found)
    beside = [Word(w.start, w.end, effect) for w, effect in zip(found.words, gradients.effects, strict=True)]
    assert strongest(text, found.words) == (planted, positive)
    assert strongest(text, beside) == (planted, positive)
    assert gradients.gap <= 0.01


@pytest.mark.parametrize(
    ("question", "context", "planted", "answer"),
    [
        (
            "What is the population of the town?",
            "The town has a castle, two rivers and a population of 4,300.",
            "population",
            "4,300",
        ),
        (
            "What is the price of the lamp?",
            "The lamp is green and tall, has a height of one metre and a price of 15 euros.",
            "price",
            "15 euros",
        ),
        (
            "What was the temperature in the room?",
            "The room was empty. The temperature in the room was 30 degrees. The window was open.",
            "temperature",
            "30 degrees",
        ),
    ],
)
def test_the_word_that_decides_a_question(
    real_cache: ModelCache, question: str, context: str, planted: str, answer: str
) -> None:
    """The one word that selects the fact has the largest effect, and both gradients are complete."""
    answerer = Answerer(real_cache, QUESTION_ANSWERING)
    best = answerer(question, context).answers[0]
    *_, found = answerer.reasons(question, context, best)
    assert answer in best.text
    assert strongest(question, found.left_out) == (planted, True)
    assert strongest(question, found.question) == (planted, True)
    assert strongest(context, found.context)[0] in answer
    assert found.gap is not None
    assert found.gap <= 0.01
