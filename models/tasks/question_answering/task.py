"""Question answering as a task of the page, tables and comparisons."""

from collections.abc import Iterator, Sequence
from functools import partial

from models.catalog.bundled import QUESTION_ANSWERING
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.runtime.progress import Report
from models.tasks.question_answering.adapter import Answerer
from models.tasks.spec import Models, Outcome, Result, Row, Rows, RowTask, TaskSpec, Values, Work, chosen_model, unique

# The fewest and the most rows of a group.
GROUP = (4, 32)
NOT_THERE = "not in the text"
ANSWERS = 3


def work(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The best answers, and the probability that the text has none."""
    answerer = Answerer(cache, chosen_model(models, values), limits)
    question, context = values["question"], values["text"]

    def stream(report: Report) -> Iterator[Outcome]:
        for found in answerer.stream(question, context, ANSWERS, report):
            names = unique([*(answer.text for answer in found.answers), NOT_THERE])
            scores = [*(answer.score for answer in found.answers), found.no_answer]
            best = found.answers[0].text if found.found and found.answers else NOT_THERE
            yield Outcome(best, found.run, dict(zip(names, scores, strict=True)), verdict=True)

    return Work(partial(answerer.check, question, context, ANSWERS), stream)


def rows(cache: ModelCache, options: Values, limits: Limits) -> RowTask:
    """The best answer to each row's question in its context, empty where the context more likely has none."""
    answerer = Answerer(cache, QUESTION_ANSWERING, limits)

    def run(rows: Sequence[Row], report: Report) -> list[Result]:
        pairs = [(row["question"], row["context"]) for row in rows]
        found = [one for group in answerer.many(pairs, 1, report) for one in group]
        return [
            {
                "found": "answer" if one.found else "no answer",
                "answer": one.answers[0].text if one.found and one.answers else "",
                "score": one.answers[0].score if one.answers else 0.0,
                "start": one.answers[0].start if one.found and one.answers else None,
                "end": one.answers[0].end if one.found and one.answers else None,
                "no_answer": one.no_answer,
            }
            for one in found
        ]

    columns = ("found", "answer", "score", "start", "end", "no_answer")
    return RowTask(columns, answerer.check, run, *GROUP, "found", "score", "answer")


TASK = TaskSpec(
    "answer",
    "Question answering",
    work,
    lambda offers: offers.question_answering,
    inputs=("text", "question"),
    rows=Rows(rows, ("question", "context")),
    fields={"context": "text"},
)
