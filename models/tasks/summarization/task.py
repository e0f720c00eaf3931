"""Summarization as a task of the page, tables and comparisons."""

from collections.abc import Iterator, Sequence
from functools import partial

from models.catalog.bundled import MINILM
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits, check_choice
from models.runtime.progress import Report
from models.tasks.spec import Models, Option, Outcome, Result, Row, Rows, RowTask, TaskSpec, Values, Work, chosen_model
from models.tasks.summarization.adapter import LENGTHS, METHODS, Summarizer, of_catalog

OPTIONS = (
    Option("method", "Method", "choice", "extractive", tuple((name, name) for name in METHODS)),
    Option("length", "Length", "choice", "short", tuple((name, name) for name in LENGTHS)),
)


def work(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The text in a few sentences, written or picked."""
    summarizer = Summarizer(cache, chosen_model(models, values), MINILM, limits)
    text, method, length = (values[name] for name in ("text", "method", "length"))

    def stream(report: Report) -> Iterator[Outcome]:
        for found in summarizer.stream(text, method, length, report):
            bare = sum(not sentence.supported for sentence in found.sentences)
            facts = [f"{bare} of {len(found.sentences)} sentences to be checked"] if found.sentences else []
            yield Outcome(found.text, found.run, facts=tuple(filter(None, [found.doing, found.note, *facts])))

    return Work(partial(summarizer.check, text, method, length), stream)


def rows(cache: ModelCache, options: Values, limits: Limits) -> RowTask:
    """A summary of each row's text, and the reason if it is the text itself."""
    summarizer = of_catalog(cache, limits)
    method, length = options.get("method", "extractive"), options.get("length", "short")
    check_choice(method, "method", METHODS)
    check_choice(length, "length", tuple(LENGTHS))

    def run(rows: Sequence[Row], report: Report) -> list[Result]:
        found = [summarizer(row["text"], method, length, report) for row in rows]
        return [{"summary": one.text, "words": one.words_out, "note": one.note} for one in found]

    check = partial(summarizer.check, method=method, length=length)
    return RowTask(("summary", "words", "note"), check, run, length="summary")


TASK = TaskSpec(
    "summarize",
    "Summarization",
    work,
    lambda offers: offers.summarization,
    options=OPTIONS,
    rows=Rows(rows, ("text",), options=OPTIONS),
)
