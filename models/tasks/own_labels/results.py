"""The labels of a text, and the scores that they come from."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.runtime.arrays import Floats
from models.runtime.provenance import Run


@dataclass(frozen=True)
class Label:
    """A visitor's label and its score, 0 to 1.

    `similarity` is the cosine of its sentence with the text, -1 to 1; None where a model of inference judged.
    """

    name: str
    score: float
    similarity: float | None


@dataclass(frozen=True)
class Labelled:
    """The labels, best first. The scores of a `multiple` choice are independent, else they add up to 1."""

    labels: tuple[Label, ...]
    multiple: bool
    run: Run

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of the labels that hold: the best one, or of a multiple choice all from a score of a half."""
        if self.multiple:
            return tuple(label.name for label in self.labels if label.score >= 0.5)
        return (self.labels[0].name,)


@dataclass(frozen=True)
class Judged:
    """Scores of shape (texts, labels), the cosines behind them where there are any, and the tokens read and cut off."""

    scores: Floats
    cosines: Sequence[Sequence[float | None]]
    tokens: int
    dropped: int
