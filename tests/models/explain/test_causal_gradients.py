"""Gradients of a causal model add up: to the log-probability of a text, and to the lead of one token over another."""

import pytest
import torch

from models.catalog.bundled import SMOLLM2
from models.explain.attribution import Attribution
from models.explain.causal_gradients import causal_gradients
from models.runtime.cache import Loaded, ModelCache
from models.runtime.progress import ignore
from models.tasks.chat.prompt import Prompt, encode_chat
from models.tasks.chat.salience import prompt_words
from tests import tiny

IDS, MOVED = [256, 72, 101, 108, 108, 111, 257], [1, 2, 3, 4, 5]


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    """The tiny Llama in torch."""
    return tiny.load(SMOLLM2.with_attention(), ignore)


def whole(loaded: Loaded, target: list[int], rival: int | None) -> Attribution:
    """The last attribution of all."""
    *_, end = (each for each in causal_gradients(loaded, IDS, target, MOVED, rival) if each is not None)
    return end


def logs(loaded: Loaded, ids: list[int], moved: list[int]) -> torch.Tensor:
    """The log-probabilities after each of `ids`, with the mean of all tokens at the positions `moved`."""
    embed = loaded.model.get_input_embeddings()
    read = embed(torch.tensor(ids)).clone()
    read[moved] = embed.weight.mean(0)
    found: torch.Tensor = loaded.model(inputs_embeds=read[None]).logits[0].log_softmax(-1)
    return found


@pytest.mark.parametrize(("target", "rival"), [([5], None), ([5], 9), ([5, 70, 71], None)])
def test_the_values_add_up_to_the_change_of_the_score(loaded: Loaded, target: list[int], rival: int | None) -> None:
    """Completeness within 1%; the change is that of the model's own log-probabilities, and only moved tokens count."""
    found = whole(loaded, target, rival)
    changes = []
    for moved in (list[int](), MOVED):
        rows = logs(loaded, [*IDS, *target[:-1]], moved)[len(IDS) - 1 :]
        score = sum(float(row[token]) for row, token in zip(rows, target, strict=True))
        changes.append(score - (0 if rival is None else float(rows[0, rival])))
    assert found.change == pytest.approx(changes[0] - changes[1], abs=1e-4)
    assert found.gap <= 0.01
    assert sum(found.values) == pytest.approx(found.change, rel=0.01)
    assert all(value == 0 for at, value in enumerate(found.values) if at not in MOVED)


def test_the_other_way_round_is_the_opposite(loaded: Loaded) -> None:
    """What speaks for a token against its rival speaks against the rival."""
    one, other = whole(loaded, [5], 9), whole(loaded, [9], 5)
    assert one.values == pytest.approx([-value for value in other.values], abs=1e-5)


@pytest.mark.real
def test_a_token_of_a_real_reply_takes_few_points(real_cache: ModelCache) -> None:
    """Within 1% at fewer than 100 points; from the token between documents it took more than 200."""
    with real_cache.lease(SMOLLM2.with_attention()) as real:
        prompt = Prompt(encode_chat(real.tokenizer, [("user", "Name three fruits.")]))
        moved = sorted(at for word in prompt_words(prompt) for at in word.positions)
        target = real.tokenizer("Apples", add_special_tokens=False)["input_ids"][:1]
        *_, found = (each for each in causal_gradients(real, prompt.ids, target, moved) if each is not None)
    assert found.gap <= 0.01
    assert found.steps < 100
