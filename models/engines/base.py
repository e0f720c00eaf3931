"""The interface of engines: encoders, causal language models and translators, from token ids to NumPy arrays.

Adapters use only these protocols. Attention, gradients and the log-probabilities of a given text need the torch module
itself; the spec of that copy is `ModelSpec.with_attention()`.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from models.runtime.arrays import Floats

# How many other tokens a step reports, how many a prompt's end, and how many it does where nothing is written after it.
RIVALS = 5
LIKELIEST = 10
LIKELIEST_ALONE = 200


@dataclass(frozen=True)
class EncoderInfo:
    """Properties of an encoder.

    `labels` are the classes of its head, in the order of its outputs. `token_types` is whether it distinguishes two
    texts by token types, as BERT does. `padding` is the padding id. `positions` is the maximum length of a row.
    `calibration` has the parameters of its adapter, by name; empty without one.
    """

    width: int
    labels: tuple[str, ...]
    token_types: bool
    padding: int
    positions: int
    calibration: Mapping[str, float] = field(default_factory=dict)


class Encoder(Protocol):
    """An encoder with its head. Safe to call from several threads."""

    @property
    def info(self) -> EncoderInfo:
        """Sizes and labels."""

    def __call__(self, rows: Sequence[Sequence[int]], firsts: Sequence[int] | None = None) -> tuple[Floats, ...]:
        """Run a batch of rows of token ids, padded here to the longest, or further.

        `firsts` has the position at which the second text begins in each row, for encoders with token types.

        Returns the arrays of the head: last states (rows, tokens, width) of a bare encoder, logits (rows, classes) of
        a classifier, start and end logits (rows, tokens) of a question-answering model. Padding holds arbitrary values.
        """


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen: the likeliest at temperature 0, else drawn from the likeliest that make up `top_p`.

    The same `seed` draws the same tokens; without one every call draws its own.
    """

    max_new_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None


@dataclass(frozen=True)
class Choice:
    """A candidate token and its probability (0 to 1)."""

    token: int
    probability: float


@dataclass(frozen=True)
class Reading:
    """How many tokens of the prompt the model has read so far; at its end, the likeliest tokens to follow it.

    Of `done`, the first `kept` came from the prefix cache. `likeliest` holds up to `LIKELIEST` choices, best first, or
    up to `LIKELIEST_ALONE` where the prompt is only read, and is empty before the end.
    """

    done: int
    total: int
    likeliest: tuple[Choice, ...] = ()
    kept: int = 0


@dataclass(frozen=True)
class Step:
    """One new token with up to `RIVALS` likeliest other ones, best first.

    Probabilities are the model's own, before temperature, `top_p` and any bias.
    """

    token: int
    probability: float
    rivals: tuple[Choice, ...]


@dataclass(frozen=True)
class CausalInfo:
    """Properties of a causal language model.

    `ends` are the tokens that end a text; `context` is how many tokens a prompt and its continuation have at most.
    """

    vocabulary: int
    context: int
    ends: frozenset[int]


class CausalLM(Protocol):
    """A causal language model. Thread-safe; concurrent requests are batched where possible."""

    @property
    def info(self) -> CausalInfo:
        """Sizes and end tokens."""

    def generate(
        self,
        prompt: Sequence[int],
        samplings: Sequence[Sampling],
        bias: Mapping[int, float] | None = None,
        ends: frozenset[int] | None = None,
    ) -> Generator[Reading | dict[int, Step], None, None]:
        """Read `prompt`, then continue it once for each of `samplings`; without any, only read it.

        Yields the progress of reading, the last of which has the likeliest next tokens, then dictionaries of new
        tokens by the index of their sampling. A token of `ends` (`info.ends` where None) ends a continuation and is
        not yielded. `bias` is added to the logits of its tokens before one is chosen. The prompt stays in the
        prefix cache for later prompts with the same beginning. Closing the generator cancels within one token.
        """


@dataclass(frozen=True)
class Decoded:
    """One translation: `ids` without the end token, and the word alignment.

    `alignment` has shape (target, source): how much each written token attended to each token of the source, whose last
    one is the end token. `finished` is False where the length bound ended it.
    """

    ids: list[int]
    alignment: Floats
    finished: bool


class Translator(Protocol):
    """A translation model. Thread-safe; concurrent requests are batched where possible."""

    def translate(self, sources: Sequence[Sequence[int]]) -> Iterator[dict[int, Decoded]]:
        """Translate `sources`, each a list of token ids with its end token.

        Yields finished translations by their index, and empty dictionaries in between, several times a second, so that
        a caller can stop. Closing the generator cancels the computation.
        """
