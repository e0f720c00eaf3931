"""What a model makes of a text with all of its attention, and with some of it off."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.explain.attention_math import Weights
from models.runtime.provenance import Run

BALANCE = "balance"
NO_ANSWER = "no answer"

Kind = Literal["next token", "classes", "answer", "translation", "vector"]


@dataclass(frozen=True)
class Bar:
    """One of the things that a model chooses among: its probability with all of the attention, and without some."""

    name: str
    before: float
    after: float


@dataclass(frozen=True)
class Outcome:
    """The model's own result, `before` and `after` a part of its attention is switched off.

    `kind` says what it is; `of` names what the two numbers measure:

    - "next token": the probability of the token `of`, the likeliest one before;
    - "classes": the probability of the class `of`, or P(positive) - P(negative), -1 to 1, where `of` is "balance";
    - "answer": the probability of the answer `of`, the best one before, among all answers and none;
    - "translation": the geometric mean of the probabilities of the tokens of `of`, the translation before;
    - "vector": the cosine of the text's vector with the one before.

    `bars` are what else there is; for a translation its tokens, for a vector the tokens' own, those that changed most.
    `said` is the text that the model gives before and after, where it gives one.
    """

    kind: Kind
    of: str
    before: float
    after: float
    bars: tuple[Bar, ...]
    said: tuple[str, str] | None = None


@dataclass(frozen=True)
class Ablation:
    """An outcome, and how it was made."""

    outcome: Outcome
    run: Run

    @property
    def effect(self) -> float:
        """What was measured after less what it was before."""
        return self.outcome.after - self.outcome.before


@dataclass(frozen=True)
class Ranking:
    """What each head of a model does to its result: the effect of switching it off alone, as far as it is known.

    `effects` (layers, heads) are those of `Ablation`, not a number where it is yet to be measured.
    """

    outcome: Outcome
    effects: Weights
    passes: int
    run: Run

    @property
    def measured(self) -> int:
        """How many heads are measured."""
        return int(np.isfinite(self.effects).sum())

    @property
    def heads(self) -> list[tuple[int, int, float]]:
        """The measured heads as (layer, head, effect), both from 0, the largest effects first."""
        places = np.argwhere(np.isfinite(self.effects)).tolist()
        found = [(layer, head, float(self.effects[layer, head])) for layer, head in places]
        return sorted(found, key=lambda each: -abs(each[2]))
