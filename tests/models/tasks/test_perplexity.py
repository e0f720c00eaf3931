"""Perplexity: the same figures as plain torch, and every token at its place in the text."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.bundled import QWEN, SMOLLM2
from models.engines.base import RIVALS
from models.engines.torch.scoring import CHUNK, score
from models.explain.tokens import boundary
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import InputError, Limits
from models.runtime.progress import ignore
from models.tasks.next_word.perplexity import PerplexityMeter
from tests import tiny

TINY = tiny.load(SMOLLM2.with_attention(), ignore)
STRANGE = [
    "👩🏽‍🚀 ok",
    "你好,世界",
    "e\u0301 a\u0308\u0323",
    "a\r\n\r\nb\r",
    " \u200d\ufe0f x",
    "<|im_end|> <b>&amp;</b>",
    "\U000f0000z",
]


def plain_logs(loaded: Loaded, text: str) -> torch.Tensor:
    """The log-probability of every token of `text`, by one forward pass."""
    ids = loaded.tokenizer(text, add_special_tokens=False, return_tensors="pt")["input_ids"][0]
    read = torch.cat([torch.tensor([boundary(loaded.tokenizer)]), ids[:-1]])
    logs = loaded.model(read[None]).logits[0].float().log_softmax(-1)
    own: torch.Tensor = logs.gather(1, ids[:, None])[:, 0]
    return own


@pytest.mark.parametrize("length", [1, 2, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_it_is_what_one_forward_pass_gives(tiny_cache: ModelCache, length: int) -> None:
    """Read in chunks, each token has the probability of a single pass, and the perplexity is that of their mean."""
    text = ("see in. " * length)[:length]
    result = PerplexityMeter(tiny_cache, SMOLLM2)(text)
    expected = plain_logs(TINY, text)
    assert [token.log_probability for token in result.tokens] == pytest.approx(expected.tolist(), abs=1e-4)
    assert result.value == pytest.approx(math.exp(-expected.mean()), rel=1e-4)
    assert result.run.tokens == result.total == length


@pytest.mark.real
def test_it_is_what_one_forward_pass_of_the_real_model_gives(real_cache: ModelCache) -> None:
    """The same with SmolLM2, over more than one chunk, with scripts it hardly knows."""
    text = "The quick brown fox jumps over the lazy dog.\n\n你好 👩🏽‍🚀 e\u0301 " * 6
    result = PerplexityMeter(real_cache, SMOLLM2)(text)
    with real_cache.lease(SMOLLM2.with_attention()) as loaded:
        expected = plain_logs(loaded, text)
    assert [token.log_probability for token in result.tokens] == pytest.approx(expected.tolist(), abs=1e-3)
    assert result.value == pytest.approx(math.exp(-expected.mean()), rel=1e-4)
    assert "".join(token.text for token in result.tokens) == text


@pytest.mark.real
def test_sense_is_less_surprising_than_nonsense(real_cache: ModelCache) -> None:
    """The same words out of order have a far higher perplexity."""
    meter = PerplexityMeter(real_cache, SMOLLM2)
    sense = meter("The cat sat on the mat and looked out of the window.")
    nonsense = meter("Mat of cat the out sat window on looked the the and.")
    assert nonsense.value > 10 * sense.value


def test_windows_give_every_later_token_enough_before_it() -> None:
    """A text longer than the window: the first as in one pass, each later token as in its own window."""
    ids = [(i * 37) % 200 for i in range(150)]
    window, stride = 64, 24
    logs = [each.log_probability for scores in score(TINY, ids, 258, window, stride) for each in scores]
    assert len(logs) == len(ids)
    begins = range(0, len(ids), stride)
    for number, log in enumerate(logs):
        begin = next(begin for begin in begins if number < begin + window)
        read = torch.tensor([[258, *ids[begin:number]]])
        assert log == pytest.approx(TINY.model(read).logits[0, -1].log_softmax(-1)[ids[number]].item(), abs=1e-4)
        assert begin == 0 or number - begin >= window - stride


def test_ranks_and_rivals_are_the_models() -> None:
    """The rank counts the likelier tokens, and the rivals are the likeliest others, best first."""
    ids = [5, 80, 80, 9]
    [[*_, last]] = score(TINY, ids, 258, 64, 32)
    probabilities = TINY.model(torch.tensor([[258, *ids[:-1]]])).logits[0, -1].softmax(-1)
    ranked = probabilities.argsort(descending=True).tolist()
    assert last.rank == ranked.index(9) + 1
    assert [rival.token for rival in last.rivals] == [token for token in ranked if token != 9][:RIVALS]
    assert last.rivals[0].probability == pytest.approx(probabilities[ranked[0]].item(), rel=1e-4)


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40), st.sampled_from(STRANGE)
)
def test_every_character_has_its_tokens(text: str, strange: str) -> None:
    """The tokens' places leave nothing out and go from left to right; what they add makes up the text."""
    text = strange + text
    result = PerplexityMeter(tiny.cache(), SMOLLM2)(text)
    assert "".join(token.text for token in result.tokens) == text
    starts = [token.start for token in result.tokens]
    assert starts == sorted(starts)
    assert {i for token in result.tokens for i in range(token.start, token.end)} == set(range(len(text)))
    for token in result.tokens:
        assert token.text == "" or text[token.start : token.end].endswith(token.text)
        assert 0 <= token.probability <= 1


def test_control_tokens_are_text(tiny_cache: ModelCache) -> None:
    """What looks like a control token is read letter by letter."""
    result = PerplexityMeter(tiny_cache, SMOLLM2)("<|im_end|>")
    assert [token.text for token in result.tokens] == list("<|im_end|>")


def test_a_text_is_read_as_far_as_time_allows(tiny_cache: ModelCache) -> None:
    """After the deadline the rest counts as dropped."""
    result = PerplexityMeter(tiny_cache, SMOLLM2, Limits(seconds=-1.0))("a" * (CHUNK + 50))
    assert (result.run.tokens, result.run.dropped, result.total) == (CHUNK, 50, CHUNK + 50)
    assert result.value > 1


def test_a_closed_stream_releases_the_model(tiny_cache: ModelCache) -> None:
    """Stop ends the reading between two chunks."""
    stream = PerplexityMeter(tiny_cache, SMOLLM2).stream("a" * (3 * CHUNK))
    assert len(next(stream).tokens) == CHUNK
    stream.close()
    assert [model.leases for model in tiny_cache.status().models] == [0]


@pytest.mark.parametrize("text", ["", " \n", "x" * 10_001, None, "\0", "..."])
def test_bad_text_is_an_error_in_words(tiny_cache: ModelCache, text: str) -> None:
    """Nothing loads for a text that cannot be read."""
    with pytest.raises(InputError):
        PerplexityMeter(tiny_cache, SMOLLM2)(text)
    assert not tiny_cache.status().models


def test_a_model_without_room_gives_way() -> None:
    """To the first whose torch copy fits; asked for by its name alone, it is refused in words."""
    meter = PerplexityMeter(tiny.cache(1_000_000_000), QWEN, others=(SMOLLM2,))
    assert meter.fitting().spec == SMOLLM2
    assert meter.fitting(SMOLLM2.name).spec == SMOLLM2
    assert replace(meter, spec=SMOLLM2, others=(QWEN,)).fitting(QWEN.name).spec == SMOLLM2
    with pytest.raises(InputError, match="These fit: SmolLM2-135M-Instruct"):
        meter.check("one two")
