"""Decoding, token by token, on the tiny Llama."""

from collections.abc import Iterator

import pytest
import torch
from transformers import LlamaForCausalLM

from models.blocks import BLOCK
from models.cache import Loaded
from models.catalog import SMOLLM2
from models.decoding import RIVALS, Reading, Sampling, Step, decode
from models.stages import ignore
from tests import tiny


@pytest.fixture
def loaded() -> Loaded:
    """The tiny Llama, whose end-of-text token never wins."""
    loaded = tiny.load(SMOLLM2, ignore)
    loaded.model.generation_config.eos_token_id = None
    return loaded


def prompt(length: int) -> torch.Tensor:
    """Some token ids, shape (1, length)."""
    return torch.arange(length).remainder(200)[None]


def steps(decoded: Iterator[Reading | Step]) -> list[Step]:
    """The new tokens without the reading of the prompt."""
    return [step for step in decoded if isinstance(step, Step)]


@pytest.mark.parametrize("length", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_greedy_is_generate(loaded: Loaded, length: int) -> None:
    """Greedy decoding, its prompt read in chunks, gives the tokens of transformers' own generate."""
    expected = loaded.model.generate(prompt(length), max_new_tokens=20, do_sample=False)[0, length:]
    assert [step.token for step in steps(decode(loaded, prompt(length), Sampling(20)))] == expected.tolist()


def test_probabilities_are_the_models(loaded: Loaded) -> None:
    """A step carries the probability of its token and of the likeliest other ones, whatever the temperature."""
    [step] = steps(decode(loaded, prompt(9), Sampling(1, temperature=2.0, top_p=0.5, seed=3)))
    probabilities = loaded.model(prompt(9)).logits[0, -1].softmax(-1)
    assert step.probability == pytest.approx(probabilities[step.token].item(), rel=1e-4)
    others = [token for token in probabilities.argsort(descending=True).tolist() if token != step.token]
    assert [rival.token for rival in step.rivals] == others[:RIVALS]
    assert [r.probability for r in step.rivals] == pytest.approx([probabilities[t].item() for t in others[:RIVALS]])


def test_bias_decides_but_is_no_probability(loaded: Loaded) -> None:
    """A bias changes what is chosen, not how probable the model says it is."""
    bias = torch.zeros(loaded.model.config.vocab_size)
    bias[42] = 1_000
    [step] = steps(decode(loaded, prompt(9), Sampling(1), bias))
    assert step.token == 42
    assert step.probability == pytest.approx(loaded.model(prompt(9)).logits[0, -1].softmax(-1)[42].item(), rel=1e-4)


def test_a_seed_repeats(loaded: Loaded) -> None:
    """The same seed draws the same tokens, another one draws others, and torch's own generator is left alone."""
    state = torch.get_rng_state()
    first, again, other = (
        [step.token for step in steps(decode(loaded, prompt(5), Sampling(20, temperature=1.0, seed=seed)))]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert torch.equal(torch.get_rng_state(), state)


def test_top_p_keeps_to_the_likeliest(loaded: Loaded) -> None:
    """At a high temperature and top_p 0.1 no token outside the smallest set that makes up 0.1 is drawn."""
    allowed = _nucleus(loaded, 0.1, temperature=1.0)
    drawn = {
        steps(decode(loaded, prompt(5), Sampling(1, temperature=1.0, top_p=0.1, seed=seed)))[0].token
        for seed in range(200)
    }
    assert len(drawn) > 1
    assert drawn <= allowed < set(range(258))


def _nucleus(loaded: Loaded, top_p: float, temperature: float) -> set[int]:
    logits = loaded.model(prompt(5)).logits[0, -1] / temperature
    ranked = logits.softmax(-1).sort(descending=True)
    before = ranked.values.cumsum(-1) - ranked.values
    return set(ranked.indices[before < top_p].tolist())


def test_the_end_token_ends(loaded: Loaded) -> None:
    """The end-of-text token ends the reply and is not part of it."""
    free = [step.token for step in steps(decode(loaded, prompt(5), Sampling(6)))]
    loaded.model.generation_config.eos_token_id = [free[3]]
    assert [step.token for step in steps(decode(loaded, prompt(5), Sampling(6)))] == free[: free.index(free[3])]


def test_closing_stops_the_compute(loaded: Loaded) -> None:
    """No forward runs that was not asked for: not while the prompt is read, not between tokens, not after close."""
    calls: list[int] = []
    loaded.model.register_forward_hook(lambda *_: calls.append(1))
    decoded = decode(loaded, prompt(10 * BLOCK), Sampling(50))
    assert next(decoded) == Reading(BLOCK, 10 * BLOCK)
    assert len(calls) == 1
    for _ in range(10):
        next(decoded)
    assert len(calls) == 10
    next(decoded)
    assert len(calls) == 11
    decoded.close()  # type: ignore[attr-defined]
    assert len(calls) == 11


def test_the_last_token_costs_no_forward(loaded: Loaded) -> None:
    """The last token allowed is not fed back, since nothing would come of it."""
    calls: list[int] = []
    loaded.model.register_forward_hook(lambda *_: calls.append(1))
    assert len(steps(decode(loaded, prompt(3), Sampling(4)))) == 4
    assert len(calls) == 4


def remembered(loaded: Loaded, length: int, new_tokens: int = 5) -> list[Reading | Step]:
    """What decoding yields when it may use what was read before."""
    return list(decode(loaded, prompt(length), Sampling(new_tokens), remember=True))


@pytest.mark.parametrize("length", [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_what_was_read_before_changes_nothing(loaded: Loaded, length: int) -> None:
    """A text read again, and one that goes on from it, give to the last bit what they give with nothing kept."""
    fresh = steps(iter(remembered(loaded, length)))
    assert steps(iter(remembered(loaded, length))) == fresh
    longer = remembered(loaded, length + 70)
    assert loaded.blocks is not None
    loaded.blocks.clear()
    assert steps(iter(longer)) == steps(iter(remembered(loaded, length + 70)))
    reading = longer[0]
    assert isinstance(reading, Reading)
    assert reading.kept == length // BLOCK * BLOCK


def test_a_reply_is_kept_with_its_prompt(loaded: Loaded) -> None:
    """The next turn begins with both, reads what is new alone, and is what it is with nothing kept."""
    said = [step.token for step in steps(iter(remembered(loaded, 50, 2 * BLOCK)))]
    turn = torch.cat([prompt(50), torch.tensor([said]), prompt(9)], 1)
    first, *rest = decode(loaded, turn, Sampling(5), remember=True)
    assert isinstance(first, Reading)
    assert first.kept == 2 * BLOCK
    assert loaded.blocks is not None
    loaded.blocks.clear()
    assert steps(iter(rest)) == steps(decode(loaded, turn, Sampling(5)))


def test_nothing_is_kept_unless_asked(loaded: Loaded) -> None:
    """A text that no conversation goes on from takes no room."""
    steps(decode(loaded, prompt(3 * BLOCK), Sampling(2)))
    assert loaded.blocks is not None
    assert loaded.blocks.find(range(3 * BLOCK)) == []


def test_the_tiny_model_is_a_llama(loaded: Loaded) -> None:
    """What the tests above run is the architecture of the bundled model."""
    assert isinstance(loaded.model, LlamaForCausalLM)
