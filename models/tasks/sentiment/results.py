"""The sentiment of a text: of the whole, of each sentence, and of the words that decided it."""

from dataclasses import dataclass

from models.explain.attribution import Word
from models.runtime.provenance import Run

# A sentence is read up to so many tokens.
WINDOW_TOKENS = 126
# An encoder measures the effect of at most so many words.
MARKED_WORDS = 500


@dataclass(frozen=True)
class Scores:
    """The probabilities of the three classes, in the order of the model's labels; they add up to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def label(self) -> str:
        """The name of the most probable class."""
        return max(vars(self), key=vars(self).__getitem__)

    @property
    def balance(self) -> float:
        """Positive less negative, -1 to 1."""
        return self.positive - self.negative


@dataclass(frozen=True)
class Sentence:
    """One sentence by itself, characters `start` to `end` of the text."""

    start: int
    end: int
    scores: Scores


@dataclass(frozen=True)
class Sentiment:
    """The sentiment of a text; `words` holds the first `to_measure` of `word_count`, in their order.

    The effect of a word is the balance of its sentence less the balance without it, -2 to 2. A model without a neutral
    class gives it the probability 0 everywhere.
    """

    scores: Scores
    sentences: tuple[Sentence, ...]
    words: tuple[Word, ...]
    word_count: int
    to_measure: int
    run: Run
    has_neutral: bool = True

    @property
    def measured(self) -> bool:
        """Whether all words are measured."""
        return len(self.words) == self.to_measure
