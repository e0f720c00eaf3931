"""Answers to a question about a text."""

from dataclasses import dataclass

from models.runtime.cache import Loaded
from models.runtime.progress import Report
from models.runtime.provenance import Run


@dataclass(frozen=True)
class Answer:
    """A stretch of the context, characters `start` to `end`.

    `score`, 0 to 1, is the probability that the answer is here: this stretch, or a worse one that overlaps it. Where
    `text` is not `quoted` from there, it is in a language model's own words, and the stretch is the nearest sentence.
    """

    text: str
    start: int
    end: int
    score: float
    quoted: bool = True


@dataclass(frozen=True)
class Answers:
    """The best answers that do not overlap, and the probability that the text has none.

    `margin` is the best span's logit above the null answer's, minus infinity where there is no span at all.
    `read` of `windows` are done: the last result of a stream has read all, unless its time ran out. `window` is the
    stretch of the context (characters) that was read when the best answer was found.
    """

    answers: tuple[Answer, ...]
    no_answer: float
    margin: float
    read: int
    windows: int
    run: Run
    window: tuple[int, int] = (0, 0)

    @property
    def found(self) -> bool:
        """Whether the text more likely has an answer than not."""
        return self.no_answer < 0.5

    @property
    def complete(self) -> bool:
        """Whether all windows were read."""
        return self.read == self.windows


@dataclass(frozen=True)
class Asked:
    """The model of a request: its name, its time limit in seconds, and the callback for its progress."""

    loaded: Loaded
    model: str
    seconds: float
    report: Report
