"""The labels of a text, and the scores that they come from."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.runtime.arrays import Floats
from models.runtime.provenance import Run

# Two labels whose cosines differ by less fit a text about as well as each other: on the same 44 cases this holds for 4
# texts with MiniLM and for 7 with MPNet, among these the only one that MPNet has wrong.
MARGIN = 0.02


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

    @property
    def unsure(self) -> bool:
        """Whether one label is to be chosen, and two fit about as well as each other."""
        first, *others = (label.similarity for label in self.labels)
        if self.multiple or not others or first is None or others[0] is None:
            return False
        return first - others[0] < MARGIN


@dataclass(frozen=True)
class Judged:
    """Scores of shape (texts, labels), the cosines behind them where there are any, and the tokens read and cut off."""

    scores: Floats
    cosines: Sequence[Sequence[float | None]]
    tokens: int
    dropped: int
