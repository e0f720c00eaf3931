"""Internal values of a model for a text: tokens, attention weights, projections."""

from dataclasses import dataclass

from models.explain.attention_math import Weights


@dataclass(frozen=True)
class Token:
    """A token as a visitor reads it, at `start` to `end` of the visitor's text `part` (0 the first, 1 the second).

    A special token has no place in a text: its `start` and `end` are None and its `part` is -1. `word` numbers the
    words along the tokens, `reading` is that word written out.
    """

    text: str
    start: int | None
    end: int | None
    special: bool
    part: int
    word: int
    reading: str


@dataclass(frozen=True)
class Reading:
    """The tokens and weights of a text, as in `Attention`; `dropped` counts the tokens beyond LIMIT."""

    queries: tuple[Token, ...]
    keys: tuple[Token, ...]
    weights: Weights
    value_norms: Weights | None
    key_value_heads: int
    dropped: int
    target: str = ""


@dataclass(frozen=True)
class Projections:
    """One head's vectors as they meet, after any rotary embedding: arrays of shape (tokens, d), a row for each token.

    The head's attention is softmax(queries @ keys.T * scale) by row, over the tokens up to a row's own if `causal`.
    `rotary` is whether queries and keys have a rotary position embedding (Su et al. 2021).
    """

    queries: Weights
    keys: Weights
    values: Weights
    scale: float
    causal: bool
    rotary: bool
