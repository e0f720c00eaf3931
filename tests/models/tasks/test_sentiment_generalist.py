"""Sentiment by a language model: the shares of three words as its reply."""

import pytest

from models.catalog.bundled import QWEN
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.sentiment.generalist import MARKED_WORDS
from tests import fake_causal, tiny
from tests.fake_causal import FakeCausal, last_message


def answer(prompt: str) -> dict[str, float]:
    """Praise where the text has a heart, else a fact."""
    return {"praise": 0.6, "fact": 0.15, "complaint": 0.05} if "好" in last_message(prompt) else {"fact": 0.9, "x": 0.1}


def test_the_probabilities_are_the_shares_of_the_three_words() -> None:
    """What else the model might have said counts for none of them."""
    found = SentimentReader(fake_causal.cache(FakeCausal(answer)), QWEN)("味道很好")
    assert found.scores.positive == pytest.approx(0.75)
    assert found.scores.neutral == pytest.approx(0.1875)
    assert found.scores.label == "positive"
    assert found.run.model == QWEN.name


def test_a_word_that_is_not_among_the_likeliest_is_asked_for() -> None:
    """Where the last of the likeliest still weighs, each missing word is chosen once to hear its probability."""
    model = FakeCausal(answer, shown=1)
    found = SentimentReader(fake_causal.cache(model), QWEN)("味道很好")
    assert found.scores.negative == pytest.approx(0.0625)
    assert len(set(model.prompts)) == 1 + len(found.words)


def test_words_are_measured_by_leaving_them_out_up_to_a_bound() -> None:
    """The word that carries the praise has an effect, and a long text is measured at its beginning."""
    reader = SentimentReader(fake_causal.cache(FakeCausal(answer)), QWEN)
    found = reader("味道很好")
    assert [word.effect for word in found.words] == pytest.approx([0, 0, 0, 0.6875])
    long = reader("啊" * 40)
    assert (len(long.words), long.word_count, long.measured) == (MARKED_WORDS, 40, True)


def test_each_text_is_read_after_the_same_beginning() -> None:
    """What comes before a text is the same for all, so that it is read once."""
    model = FakeCausal(answer)
    SentimentReader(fake_causal.cache(model), QWEN).many(["一好", "二好"])
    first, second = (prompt.partition(text)[0] for prompt, text in zip(model.prompts, ("一好", "二好"), strict=True))
    assert first == second


def test_a_language_model_has_no_gradients() -> None:
    """Nothing is measured, and no copy in torch is loaded for it."""
    reader = SentimentReader(tiny.cache(), QWEN)
    assert list(reader.gradients("Good.", reader("Good."))) == []
    assert all(model.loads == 1 for model in reader.cache.status().models)
