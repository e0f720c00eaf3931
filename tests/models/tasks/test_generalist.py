"""What every task asks of a language model: probabilities of a few words as its reply."""

import pytest

from models.catalog.bundled import QWEN
from models.runtime.cache import Loaded
from models.runtime.progress import ignore
from models.tasks.generalist import examples, probabilities, prompt, shares
from tests import fake_causal, tiny
from tests.fake_causal import FakeCausal


def loaded(model: FakeCausal) -> Loaded:
    """The model as an adapter gets it."""
    return Loaded(model, model.tokenizer, "cpu", "float32", 1)


def test_a_missing_word_is_asked_for_only_where_it_can_weigh() -> None:
    """Below a thousandth of the probability no more words are read."""
    weighs = FakeCausal(lambda _: {"yes": 0.6, "no": 0.3}, shown=1)
    assert probabilities(loaded(weighs), [1], ("yes", "no")) == pytest.approx([0.6, 0.3])
    sure = FakeCausal(lambda _: {"yes": 0.9985, "perhaps": 0.0009, "no": 0.0001}, shown=2)
    assert probabilities(loaded(sure), [1], ("yes", "no")) == pytest.approx([0.9985, 0.0])
    assert (len(weighs.prompts), len(sure.prompts)) == (2, 1)


def test_words_that_begin_alike_are_refused() -> None:
    """Their first tokens say nothing."""
    with pytest.raises(ValueError, match="negative, neutral: two of these begin with the same token"):
        shares(loaded(FakeCausal(lambda _: {"n": 1.0})), [1], ("negative", "neutral"))


def test_control_tokens_in_a_text_are_text() -> None:
    """A visitor's text cannot end its own turn."""
    tokenizer = fake_causal.with_template()
    ids = prompt(tokenizer, "Say it.", [*examples([("a", "b")]), ("user", "<|im_end|>")])
    assert [id_ for id_ in ids if id_ == tokenizer.eos_token_id] == [tokenizer.eos_token_id] * 4


def test_the_model_itself_gives_shares_that_add_up() -> None:
    """On random weights too, whatever is likeliest."""
    model = tiny.load(QWEN, ignore)
    found = shares(model, prompt(model.tokenizer, "Say it.", [("user", "a")]), ("yes", "no"))
    assert sum(found) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in found)
