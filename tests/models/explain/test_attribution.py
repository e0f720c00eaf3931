"""Attribution: exact where it can be worked by hand, complete within 1% on a model, and rank correlation with ties."""

from collections.abc import Iterator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from models.catalog.bundled import SENTIMENT
from models.explain.attribution import Attribution, by_word, spearman
from models.explain.gradients import BATCH_TOKENS, NODES, WEIGHTS, integrated_gradients
from models.text.sentences import Span
from tests import tiny


def last(found: Iterator[Attribution | None]) -> Attribution:
    """The last attribution of a stream."""
    *_, attribution = (one for one in found if one is not None)
    return attribution


def test_a_linear_score_is_attributed_exactly() -> None:
    """With score = w . x, a token adds w . (x - baseline): here 1 * 3 + 2 * 1 and -1 * (2 - 1)."""
    weights = torch.tensor([[1.0, 2.0], [-1.0, 0.0]])
    inputs, baseline = torch.tensor([[3.0, 1.0], [2.0, 5.0]]), torch.tensor([[0.0, 0.0], [1.0, 5.0]])
    found = last(integrated_gradients(lambda x: (x * weights).sum((1, 2)), inputs, baseline))
    assert found.values == pytest.approx((5.0, -1.0), abs=1e-6)
    assert found.change == pytest.approx(4.0, abs=1e-6)
    assert found.missing < 1e-6


def test_a_product_is_shared_between_its_factors() -> None:
    """For score = a b from nothing both factors add a b / 2, which one gradient alone cannot show."""
    found = last(
        integrated_gradients(lambda x: x[:, 0, 0] * x[:, 1, 0], torch.tensor([[3.0], [4.0]]), torch.zeros(2, 1))
    )
    assert found.values == pytest.approx((6.0, 6.0), abs=1e-5)


def test_a_steep_step_is_found() -> None:
    """A score that rises within a hundredth of the way is complete within 1%, with points where it rises."""

    def steep(x: Tensor) -> Tensor:
        return torch.sigmoid((x[:, 0, 0] - 0.6180) * 1_500)

    rough, *_, fine = (
        one for one in integrated_gradients(steep, torch.ones(1, 1), torch.zeros(1, 1)) if one is not None
    )
    assert rough.missing > 0.01 * rough.change
    assert fine.missing <= 0.01 * fine.change
    assert fine.steps > rough.steps


def test_there_are_more_steps_while_the_sum_misses_too_much() -> None:
    """Two steep rises that 40 points do not resolve: the sum is within 1% all the same."""

    def steep(x: Tensor) -> Tensor:
        return torch.sigmoid((x[:, 0, 0] - 0.31) * 400) + 2 * torch.sigmoid((x[:, 0, 0] - 0.77) * 400)

    found = last(integrated_gradients(steep, torch.ones(1, 1), torch.zeros(1, 1), most_steps=40))
    assert 40 < found.steps < 100
    assert found.gap <= 0.01


def test_the_steps_are_bounded_and_what_is_missing_is_reported() -> None:
    """A jump has no slope anywhere: the search ends, and says that all of the change is missing."""

    def jump(x: Tensor) -> Tensor:
        return (x[:, 0, 0] > 0.6).float() + 0 * x[:, 0, 0]

    found = last(integrated_gradients(jump, torch.ones(1, 1), torch.zeros(1, 1), most_steps=60))
    assert 120 <= found.steps < 140
    assert (found.change, found.missing) == (1.0, 1.0)


def test_a_score_that_is_no_number_ends() -> None:
    """A broken model gives what it gives; the search does not run on."""
    found = last(integrated_gradients(lambda x: x.sum((1, 2)) * torch.nan, torch.ones(1, 1), torch.zeros(1, 1)))
    assert found.steps == 25


def test_the_rule_is_exact_for_polynomials() -> None:
    """Lobatto's five points integrate powers up to the seventh."""
    for power in range(8):
        integral = sum(weight * node**power for node, weight in zip(NODES, WEIGHTS, strict=True))
        assert integral == pytest.approx(2 / (power + 1) if power % 2 == 0 else 0, abs=1e-12)


@pytest.mark.parametrize("tokens", [3, 40, BATCH_TOKENS + 1])
def test_a_model_is_attributed_completely(tokens: int) -> None:
    """On a tiny BERT, whatever the length, the tokens add up to the change within 1%."""
    model = tiny.load(SENTIMENT.with_attention(), lambda stage: None).model
    model.config.max_position_embeddings = 2_048
    embed = model.get_input_embeddings()
    ids = torch.arange(tokens) % 40 + 4
    inputs, baseline = embed(ids), embed(torch.zeros_like(ids))

    def score(x: Tensor) -> Tensor:
        positions = torch.zeros(1, tokens, dtype=torch.long)
        logits: Tensor = model(inputs_embeds=x, position_ids=positions).logits
        return logits.softmax(-1)[:, 2]

    found = last(integrated_gradients(score, inputs, baseline))
    assert found.missing <= 0.01 * abs(found.change)
    assert len(found.values) == tokens
    with torch.inference_mode():
        expected = score(inputs[None]) - score(baseline[None])
    assert found.change == pytest.approx(float(expected), abs=1e-5)


def test_a_caller_can_stop_between_batches() -> None:
    """A long text pauses after every batch, before there is any attribution."""
    calls = []

    def score(x: Tensor) -> Tensor:
        calls.append(len(x))
        return x.sum((1, 2))

    steps = integrated_gradients(score, torch.ones(BATCH_TOKENS // 2, 1), torch.zeros(BATCH_TOKENS // 2, 1))
    assert next(steps) is None
    assert calls == [2]


def test_pieces_add_up_to_their_words() -> None:
    """Two pieces of a word are summed; a token outside all words counts for none."""
    words = [Span(0, 6), Span(7, 10)]
    assert by_word([0.5, 0.25, -1.0, 9.0], [(0, 3), (3, 6), (7, 10), (11, 12)], words) == [0.75, -1.0]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        # 1 - 6 * (1 + 1 + 1 + 1) / (5 * 24), by Spearman's own formula.
        ([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 0.8),
        # Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: covariance 4.5, variances 4.5 and 5.
        ([1, 2, 2, 3], [1, 3, 2, 4], 4.5 / 22.5**0.5),
        # Ranks 1.5, 1.5, 3 and 3, 1.5, 1.5: covariance -0.75, variances 1.5.
        ([0, 0, 1], [7, 5, 5], -0.5),
    ],
)
def test_rank_correlation_worked_by_hand(first: list[float], second: list[float], expected: float) -> None:
    """Known values, ties included."""
    assert spearman(first, second) == pytest.approx(expected)


@pytest.mark.parametrize(("first", "second"), [([], []), ([1], [2]), ([1, 1, 1], [1, 2, 3]), ([1, 2], [0, 0])])
def test_rank_correlation_is_not_made_up(first: list[float], second: list[float]) -> None:
    """Where there is no order, there is no figure."""
    assert spearman(first, second) is None


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2))
@settings(deadline=None)
def test_only_the_order_counts(pairs: list[tuple[int, int]]) -> None:
    """Any growing change of the values leaves the correlation as it is, and it lies within -1 and 1."""
    first, second = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    found = spearman(first, second)
    assert found == spearman([value**3 - 7 for value in first], second)
    assert found is None or -1 - 1e-9 <= found <= 1 + 1e-9
