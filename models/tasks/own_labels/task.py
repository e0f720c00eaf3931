"""Classification under a visitor's own labels as a task of the page, tables and comparisons."""

from collections.abc import Iterator, Sequence
from functools import partial

from models.catalog.bundled import MINILM
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.runtime.progress import Report
from models.tasks.own_labels.adapter import LABEL_LIMIT, MOST_LABELS, LabelClassifier, check_labels
from models.tasks.own_labels.results import Labelled
from models.tasks.spec import Models, Option, Outcome, Result, Row, Rows, RowTask, TaskSpec, Values, Work, chosen_model

# The fewest and the most rows of a group.
GROUP = (16, 256)
OPTIONS = (
    Option(
        "labels",
        f"Labels, with commas between them (2 to {MOST_LABELS})",
        "list",
        "",
        high=MOST_LABELS * (LABEL_LIMIT + 2),
        placeholder="praise, complaint, question",
    ),
    Option("multiple", "Several labels may hold at once", "switch", False),
)


def work(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The labels that hold, and the score of each."""
    classifier = LabelClassifier(cache, chosen_model(models, values), limits)
    text, labels, multiple = values["text"], values["labels"], values["multiple"]

    def stream(report: Report) -> Iterator[Outcome]:
        found = classifier(text, labels, multiple, report)
        yield Outcome(", ".join(found.chosen), found.run, _scores(found), verdict=True)

    return Work(partial(classifier.check, text, labels, multiple), stream)


def rows(cache: ModelCache, options: Values, limits: Limits) -> RowTask:
    """The labels that hold, with a column for the score of each label."""
    classifier = LabelClassifier(cache, MINILM, limits)
    labels, multiple = options.get("labels", ()), options.get("multiple", False)
    check_labels(labels, multiple)
    names = [label.strip() for label in labels]

    def run(rows: Sequence[Row], report: Report) -> list[Result]:
        found = classifier.many([row["text"] for row in rows], names, multiple, report)
        return [
            {
                "label": ", ".join(one.chosen),
                "score": one.labels[0].score,
                **{f"score: {name}": score for name, score in _scores(one).items()},
            }
            for one in found
        ]

    def check(text: object) -> None:
        classifier.check(text, names, multiple)

    columns = ("label", "score", *(f"score: {name}" for name in names))
    return RowTask(columns, check, run, *GROUP, label="label", score="score")


def _scores(found: Labelled) -> dict[str, float]:
    return {label.name: label.score for label in found.labels}


TASK = TaskSpec(
    "labels",
    "Own labels",
    work,
    lambda offers: offers.own_labels,
    options=OPTIONS,
    rows=Rows(rows, ("text",), options=OPTIONS),
)
