"""Translation as a task of the page, tables and comparisons."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from models.catalog.offers import BUNDLED
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.runtime.progress import Report
from models.tasks.spec import Models, Option, Outcome, Result, Row, Rows, RowTask, TaskSpec, Values, Work
from models.tasks.translation.adapter import Translators, of_catalog
from models.tasks.translation.languages import languages

# The fewest and the most rows of a group.
GROUP = (4, 32)
LANGUAGES = tuple((name, code) for code, name in languages(BUNDLED.translation).items())
SOURCE = Option("source", "From", "choice", "en", LANGUAGES)
TARGET = Option("target", "To", "choice", "pt", LANGUAGES)


def work(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The text in another language, by the chosen model where it translates between these languages."""
    translators = Translators(cache, models, limits)
    text, source, target = (values[name] for name in ("text", "source", "target"))
    model = translators.default(source, target, values["model"] or "")

    def stream(report: Report) -> Iterator[Outcome]:
        for found in translators.choose(source, target, model).stream(text, report):
            yield Outcome(found.text, found.run)

    return Work(partial(translators.check, text, source, target, model), stream)


def rows(cache: ModelCache, options: Values, limits: Limits) -> RowTask:
    """Each row's text in another language; its languages come from columns or are the same for all."""
    translators = of_catalog(cache, limits)
    if {"source", "target"} <= options.keys():
        translators.choose(options["source"], options["target"])

    def run(rows: Sequence[Row], report: Report) -> list[Result]:
        directions: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            directions[row["source"], row["target"]].append(i)
        found: dict[int, Result] = {}
        for (source, target), places in directions.items():
            texts = [rows[i]["text"] for i in places]
            for i, one in zip(places, translators.choose(source, target).many(texts, report), strict=True):
                found[i] = {"translation": one.text}
        return [found[i] for i in range(len(rows))]

    return RowTask(("translation",), translators.check, run, *GROUP, length="translation")


TASK = TaskSpec(
    "translate",
    "Translation",
    work,
    lambda offers: offers.translation,
    options=(SOURCE, TARGET),
    rows=Rows(rows, ("text",), either=(SOURCE, TARGET)),
    fields={"Languages": "source"},
)
