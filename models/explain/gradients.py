"""Integrated gradients (Sundararajan et al. 2017); imported when a model is, since it needs torch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.explain.attribution import Attribution

Score = Callable[[Tensor], Tensor]
"""From embeddings of shape (points, tokens, width) to scores of shape (points)."""

# Lobatto's rule of five points on -1 to 1. It holds both ends and the middle, so halving an interval wastes none.
NODES = (-1.0, -((3 / 7) ** 0.5), 0.0, (3 / 7) ** 0.5, 1.0)
WEIGHTS = (1 / 10, 49 / 90, 32 / 45, 49 / 90, 1 / 10)
INTERVALS = 6
# Shares of the score's change: how much of it the sum may miss, and its parts together, which make up for each other.
# The sum is promised within 1%; half of that leaves room for rounding.
TOLERANCE, PARTS_TOLERANCE = 0.005, 0.02
MOST_STEPS = 192
# How many times as many steps there may be while the sum itself, not only its parts, misses too much.
MORE = 2
MOST_TOKENS = 16_000
# Small enough that each batch is reported within half a second on a busy machine.
BATCH_TOKENS = 512


@dataclass(frozen=True)
class _Interval:
    """A stretch of the way, from `low` to `high` of 0 to 1, and where the score and its slopes are measured in it."""

    low: float
    high: float

    @property
    def points(self) -> list[float]:
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        # The ends are the same numbers in both intervals that share them, so that they are measured once.
        return [self.low, *(middle + half * node for node in NODES[1:-1]), self.high]

    @property
    def halves(self) -> list["_Interval"]:
        middle = self.points[2]
        return [_Interval(self.low, middle), _Interval(middle, self.high)]


def integrated_gradients(
    score: Score, inputs: Tensor, baseline: Tensor, most_steps: int = MOST_STEPS, batch_tokens: int = BATCH_TOKENS
) -> Iterator[Attribution | None]:
    """What each token of `inputs`, of shape (tokens, width), adds to `score` on the straight way from `baseline`.

    The integral over an interval of the path is compared with the change of the score; intervals with the largest
    errors are halved until the error is small enough, or until gradients were computed at `most_steps` points (fewer
    for many tokens, MORE times as many while the sum misses too much). Yields a better attribution after each round,
    and None after each batch within one, so that a caller can stop.
    """
    way = inputs - baseline
    batch = max(1, batch_tokens // len(inputs))
    bound = min(most_steps, MOST_TOKENS // len(inputs))
    slopes: dict[float, tuple[float, Tensor]] = {}
    intervals = [_Interval(low / INTERVALS, (low + 1) / INTERVALS) for low in range(INTERVALS)]
    while True:
        points = [p for p in dict.fromkeys(p for one in intervals for p in one.points) if p not in slopes]
        for first in range(0, len(points), batch):
            slopes.update(_slopes(score, baseline, way, points[first : first + batch]))
            yield None
        parts = [_integral(one, slopes) for one in intervals]
        rises = [slopes[one.high][0] - slopes[one.low][0] for one in intervals]
        yield Attribution(tuple(torch.stack(parts).sum(0).tolist()), sum(rises), len(slopes))
        missed = [float(part.sum()) - rise for part, rise in zip(parts, rises, strict=True)]
        whole, parted = abs(sum(missed)) / TOLERANCE, sum(map(abs, missed)) / PARTS_TOLERANCE
        change = abs(sum(rises))
        most = MORE * bound if whole > change else bound
        if not max(whole, parted) > change or len(slopes) >= most:  # Negated because of NaN.
            return
        worst = max(map(abs, missed))
        intervals = [
            part
            for one, miss in zip(intervals, missed, strict=True)
            for part in (one.halves if abs(miss) >= worst / 4 else [one])
        ]


def embedded(model: Any, ids: list[int], kept: list[int], blank: int) -> tuple[Tensor, Tensor]:
    """The embeddings of `ids`, and of the same text with all but the `kept` positions `blank`: a text of no words."""
    embed = model.get_input_embeddings()
    inputs = embed(torch.tensor(ids, device=model.device))
    baseline = embed(torch.full((len(ids),), blank, device=model.device))
    baseline[kept] = inputs[kept]
    return inputs, baseline


def _slopes(score: Score, baseline: Tensor, way: Tensor, points: list[float]) -> dict[float, tuple[float, Tensor]]:
    """At each of `points` the score, and how fast it grows there with each token's step along the way."""
    shares = torch.tensor(points, dtype=way.dtype, device=way.device)[:, None, None]
    with torch.enable_grad():
        embeddings = (baseline + shares * way).requires_grad_()
        scores = score(embeddings)
        (gradients,) = torch.autograd.grad(scores.sum(), embeddings)
    rows = (gradients * way).sum(-1).double().cpu()
    return dict(zip(points, zip(scores.tolist(), rows, strict=True), strict=True))


def _integral(interval: _Interval, slopes: dict[float, tuple[float, Tensor]]) -> Tensor:
    """What each token adds along `interval`."""
    rows = torch.stack([slopes[point][1] for point in interval.points])
    return (interval.high - interval.low) / 2 * (torch.tensor(WEIGHTS, dtype=rows.dtype) @ rows)
