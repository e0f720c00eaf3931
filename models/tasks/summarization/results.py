"""A summary, and the sentences of the text that support it."""

from dataclasses import dataclass

from models.runtime.provenance import Run
from models.text.sentences import Span
from models.text.words import count


@dataclass(frozen=True)
class Source:
    """A sentence of the visitor's text: character offsets, and its cosine with the summary's sentence."""

    start: int
    end: int
    similarity: float


@dataclass(frozen=True)
class SummarySentence:
    """A sentence of the summary with its sources, the sentences of the text that are nearest to it.

    `nearest` is the greatest cosine with any sentence of the text. `absent` are names and numbers that the text does
    not have as words, and `marks` their places in this sentence.
    """

    text: str
    sources: tuple[Source, ...]
    nearest: float
    absent: tuple[str, ...]
    marks: tuple[Span, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether a sentence of the text is near, and no name or number is new; it may be false all the same."""
        return bool(self.sources) and not self.marks


@dataclass(frozen=True)
class Summary:
    """A summary so far. `doing` is the current step; it is empty at the end, and only then there are sentences.

    `note` is the reason if the text was returned unchanged. `circles` is whether the model was ended
    because it began to repeat itself.
    """

    text: str
    sentences: tuple[SummarySentence, ...]
    words_in: int
    note: str
    doing: str
    run: Run
    circles: bool = False

    @property
    def words_out(self) -> int:
        """How many words the summary has."""
        return count(self.text)
