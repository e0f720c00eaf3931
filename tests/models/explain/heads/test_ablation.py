"""The models' own results with some of their attention off."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from models.catalog.bundled import ATTENTION, ENGLISH_PORTUGUESE, MINILM, QUESTION_ANSWERING, SENTIMENT, SMOLLM2
from models.explain.attention import Attender
from models.explain.heads.ablation import Ablator
from models.explain.heads.heads_off import heads_off
from models.explain.heads.switches import Switch
from models.explain.tokens import boundary
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import Stage, Stopped

TEXT, PAIR = "ab cd ef", "gh ij"
ENCODER, CROSS = f"{ENGLISH_PORTUGUESE.name} encoder", f"{ENGLISH_PORTUGUESE.name} cross-attention"
MODELS = [MINILM.name, SMOLLM2.name, QUESTION_ANSWERING.name, SENTIMENT.name, ENCODER, CROSS]
LAYER = [{"layer": 1}]


@pytest.fixture
def ablator(tiny_cache: ModelCache) -> Ablator:
    """Every kind of model there is, tiny."""
    return Ablator(Attender(tiny_cache, (MINILM, SMOLLM2, QUESTION_ANSWERING, SENTIMENT, ENGLISH_PORTUGUESE)))


def pair(model: str) -> str:
    """The second text, for the model that needs one."""
    return PAIR if model == QUESTION_ANSWERING.name else ""


@pytest.mark.parametrize("model", MODELS)
def test_nothing_off_changes_nothing(ablator: Ablator, model: str) -> None:
    """Before and after are alike."""
    found = ablator(model, TEXT, pair(model), []).outcome
    assert found.after == pytest.approx(found.before, abs=1e-6)
    assert all(bar.after == pytest.approx(bar.before, abs=1e-6) for bar in found.bars)
    assert found.said is None or found.said[0] == found.said[1]


@pytest.mark.parametrize("model", MODELS)
def test_every_head_is_ranked_as_it_is_by_itself(ablator: Ablator, model: str) -> None:
    """A batch with one head off in each row gives what each gives alone; results come as they are measured."""
    stream = list(ablator.rank(model, TEXT, pair(model)))
    ranking = stream[-1]
    assert [each.measured for each in stream] == sorted({each.measured for each in stream})
    assert ranking.measured == ranking.effects.size == 8
    for layer, head in ((0, 0), (0, 3), (1, 2)):
        alone = ablator(model, TEXT, pair(model), [{"layer": layer, "head": head}])
        assert ranking.effects[layer, head] == pytest.approx(alone.effect, abs=1e-5)
    assert np.abs(ranking.effects).max() > 0
    sizes = [abs(effect) for *_, effect in ranking.heads]
    assert sizes == sorted(sizes, reverse=True)


def test_the_next_token_is_the_models_own(ablator: Ablator) -> None:
    """The same probabilities as of a forward pass, after the token that begins a text."""
    found = ablator(SMOLLM2.name, TEXT, "", LAYER).outcome
    with ablator.cache.lease(SMOLLM2.with_attention()) as loaded, torch.inference_mode():
        ids = [boundary(loaded.tokenizer), *loaded.tokenizer(TEXT)["input_ids"]]
        own = loaded.model(torch.tensor([ids])).logits[0, -1].softmax(-1)
        with heads_off(loaded.model, "decoder", [frozenset([Switch(1)])]):
            off = loaded.model(torch.tensor([ids])).logits[0, -1].softmax(-1)
    best = int(own.argmax())
    assert (found.kind, found.of) == ("next token", loaded.tokenizer.decode([best]))
    assert_allclose([found.before, found.after], [own[best], off[best]], atol=1e-6)
    assert found.bars[0].before == max(bar.before for bar in found.bars)
    assert max(bar.after for bar in found.bars) == pytest.approx(float(off.max()), abs=1e-6)


def test_a_look_is_between_the_tokens_of_the_text(ablator: Ablator) -> None:
    """Those on screen, not counting the token that begins a text."""
    found = ablator(SMOLLM2.name, TEXT, "", [{"layer": 0, "from": 3, "to": 1}]).outcome
    with ablator.cache.lease(SMOLLM2.with_attention()) as loaded, torch.inference_mode():
        ids = [boundary(loaded.tokenizer), *loaded.tokenizer(TEXT)["input_ids"]]
        with heads_off(loaded.model, "decoder", [frozenset([Switch(0, None, 4, 2)])]):
            off = loaded.model(torch.tensor([ids])).logits[0, -1].softmax(-1)
    best = loaded.tokenizer.convert_tokens_to_ids(loaded.tokenizer.tokenize(found.of))[0]
    assert found.after == pytest.approx(float(off[best]), abs=1e-6)


def test_a_classifier_has_its_balance(ablator: Ablator) -> None:
    """The probability of positive less that of negative, and every class."""
    found = ablator(SENTIMENT.name, TEXT, "", LAYER).outcome
    bars = {bar.name: bar for bar in found.bars}
    assert (found.kind, found.of) == ("classes", "balance")
    assert found.after == pytest.approx(bars["positive"].after - bars["negative"].after, abs=1e-6)
    assert sum(bar.after for bar in found.bars) == pytest.approx(1, abs=1e-5)


def test_an_answer_is_a_piece_of_the_context(ablator: Ablator) -> None:
    """Or none; without a context there is nothing to answer from."""
    found = ablator(QUESTION_ANSWERING.name, TEXT, PAIR, LAYER).outcome
    assert found.said is not None
    assert all(text in PAIR or text == "no answer" for text in found.said)
    assert found.bars[0].name == found.of == found.said[0]
    with pytest.raises(InputError, match="second text"):
        ablator(QUESTION_ANSWERING.name, TEXT, "", [])


def test_a_text_has_a_vector(ablator: Ablator) -> None:
    """A plain encoder has no other result: how far the vector turns."""
    found = ablator(MINILM.name, TEXT, "", LAYER).outcome
    assert (found.kind, found.before) == ("vector", 1.0)
    assert found.after < 1


def test_a_translation_is_written_anew(ablator: Ablator) -> None:
    """And the one before is as probable as the steps that wrote it."""
    found = ablator(CROSS, TEXT, "", LAYER).outcome
    assert found.said is not None
    assert found.said[0] == found.of
    attended = ablator.attender(CROSS, TEXT)
    assert attended.target == found.of
    with pytest.raises(InputError, match="only heads and layers"):
        ablator(CROSS, TEXT, "", [{"from": 0, "to": 1}])


def test_ranking_can_be_stopped(ablator: Ablator) -> None:
    """Between two batches; the model is free then."""

    def report(stage: Stage) -> None:
        if stage.action == "Running":
            raise Stopped

    with pytest.raises(Stopped):
        list(ablator.rank(SMOLLM2.name, TEXT, "", report))
    assert ablator(SMOLLM2.name, TEXT, "", []).run.tokens == len(TEXT)


@pytest.mark.parametrize(
    ("off", "message"),
    [
        ([{"layer": 2}], "layer must be from 0 to 1"),
        ([{"from": 1, "to": 2}], "cannot look at"),
        ("x", "must be a list"),
    ],
)
def test_what_is_not_there_is_refused(ablator: Ablator, off: Any, message: str) -> None:
    """In words."""
    with pytest.raises(InputError, match=message):
        ablator(SMOLLM2.name, TEXT, "", off)


@pytest.mark.parametrize("text", ["a", "word " * 600, "שלום עולם", "它太累了"])
@pytest.mark.parametrize("model", [MINILM.name, SMOLLM2.name, ENCODER])
def test_texts_of_all_kinds(ablator: Ablator, model: str, text: str) -> None:
    """One token, more than are read, right to left, Chinese."""
    found = ablator(model, text, "", [{"layer": 0, "head": 0}])
    assert np.isfinite([found.outcome.before, found.outcome.after]).all()
    assert (found.run.dropped > 0) == (len(text) > 600)


@pytest.mark.real
def test_who_is_given_a_drink(real_cache: ModelCache) -> None:
    """Of 270 heads, head 2 of layer 30 brings Mary to the end of the text (Wang et al. 2022 on such heads)."""
    ablator = Ablator(Attender(real_cache, ATTENTION))
    text = "When Mary and John went to the shop, John gave a drink to"
    found = ablator(SMOLLM2.name, text, "", [{"layer": 29, "head": 1}])
    assert found.outcome.of == " Mary"
    assert found.outcome.before == pytest.approx(0.76, abs=0.02)
    assert found.effect == pytest.approx(-0.32, abs=0.02)
