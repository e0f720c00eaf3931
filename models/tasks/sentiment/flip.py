"""The smallest edit of a text that changes its sentiment."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from models.runtime.limits import check_choice
from models.runtime.progress import Report, Stage, ignore, last
from models.tasks.flip import Flip, Probabilities, flips, margin
from models.tasks.sentiment.adapter import SentimentReader

LABELS = ("negative", "neutral", "positive")
# Texts that are read at most: by an encoder, and by a language model, which takes about a second for each.
MOST_READ = {"sentiment": 400, "causal-lm": 24}


@dataclass(frozen=True)
class SentimentFlipper:
    """Looks for edits with `reader`."""

    reader: SentimentReader

    def check(self, text: object, to: object = "") -> None:
        """Raise InputError where `text` cannot be used, or `to` is no label."""
        self.reader.check(text)
        check_choice(to, "to", ("", *LABELS))

    def __call__(self, text: str, to: str = "", report: Report = ignore) -> Flip:
        """The smallest edit found within the bound."""
        return last(self.stream(text, to, report), self.reader.spec.name, report)

    def stream(self, text: str, to: str = "", report: Report = ignore) -> Iterator[Flip]:
        """Yield how far the search is; the label wanted is `to`, or any other than the text's where that is empty."""
        self.check(text, to)
        name = self.reader.spec.name
        with closing(self.reader.stream(text, report)) as results:
            first = next(results)

        def read(texts: Sequence[str]) -> list[Probabilities]:
            report(Stage("Running", name))
            return [vars(scores) for scores in self.reader.many(texts, report)]

        def lead(found: Probabilities) -> float:
            return -margin(found, to) if to else margin(found, first.scores.label)

        bound = MOST_READ[self.reader.spec.head]
        yield from flips(text, vars(first.scores), read, lead, bound, self.reader.limits.seconds, first.run)
