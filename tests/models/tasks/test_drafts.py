"""Drafts: one batch, a seed for each, and what may follow."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from models.catalog.bundled import SMOLLM2
from models.engines.base import LIKELIEST, LIKELIEST_ALONE, Step
from models.explain.tokens import boundary, control_tokens
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError, Limits
from models.runtime.progress import ignore
from models.tasks.drafts.adapter import MOST_DRAFTS, Draft, Drafter, Drafts
from tests import tiny

TEXT = "it was a dark and stormy night"


@pytest.fixture
def drafter(tiny_cache: ModelCache) -> Drafter:
    """Drafts by the tiny Llama."""
    return Drafter(tiny_cache, SMOLLM2)


def said(result: Drafts) -> list[tuple[int, ...]]:
    """The tokens of each draft."""
    return [tuple(token.id for token in draft.tokens) for draft in result.drafts]


def test_a_seed_gives_its_draft_again(drafter: Drafter) -> None:
    """Each draft is drawn again by its own seed, alone or beside others, and other seeds give other drafts."""
    result = drafter(TEXT, 4, 20, 1.0, 1.0, 7)
    assert [draft.seed for draft in result.drafts] == [7, 8, 9, 10]
    assert len(set(said(result))) == 4
    for number, draft in enumerate(result.drafts):
        assert said(drafter(TEXT, 1, 20, 1.0, 1.0, draft.seed)) == [said(result)[number]]
    assert drafter(TEXT, 4, 20, 1.0, 1.0, 7).drafts == result.drafts


@pytest.mark.real
def test_a_seed_of_the_real_model_gives_its_draft_again(real_cache: ModelCache) -> None:
    """The same with SmolLM2, beside one other draft and alone."""
    drafter = Drafter(real_cache, SMOLLM2)
    result = drafter("Once upon a time, there was", 2, 16, 0.8, 0.95, 41)
    assert result.drafts[0].text != result.drafts[1].text
    assert drafter("Once upon a time, there was", 1, 16, 0.8, 0.95, 42).drafts[0].text == result.drafts[1].text
    assert result.next[0].text == " a"


def test_without_a_seed_one_is_drawn_and_reported(drafter: Drafter) -> None:
    """Two calls draw different drafts, and their seeds reproduce them."""
    first, second = (drafter(TEXT, 2, 12, 1.0, 1.0) for _ in range(2))
    assert first.drafts[0].seed != second.drafts[0].seed
    assert first.drafts[1].seed == first.drafts[0].seed + 1
    assert drafter(TEXT, 2, 12, 1.0, 1.0, first.drafts[0].seed).drafts == first.drafts


def test_what_may_follow_is_the_models(drafter: Drafter) -> None:
    """The likeliest next tokens are those of a plain forward pass, and known without any draft."""
    loaded = tiny.load(SMOLLM2, ignore)
    ids = loaded.tokenizer(TEXT)["input_ids"]
    probabilities = loaded.model.module(torch.tensor([[boundary(loaded.tokenizer), *ids]])).logits[0, -1].softmax(-1)
    best = probabilities.topk(LIKELIEST)
    result = drafter(TEXT, 0)
    assert [one.probability for one in result.next] == pytest.approx(best.values.tolist(), rel=1e-4)
    assert [one.text for one in result.next] == [loaded.tokenizer.decode([i]) for i in best.indices.tolist()]
    assert result.drafts == ()
    drawn = drafter(TEXT, 2, 3, 1.0, 1.0, 1)
    assert drawn.next == result.next
    assert drawn.distribution is None
    assert result.distribution is not None
    more = probabilities.topk(LIKELIEST_ALONE).values.tolist()
    assert [one.probability for one in result.distribution.likeliest] == pytest.approx(more, rel=1e-4)
    assert result.distribution.vocabulary == len(probabilities)


def test_a_draft_that_ends_leaves_the_others_as_they_are(drafter: Drafter, monkeypatch: pytest.MonkeyPatch) -> None:
    """When one draft ends, the rest of the batch goes on as it would have without it."""
    whole = said(drafter(TEXT, 3, 20, 1.0, 1.0, 7))
    end = whole[1][5]
    monkeypatch.setattr("models.tasks.drafts.adapter.control_tokens", lambda tokenizer: frozenset([end]))
    cut = drafter(TEXT, 3, 20, 1.0, 1.0, 7)
    assert said(cut) == [tokens[: tokens.index(end)] if end in tokens else tokens for tokens in whole]
    assert [draft.ended for draft in cut.drafts] == ["end" if end in tokens else "length" for tokens in whole]
    assert cut.drafts[1].ended == "end"
    assert "length" in [draft.ended for draft in cut.drafts]


def test_drafts_grow_together(drafter: Drafter) -> None:
    """Each step adds a token to every draft; the prompt is read once, and nothing runs ahead of what was asked for."""
    calls: list[int] = []
    with drafter.cache.lease(SMOLLM2) as loaded:
        loaded.model.module.register_forward_hook(lambda *_: calls.append(1))
    stream = drafter.stream(TEXT, 3, 5, 1.0, 1.0, 7)
    assert next(stream).read == len(TEXT)
    assert [len(draft.tokens) for draft in next(stream).drafts] == [1, 1, 1]
    assert [len(draft.tokens) for draft in next(stream).drafts] == [2, 2, 2]
    assert len(calls) == 2
    stream.close()
    assert len(calls) == 2
    assert [model.leases for model in drafter.cache.status().models] == [0]


def test_a_long_text_keeps_its_end(drafter: Drafter) -> None:
    """What does not fit is left out at the front, and counted."""
    result = drafter("x" * 1_000 + "a" * 2_000, 1, 8, 0.0)
    assert result.run.tokens == 2_048 - 8 - 1
    assert result.run.tokens + result.run.dropped == 3_000
    end = drafter("x" * 39 + "a" * 2_000, 0, 8)
    assert [one.text for one in result.next] == [one.text for one in end.next]
    assert [one.probability for one in result.next] == pytest.approx([one.probability for one in end.next], rel=1e-5)


def test_temperature_zero_has_one_answer(drafter: Drafter) -> None:
    """Without chance all drafts are the likeliest one."""
    assert len(set(said(drafter(TEXT, 3, 6, 0.0)))) == 1


def test_a_late_draft_keeps_what_it_has(drafter: Drafter) -> None:
    """After the deadline the drafts end where they are."""
    late = replace(drafter, limits=Limits(seconds=-1.0))
    assert late(TEXT, 2, 6, 1.0, 1.0, 3).drafts == (Draft(3, "", (), "time"), Draft(4, "", (), "time"))


def test_the_tokens_are_the_text(drafter: Drafter) -> None:
    """What the tokens add makes up a draft's text, but for a character that never became whole."""
    for draft in drafter(TEXT, MOST_DRAFTS, 40, 1.5, 1.0, 5).drafts:
        assert draft.text.rstrip("\N{REPLACEMENT CHARACTER}").startswith("".join(token.text for token in draft.tokens))


def test_control_tokens_end_a_draft() -> None:
    """The tokens that stand between messages and documents are all ends."""
    tokenizer = tiny.byte_tokenizer()
    assert control_tokens(tokenizer) == {256, 257, 258}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "x" * 10_001),
        ("drafts", -1),
        ("drafts", 5),
        ("drafts", 1.5),
        ("max_new_tokens", 129),
        ("temperature", float("inf")),
        ("top_p", -0.1),
        ("seed", -1),
        ("seed", 10**9),
        ("seed", "seven"),
    ],
)
def test_bad_arguments_are_errors_in_words(field: str, value: Any, drafter: Drafter) -> None:
    """Each argument out of its range is refused, and named, before any model loads."""
    arguments: dict[str, Any] = {"text": "hi", field: value}
    with pytest.raises(InputError) as error:
        drafter(**arguments)
    assert error.value.field == field
    assert not drafter.cache.status().models


def test_the_next_token_needs_no_room_for_a_draft(drafter: Drafter) -> None:
    """An operator may allow fewer new tokens than a draft has by default."""
    few = replace(drafter, limits=Limits(new_tokens=16))
    assert few(TEXT, 0).next
    with pytest.raises(InputError, match="max_new_tokens must be from 1 to 16"):
        few(TEXT, 1)


def test_a_draft_that_goes_round_in_circles_is_ended(tiny_cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only that one; the other goes on to its end."""
    with tiny_cache.lease(SMOLLM2) as loaded:
        steps = ({0: Step(65, 1.0, ()), 1: Step(number % 200, 1.0, ())} for number in range(100))
        monkeypatch.setattr(loaded.model, "generate", lambda *_, **__: steps)
        circling, other = Drafter(tiny_cache, SMOLLM2)("hello", 2, 128).drafts
    assert (circling.ended, len(circling.tokens)) == ("circles", 1)
    assert (other.ended, len(other.tokens)) == ("end", 100)
