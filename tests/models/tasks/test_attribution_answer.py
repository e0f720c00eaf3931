"""Why an answer was given: on stand-ins worked by hand, and complete within 1% on a tiny model."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models.catalog.bundled import QUESTION_ANSWERING
from models.explain.attribution import Reasons, Word
from models.runtime.cache import Loaded, ModelCache
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.attribution import find
from models.tasks.question_answering.results import Answer
from models.tasks.question_answering.windows import WINDOW_TOKENS, encode
from models.text.sentences import Span
from tests import tiny

TOKENIZER = tiny.letter_tokenizer()
TINY = Answerer(tiny.cache(), QUESTION_ANSWERING)


class Counter(nn.Module):
    """A stand-in: every token adds its own weight to the answer's start and end, `x` 2, `y` -1 and any other none."""

    device = torch.device("cpu")
    config = SimpleNamespace(type_vocab_size=2)

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Embedding(len(TOKENIZER), 1, _weight=torch.zeros(len(TOKENIZER), 1))
        for letter, weight in (("x", 2.0), ("y", -1.0)):
            for piece in (letter, f"##{letter}"):
                self.weights.weight.data[TOKENIZER.convert_tokens_to_ids(piece)] = weight
        self.requires_grad_(False)

    def get_input_embeddings(self) -> nn.Embedding:
        return self.weights

    def forward(self, input_ids: Tensor | None = None, inputs_embeds: Tensor | None = None, **_: Any) -> Any:
        values = self.weights(input_ids) if inputs_embeds is None else inputs_embeds
        sums = values.sum(1).expand(-1, values.shape[1]).clone()
        sums[:, 0] = 0.25  # "no answer"
        return SimpleNamespace(start_logits=sums, end_logits=sums)


def counted() -> Answerer:
    """An adapter over the stand-in."""
    return Answerer(
        ModelCache(lambda spec, report: Loaded(Counter(), TOKENIZER, "cpu", "float32", 1), 10**9), QUESTION_ANSWERING
    )


def last(stream: Iterator[Reasons]) -> Reasons:
    """The last of a stream."""
    *_, found = stream
    return found


def test_each_word_is_worth_its_weight() -> None:
    """Start and end both rise by each token's weight, so a word of `x` and `y` adds 2 (2 - 1) by both methods."""
    found = last(counted().reasons("who xy y?", "b x. c", Answer("b", 0, 1, 0.5)))
    assert found.left_out == tuple(Word(*word) for word in ((0, 3, 0.0), (4, 6, 2.0), (7, 8, -2.0), (8, 9, 0.0)))
    assert [word.effect for word in found.question] == pytest.approx([0, 2, -2, 0])
    assert [(word.start, word.end) for word in found.context] == [(0, 1), (2, 3), (3, 4), (5, 6)]
    assert [word.effect for word in found.context] == pytest.approx([0, 4, 0, 0])
    assert found.gap == pytest.approx(0, abs=1e-5)


def test_a_tiny_model_is_explained_completely() -> None:
    """All words together make up the rise from a text without words to this one, within 1%."""
    question, context = "who met bob", "ann met bob. carl saw it."
    answer = TINY(question, context).answers[0]
    found = last(TINY.reasons(question, context, answer))
    assert found.gap is not None
    assert found.gap <= 0.01
    assert found.window == Span(0, len(context))
    assert (found.run.model, found.run.tokens) == ("MiniLM-SQuAD", len("whometbob") + len("annmetbob.carlsawit.") + 3)


def test_the_answer_is_explained_in_its_own_window() -> None:
    """In a long text only the window that owns the answer is read, and places stay those of the whole text."""
    context = "ab " * 1_000
    answers = TINY("who", context, 1)
    best = answers.answers[0]
    stream = TINY.reasons("who", context, best)
    first = next(stream)
    stream.close()
    assert (first.window.start, first.window.end) == answers.window
    assert first.window.start <= best.start < best.end <= first.window.end
    assert first.run.tokens <= WINDOW_TOKENS


@pytest.mark.parametrize("at", [0, 3, 750, 960, 2_100])
def test_an_answer_is_found_among_its_tokens(at: int) -> None:
    """Its first and last token, wherever it lies, in the window that owns the first."""
    context = "ab " * 1_000
    place = find(encode(TOKENIZER, "who", context).windows, Span(at, at + 5))
    offsets = place.window.offsets
    assert offsets[place.begin - place.window.first][0] == at
    assert offsets[place.end - place.window.first][1] == at + 5
    assert place.begin in place.window.owned


def test_an_answer_of_another_text_is_an_error() -> None:
    """What is not there cannot be explained."""
    with pytest.raises(ValueError, match="between 90 and 95"):
        last(TINY.reasons("who", "ann met bob", Answer("other", 90, 95, 0.5)))


def test_words_beyond_the_questions_limit_are_not_explained() -> None:
    """A question that is cut has effects only for the words that were read."""
    found = last(counted().reasons("ab " * 50, "c d", Answer("c", 0, 1, 0.5)))
    assert len(found.left_out) == len(found.question) == 32
    assert found.run.dropped == 36


def test_stopping_frees_the_model() -> None:
    """A closed stream holds no lease, and what came before it can be shown."""
    adapter = Answerer(tiny.cache(), QUESTION_ANSWERING)
    stream = adapter.reasons("who", "ann met bob", Answer("ann", 0, 3, 0.5))
    first = next(stream)
    assert (len(first.left_out), first.question, first.gap) == (1, (), None)
    stream.close()
    assert adapter.cache.status().models[0].leases == 0
