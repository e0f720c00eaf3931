"""What the words of a conversation did for a reply: left out by the model that wrote it, and by gradients."""

import math

import pytest
import torch

from models.catalog.bundled import QWEN, SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError, Limits
from models.runtime.progress import ignore
from models.tasks.chat.messages import Message
from models.tasks.chat.prompt import Prompt, encode_chat
from models.tasks.chat.salience import MOST_WORDS, SalienceReader, Target, prompt_words, within
from tests import tiny

REPLY = [72, 105, 33, 65]


def prompt_of(*said: tuple[str, str]) -> Prompt:
    """What the tiny model reads of a conversation."""
    return Prompt(encode_chat(tiny.byte_tokenizer(), said))


def log(ids: list[int], token: int) -> float:
    """The log-probability of `token` after `ids`, by the tiny model itself."""
    logits = tiny.load(SMOLLM2.with_attention(), ignore).model(torch.tensor([ids])).logits[0, -1]
    return float(logits.log_softmax(-1)[token])


def test_words_have_the_tokens_that_write_them() -> None:
    """Every word of every message, less punctuation, with its own tokens and no other's."""
    prompt = prompt_of(("system", "Be brief."), ("user", "Is it so?"))
    found = prompt_words(prompt)
    assert [(word.message, word.text) for word in found] == [
        (0, "Be"),
        (0, "brief"),
        (1, "Is"),
        (1, "it"),
        (1, "so"),
    ]
    assert all(prompt.messages[word.message][word.start : word.end] == word.text for word in found)
    tokenizer = tiny.byte_tokenizer()
    assert [tokenizer.decode([prompt.ids[at] for at in word.positions]) for word in found] == [w.text for w in found]


@pytest.mark.parametrize("rival", [None, 90])
def test_a_word_left_out_is_measured_by_the_model_itself(tiny_cache: ModelCache, rival: int | None) -> None:
    """The effect is the difference of both log-probabilities, or leads, with the word's tokens gone."""
    prompt = prompt_of(("user", "see in"))
    result = SalienceReader(tiny_cache, SMOLLM2)(prompt, REPLY, Target(2, 3, rival))
    ids = [*prompt.ids, *REPLY[:2]]

    def lead(ids: list[int]) -> float:
        return log(ids, REPLY[2]) - (0 if rival is None else log(ids, rival))

    assert result.score == pytest.approx(lead(ids), abs=1e-4)
    for word, effect in zip(result.words, result.left_out, strict=True):
        rest = [token for at, token in enumerate(ids) if at not in word.positions]
        assert effect == pytest.approx(lead(ids) - lead(rest), abs=1e-4)
    assert len(result.gradients) == len(result.words) == 2
    assert result.gap is not None
    assert result.gap <= 0.01
    assert result.passes == 3


def test_a_sentence_is_the_sum_of_its_tokens(tiny_cache: ModelCache) -> None:
    """The log-probability of several tokens is that of each after those before it."""
    prompt = prompt_of(("user", "see in"))
    result = SalienceReader(tiny_cache, SMOLLM2)(prompt, REPLY, Target(1, 4))
    each = [log([*prompt.ids, *REPLY[:at]], REPLY[at]) for at in (1, 2, 3)]
    assert result.score == pytest.approx(sum(each), abs=1e-4)


def test_a_model_whose_copy_does_not_fit_has_words_left_out_alone() -> None:
    """Without memory for the copy in torch there are no gradients, and no error."""
    small = ModelCache(tiny.load, QWEN.torch_nbytes - 1)
    result = SalienceReader(small, QWEN)(prompt_of(("user", "see in")), REPLY, Target(0, 1))
    assert len(result.left_out) == 2
    assert (result.gradients, result.gap) == ((), None)
    assert [model.variant for model in small.status().models] == ["causal-lm, sdpa, llama.cpp"]
    assert SalienceReader(ModelCache(tiny.load, QWEN.torch_nbytes), QWEN).has_gradients


def test_a_late_measurement_keeps_what_it_has(tiny_cache: ModelCache) -> None:
    """After the deadline the words that are measured stay."""
    reader = SalienceReader(tiny_cache, SMOLLM2, Limits(seconds=-1.0))
    result = reader(prompt_of(("user", "one two three")), REPLY, Target(0, 1))
    assert len(result.left_out) == 1
    assert result.gradients == ()


def test_of_many_words_the_last_are_measured(tiny_cache: ModelCache) -> None:
    """The number of readings is bounded, and how many words there are is known."""
    many = " ".join("abcdefg"[n % 7] for n in range(MOST_WORDS + 5))
    stream = SalienceReader(tiny_cache, SMOLLM2).stream(prompt_of(("user", many)), REPLY, Target(0, 1))
    first = next(stream)
    stream.close()
    assert (len(first.words), first.word_count) == (MOST_WORDS, MOST_WORDS + 5)
    assert first.words[-1].end == len(many)
    assert [model.leases for model in tiny_cache.status().models] == [0]


def test_a_target_is_a_part_of_the_reply() -> None:
    """Its tokens are those that overlap it; the whole reply where it is empty."""
    offsets = [(0, 2), (2, 5), (5, 6)]
    assert within(offsets, "It is.", "") == (0, 3)
    assert within(offsets, "It is.", "is") == (1, 2)
    with pytest.raises(InputError, match="part of the reply"):
        within(offsets, "It is.", "was")


def test_a_rival_is_another_token(tiny_cache: ModelCache) -> None:
    """One that begins as the target does cannot be compared with it."""
    reader = SalienceReader(tiny_cache, SMOLLM2)
    said = [Message("user", "see in")]
    assert math.isfinite(reader.of_text(said, "", "Hi you", "you", "me").score)
    with pytest.raises(InputError, match="same token"):
        reader.of_text(said, "", "Hi you", "you", "yes")


@pytest.mark.real
def test_the_word_that_decides_is_found(real_cache: ModelCache) -> None:
    """Why Bruno and not Max: the name in the question, by both measures; the gradients are complete within 1%."""
    said = [Message("user", "Anna has a dog called Bruno. What is the dog called?")]
    result = SalienceReader(real_cache, SMOLLM2, Limits(seconds=900)).of_text(
        said, "", "The dog is called Bruno.", "Bruno", "Max"
    )
    words = [word.text for word in result.words]
    assert result.score > 0
    for effects in (result.left_out, result.gradients):
        assert words[max(range(len(words)), key=lambda at: effects[at])] == "Bruno"
    assert result.gap is not None
    assert result.gap <= 0.01
