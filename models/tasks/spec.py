"""What the page, tables, the command line and comparisons need to know of a task: its `TaskSpec`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits, check_choice
from models.runtime.progress import Report, last
from models.runtime.provenance import Run
from models.runtime.spec import ModelSpec

# The inputs and options of a run, by name.
Values = Mapping[str, Any]
# The models that a task can use, the default first.
Models = tuple[ModelSpec, ...]
# What a table has in a cell, and the new cells of one row, by column.
Cell = str | int | float | bool | None
Result = dict[str, Cell]
# The inputs of one row, by name.
Row = Mapping[str, str]


@dataclass(frozen=True)
class Option:
    """A setting of a task.

    `kind` is how it is set: one of `choices` (label and value), a switch, a number from `low` to `high`, a seed (a
    whole number or None), a text of at most `high` characters, or a list of texts with commas between them. `limit`
    names the field of `Limits` that lowers `high`. `flag` is its name on the command line, if that is another one.
    """

    name: str
    label: str
    kind: Literal["choice", "switch", "number", "seed", "text", "list"]
    default: Any
    choices: tuple[tuple[str, str], ...] = ()
    low: float = 0
    high: float = 0
    step: float = 1
    limit: Literal["", "text", "new_tokens"] = ""
    flag: str = ""
    placeholder: str = ""

    def most(self, limits: Limits) -> float:
        """The largest number, or the most characters."""
        return min(self.high, getattr(limits, self.limit)) if self.limit else self.high

    def value(self, limits: Limits) -> Any:
        """The default value within `limits`."""
        return min(self.default, self.most(limits)) if self.kind == "number" else self.default


def by_name(options: Iterable[Option]) -> dict[str, Option]:
    """One option for each name, the one with the widest range, as a form has one field for several tasks.

    Raises ValueError if two options of a name are set in different ways.
    """
    found: dict[str, Option] = {}
    for option in options:
        known = found.setdefault(option.name, option)
        if (known.kind, known.choices) != (option.kind, option.choices):
            raise ValueError(f"Two tasks have an option {option.name!r} that is set in different ways: rename one.")
        if option.high > known.high:
            found[option.name] = option
    return found


@dataclass(frozen=True)
class Outcome:
    """What a run has produced so far: a text or verdict, probabilities by name, the tokens written, and facts."""

    text: str
    run: Run
    figures: Mapping[str, float] = field(default_factory=dict)
    written: int = 0
    facts: tuple[str, ...] = ()
    verdict: bool = False


@dataclass(frozen=True)
class Work:
    """One run of a task. `check` raises InputError if it cannot run; closing the stream ends it."""

    check: Callable[[], None]
    stream: Callable[[Report], Iterator[Outcome]]


@dataclass(frozen=True)
class RowTask:
    """What is done with each row of a table.

    `run` takes a group of rows that `check` accepted and returns one result for each, with `columns` as keys. A group
    has from `fewest` rows, where one more costs hardly any time, to `most`. `label`, `score` and `length` name the
    columns that a chart can show.
    """

    columns: tuple[str, ...]
    check: Callable[..., None]
    run: Callable[[Sequence[Row], Report], list[Result]]
    fewest: int = 1
    most: int = 1
    label: str = ""
    score: str = ""
    length: str = ""


@dataclass(frozen=True)
class Rows:
    """How a table runs a task.

    `columns` are the inputs that each need a column; the options in `either` can have a column or one value for all
    rows; `options` always have one value. `make` raises InputError if an option has a wrong value.
    """

    make: Callable[[ModelCache, Values, Limits], RowTask]
    columns: tuple[str, ...]
    either: tuple[Option, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class TaskSpec:
    """A task: `work` runs it on the models it is given, for the values of its `inputs` and `options`.

    `name` is used in addresses, tables and comparisons. `models` picks the task's models from all that are offered.
    `rows` runs it over a table; None runs `work` row by row. `fields` maps the names in the adapter's InputError to
    those of the inputs and options, where they differ.
    """

    name: str
    title: str
    work: Callable[[ModelCache, Models, Values, Limits], Work]
    models: Callable[[Offers], Models]
    inputs: tuple[str, ...] = ("text",)
    options: tuple[Option, ...] = ()
    rows: Rows | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    description: str = ""

    @property
    def table(self) -> Rows:
        """How a table runs the task."""
        return self.rows or Rows(self._one_by_one, self.inputs, options=self.options)

    def defaults(self, limits: Limits) -> dict[str, Any]:
        """The values of the options, and no choice of a model."""
        return {option.name: option.value(limits) for option in self.options} | {"model": ""}

    def _one_by_one(self, cache: ModelCache, options: Values, limits: Limits) -> RowTask:
        """`work` as the task of a table; its only column is the outcome's text."""
        models = self.models(BUNDLED)

        def work(row: Row) -> Work:
            return self.work(cache, models, {**self.defaults(limits), **options, **row}, limits)

        def run(rows: Sequence[Row], report: Report) -> list[Result]:
            return [{"result": last(work(row).stream(report), self.title, report).text} for row in rows]

        def check(**row: str) -> None:
            work(row).check()

        return RowTask(("result",), check, run, length="result")


def chosen_model(models: Models, values: Values) -> ModelSpec:
    """The model named by `values`, or the first one. Raises InputError."""
    offered = {spec.name: spec for spec in models}
    return offered[check_choice(values["model"] or models[0].name, "model", tuple(offered))]


def unique(names: Iterable[str]) -> list[str]:
    """`names` of columns with a number behind each repeated one: text, text (2)."""
    found: dict[str, None] = {}
    # The last number of each, so that a name that is repeated very often is not counted up anew each time.
    last: dict[str, int] = {}
    for name in names:
        free, at = name, last.get(name, 1)
        while free in found:
            at += 1
            free = f"{name} ({at})"
        found[free], last[name] = None, at
    return list(found)
