"""What the heads of a model do, as numbers: how much of their weight follows each habit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from models.explain.attention_math import Weights

Habit = Literal["previous token", "next token", "same token", "induction", "rest", "nearby words"]
HABITS: tuple[Habit, ...] = get_args(Habit)
# How far away the words are that a word mostly depends on in its sentence, the neighbours left out.
NEARBY = (2, 3, 4, 5)

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Repeated:
    """Attention (layers, heads, n, n) over `length` tokens that stand twice in a row, the first of them at `start`."""

    weights: Weights
    start: int
    length: int


def on_text(weights: Weights, resting: Sequence[bool]) -> dict[Habit, Scores]:
    """The mean share of a token's weight, 0 to 1, by habit: of every head (layers, heads) over an ordinary text.

    `resting` marks where a head looks when it has nothing to do, special tokens and the first one: "rest" is their
    share, and they are not counted in the others.
    """
    rests = np.asarray(resting, bool)
    words = np.flatnonzero(~rests)
    between = np.arange(len(rests)) - np.arange(len(rests))[:, None]

    def share(wanted: NDArray[np.bool_]) -> Scores:
        mean: Scores = (weights * wanted)[..., words, :].sum(axis=-1).mean(axis=-1)
        return mean

    return {
        "previous token": share(between == -1),
        "next token": share(between == 1),
        "nearby words": share(np.isin(np.abs(between), NEARBY) & ~rests),
        "rest": share(np.broadcast_to(rests, between.shape)),
    }


def on_repeated(read: Repeated) -> dict[Habit, Scores]:
    """The same over repeated random tokens, where nothing but the repetition can be followed.

    The second time that a token comes, "same token" is the weight on the first time, and "induction" that on the token
    after it (Olsson et al. 2022).
    """
    again = np.arange(read.start + read.length, read.start + 2 * read.length)

    def share(back: int) -> Scores:
        mean: Scores = read.weights[..., again, again - back].mean(axis=-1)
        return mean

    return {"same token": share(read.length), "induction": share(read.length - 1)}


def mean_scores(found: Sequence[dict[Habit, Scores]]) -> dict[Habit, Scores]:
    """The mean by habit of what was found in several texts."""
    return {habit: np.mean([each[habit] for each in found if habit in each], axis=0) for habit in HABITS}


def ranked(scores: Scores, most: int) -> list[tuple[int, int, float]]:
    """The first `most` heads as (layer, head, score), both from 0, the highest scores first."""
    order = np.argsort(-scores, axis=None, kind="stable")[:most]
    return [(*divmod(int(at), scores.shape[1]), float(scores.flat[at])) for at in order]
