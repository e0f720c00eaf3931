"""What a reply looked at: the model's own weights at the right place, and the planted word among the strongest."""

import numpy as np
import pytest
import torch

from models.catalog.bundled import SMOLLM2
from models.explain.rereading import CHUNK, ROWS
from models.explain.tokens import Token
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.runtime.progress import ignore
from models.tasks.chat.adapter import Chatter
from models.tasks.chat.attention import ReplyReader, context_of
from models.tasks.chat.messages import Message
from models.tasks.chat.prompt import Prompt, fit
from tests import tiny

# A question, the reply up to the token in question, that token, and the word of the question it must come from.
PLANTED = [
    ("What is the capital of France?", "The capital of France is", " Paris", "France"),
    ("My name is Zelda and I live in Lisbon. What is my name?", "Your name is", " Zelda", "Zelda"),
    ("My name is Zelda and I live in Lisbon. Where do I live?", "You live in", " Lisbon", "Lisbon"),
    ("The red box holds coins. The blue box holds keys. What is in it?", "The blue box holds", " keys", "keys"),
    ("What is the opposite of hot?", "The opposite of hot is", " cold", "hot"),
    ("Repeat after me: the orange penguin.", "The orange", " penguin", "penguin"),
    ("Anna has a dog called Bruno. What is the dog called?", "The dog is called", " Bruno", "Bruno"),
    ("The meeting is on Thursday at noon. Which day is it?", "The meeting is on", " Thursday", "Thursday"),
    ("What language do people speak in Germany?", "People in Germany speak", " German", "Germany"),
    ("The train to Porto leaves from platform nine. Where to?", "The train goes to", " Porto", "Porto"),
]


def as_reply(ids: list[int]) -> list[Token]:
    """A reply of the tokens `ids`, each a letter to look at."""
    return [Token(id_, "x", 0.5, ()) for id_ in ids]


def prompt_of(text: str) -> Prompt:
    """What the tiny model reads of a message."""
    return fit(tiny.load(SMOLLM2, ignore), "", [Message("user", text)], 64)


@pytest.mark.parametrize("length", [1, ROWS - 1, ROWS, 2 * ROWS + 3])
@pytest.mark.parametrize("said", ["hi", "a b " * CHUNK])
def test_the_weights_are_the_models(tiny_cache: ModelCache, said: str, length: int) -> None:
    """A row is the mean over the later layers' heads one place before its token, without the first, by words."""
    prompt, reply = prompt_of(said), as_reply([(7 * i) % 200 for i in range(length)])
    result = ReplyReader(tiny_cache, SMOLLM2)(prompt, reply)
    whole = torch.tensor([[*prompt.ids, *(token.id for token in reply)]])
    layers = tiny.load(SMOLLM2.with_attention(), ignore).model(whole, output_attentions=True).attentions
    own = layers[1][0].mean(0)[len(prompt.ids) - 1 : -1].numpy()
    assert result.first == pytest.approx(own[:, 0], abs=1e-5)
    expected = np.zeros_like(result.weights)
    for key, token in enumerate(result.context[1:], 1):
        expected[:, token.word] += own[:, key] / (1 - own[:, 0])
    assert result.weights == pytest.approx(expected, abs=1e-5)
    assert result.weights.sum(axis=1) == pytest.approx(np.ones(length), abs=1e-5)
    assert result.run.tokens == len(prompt.ids) + length


def test_no_token_looks_ahead(tiny_cache: ModelCache) -> None:
    """A word that stands wholly behind a token has no share in it."""
    prompt, reply = prompt_of("hi"), as_reply(list(range(40, 60)))
    result = ReplyReader(tiny_cache, SMOLLM2)(prompt, reply)
    firsts: dict[int, int] = {}
    for place, token in enumerate(result.context):
        firsts.setdefault(token.word, place)
    for row, weights in enumerate(result.weights):
        later = [word for word, place in firsts.items() if place >= len(prompt.ids) + row]
        assert not weights[later].any()


def test_words_are_those_of_the_texts() -> None:
    """Pieces of a word share its number, each part of the prompt and the reply begins a new one, marks have none."""
    prompt = prompt_of("see in")
    context = context_of(prompt, [Token(1, " the", 0.5, ()), Token(2, "re", 0.5, ()), Token(3, "!\n", 0.5, ())])
    reply = context[len(prompt.ids) :]
    assert [token.reading for token in reply] == ["there", "there", "!"]
    assert reply[0].word == reply[1].word == reply[2].word - 1
    assert reply[0].word not in {token.word for token in context[: len(prompt.ids)]}
    said = "".join(token.text for token in context if not token.control)
    assert said == "user\nsee in\nassistant\n there!\n"
    readings = dict.fromkeys(token.word for token in context if token.reading == "see")
    assert len(readings) == 1
    assert {token.reading for token in context if token.control} == {""}


def test_a_late_reading_keeps_its_rows(tiny_cache: ModelCache) -> None:
    """After the deadline the rows that are read stay, and the rest counts as dropped."""
    result = ReplyReader(tiny_cache, SMOLLM2, Limits(seconds=-1.0))(prompt_of("a" * CHUNK), as_reply([5] * 9))
    assert len(result.weights) == 0
    assert result.run.tokens == CHUNK
    assert result.run.dropped > 9


def test_a_closed_stream_releases_the_model(tiny_cache: ModelCache) -> None:
    """Stop ends the reading between two chunks."""
    stream = ReplyReader(tiny_cache, SMOLLM2).stream(prompt_of("a" * 500), as_reply([5] * 9))
    assert next(stream).run.tokens == CHUNK
    stream.close()
    assert [model.leases for model in tiny_cache.status().models] == [0]


def test_a_reply_can_be_read_again(tiny_cache: ModelCache) -> None:
    """What `Chatter` returns is all that is needed, and its serving copy stays as it is."""
    reply = Chatter(tiny_cache, SMOLLM2)("see in", max_new_tokens=5)
    result = ReplyReader(tiny_cache, SMOLLM2)(reply.prompt, reply.tokens)
    assert len(result.weights) == 5
    assert "".join(token.text for token in result.context[result.prompt_tokens :]) == "".join(
        token.text for token in reply.tokens
    )
    assert {model.variant for model in tiny_cache.status().models} == {"causal-lm, sdpa, llama.cpp", "causal-lm, eager"}


@pytest.mark.real
def test_the_planted_word_is_among_the_five_strongest(real_cache: ModelCache) -> None:
    """In nine of ten written cases the word that an answer must come from is among the five strongest."""
    found = []
    for question, so_far, answer, planted in PLANTED:
        with real_cache.lease(SMOLLM2) as loaded:
            prompt = fit(loaded, "", [Message("user", question)], 64)
            pieces = [loaded.tokenizer(text)["input_ids"] for text in (so_far, answer)]
            reply = [Token(id_, loaded.tokenizer.decode([id_]), 0.5, ()) for piece in pieces for id_ in piece]
        result = ReplyReader(real_cache, SMOLLM2)(prompt, reply)
        readings = {token.word: token.reading for token in result.context}
        row = result.weights[len(pieces[0])]
        ranked = [readings[word] for word in row.argsort()[::-1] if any(map(str.isalnum, readings[word]))]
        found.append(planted in ranked[:5])
    assert sum(found) >= 9, found
