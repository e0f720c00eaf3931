"""Sentiment as a task of the page, tables and comparisons."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from functools import partial
from typing import Any, cast

from models.catalog.bundled import SENTIMENT
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.runtime.progress import Report
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.spec import Models, Outcome, Result, Row, Rows, RowTask, TaskSpec, Values, Work, chosen_model

# The fewest and the most rows of a group.
GROUP = (16, 256)


def work(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The probabilities of negative, neutral and positive."""
    reader = SentimentReader(cache, chosen_model(models, values), limits)

    def stream(report: Report) -> Iterator[Outcome]:
        with closing(cast(Generator[Any], reader.stream(values["text"], report))) as results:
            # What follows measures the words, which is not part of the outcome.
            found = next(results)
        yield Outcome(found.scores.label, found.run, asdict(found.scores), verdict=True)

    return Work(partial(reader.check, values["text"]), stream)


def rows(cache: ModelCache, options: Values, limits: Limits) -> RowTask:
    """Negative, neutral or positive."""
    reader = SentimentReader(cache, SENTIMENT, limits)

    def run(rows: Sequence[Row], report: Report) -> list[Result]:
        found = reader.many([row["text"] for row in rows], report)
        return [{"sentiment": s.label, "score": asdict(s)[s.label], **asdict(s)} for s in found]

    columns = ("sentiment", "score", "negative", "neutral", "positive")
    return RowTask(columns, reader.check, run, *GROUP, label="sentiment", score="score")


TASK = TaskSpec("sentiment", "Sentiment", work, lambda offers: offers.sentiment, rows=Rows(rows, ("text",)))
