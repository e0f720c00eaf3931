"""The tasks that a batch can run, each over the adapter that the page and the endpoints use too."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from models.catalog.bundled import MINILM, QUESTION_ANSWERING, SENTIMENT, SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits, check_choice, check_whole
from models.runtime.progress import Report, last
from models.tasks.chat.adapter import Chatter
from models.tasks.own_labels.adapter import LabelClassifier, check_labels
from models.tasks.own_labels.results import Labelled
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.summarization import adapter as summarization
from models.tasks.translation import adapter as translation
from tables.batch import Batch, Result, Task, Values
from tables.table import Table

Options = Mapping[str, Any]
# The fewest and the most rows of a group.
SHORT_TEXTS, LONG_TEXTS = (16, 256), (4, 32)


@dataclass(frozen=True)
class Recipe:
    """How a task is offered: the arguments that need a column, and those that are the same for all rows.

    Of these, `either` may have a column too; their values here are the defaults. `make` gives the task over a cache,
    and raises InputError where an option cannot be used.
    """

    title: str
    make: Callable[[ModelCache, Options, Limits], Task]
    columns: tuple[str, ...]
    either: Mapping[str, str] = field(default_factory=dict)


def sentiment(cache: ModelCache, options: Options, limits: Limits) -> Task:
    """Negative, neutral or positive."""
    reader = SentimentReader(cache, SENTIMENT, limits)

    def run(rows: Sequence[Values], report: Report) -> list[Result]:
        found = reader.many([row["text"] for row in rows], report)
        return [{"sentiment": s.label, "score": asdict(s)[s.label], **asdict(s)} for s in found]

    columns = ("sentiment", "score", "negative", "neutral", "positive")
    return Task(columns, reader.check, run, *SHORT_TEXTS, label="sentiment", score="score")


def own_labels(cache: ModelCache, options: Options, limits: Limits) -> Task:
    """Labels that the visitor types, with a column for the score of each."""
    classifier = LabelClassifier(cache, MINILM, limits)
    labels, multiple = options.get("labels", ()), options.get("multiple", False)
    check_labels(labels, multiple)
    names = [label.strip() for label in labels]

    def run(rows: Sequence[Values], report: Report) -> list[Result]:
        found = classifier.many([row["text"] for row in rows], names, multiple, report)
        return [{"label": ", ".join(one.chosen), "score": one.labels[0].score, **scores(one)} for one in found]

    def scores(one: Labelled) -> Result:
        return {f"score: {label.name}": label.score for label in one.labels}

    def check(text: object) -> None:
        classifier.check(text, names, multiple)

    columns = ("label", "score", *(f"score: {name}" for name in names))
    return Task(columns, check, run, *SHORT_TEXTS, label="label", score="score")


def answers(cache: ModelCache, options: Options, limits: Limits) -> Task:
    """The best answer to each row's question in its context, empty where the context more likely has none."""
    answerer = Answerer(cache, QUESTION_ANSWERING, limits)

    def run(rows: Sequence[Values], report: Report) -> list[Result]:
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
    return Task(columns, answerer.check, run, *LONG_TEXTS, "found", "score", "answer")


def translations(cache: ModelCache, options: Options, limits: Limits) -> Task:
    """Each row's text in another language; its languages come from columns or are the same for all."""
    translators = translation.of_catalog(cache, limits)
    if {"source", "target"} <= options.keys():
        translators.choose(options["source"], options["target"])

    def run(rows: Sequence[Values], report: Report) -> list[Result]:
        directions: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            directions[row["source"], row["target"]].append(i)
        found: dict[int, Result] = {}
        for (source, target), places in directions.items():
            texts = [rows[i]["text"] for i in places]
            for i, one in zip(places, translators.choose(source, target).many(texts, report), strict=True):
                found[i] = {"translation": one.text}
        return [found[i] for i in range(len(rows))]

    return Task(("translation",), translators.check, run, *LONG_TEXTS, length="translation")


def summaries(cache: ModelCache, options: Options, limits: Limits) -> Task:
    """A summary of each row's text, and why it is the text itself, where it is."""
    summarizer = summarization.of_catalog(cache, limits)
    method, length = options.get("method", "extractive"), options.get("length", "short")
    check_choice(method, "method", summarization.METHODS)
    check_choice(length, "length", tuple(summarization.LENGTHS))

    def run(rows: Sequence[Values], report: Report) -> list[Result]:
        found = [summarizer(row["text"], method, length, report) for row in rows]
        return [{"summary": one.text, "words": one.words_out, "note": one.note} for one in found]

    check = partial(summarizer.check, method=method, length=length)
    return Task(("summary", "words", "note"), check, run, length="summary")


def replies(cache: ModelCache, options: Options, limits: Limits) -> Task:
    """The chat model's reply to each row's message, always the likeliest one."""
    chatter = Chatter(cache, SMOLLM2, limits)
    tokens = check_whole(options.get("new_tokens", 64), "new_tokens", 1, limits.new_tokens)

    def run(rows: Sequence[Values], report: Report) -> list[Result]:
        streams = (chatter.stream(row["message"], max_new_tokens=tokens, report=report) for row in rows)
        found = [last(stream, chatter.spec.name, report) for stream in streams]
        return [{"reply": one.text, "tokens": len(one.tokens)} for one in found]

    def check(message: object) -> None:
        chatter.check(message, max_new_tokens=tokens)

    return Task(("reply", "tokens"), check, run, length="reply")


TASKS: dict[str, Recipe] = {
    "sentiment": Recipe("Sentiment", sentiment, ("text",)),
    "labels": Recipe("Own labels", own_labels, ("text",)),
    "answer": Recipe("Question answering", answers, ("question", "context")),
    "translate": Recipe("Translation", translations, ("text",), {"source": "en", "target": "pt"}),
    "summarize": Recipe("Summarization", summaries, ("text",)),
    "chat": Recipe("Chat", replies, ("message",)),
}


def make_batch(
    cache: ModelCache,
    table: Table,
    name: object,
    columns: Mapping[str, str],
    options: Options,
    limits: Limits = DEFAULT_LIMITS,
) -> Batch:
    """The task called `name`, one of `TASKS`, over `table`. `columns` has the column of an argument. Raises InputError.

    An option that is not given has its default: labels (a list) and multiple, source and target, method and length,
    new_tokens.
    """
    if not isinstance(name, str) or name not in TASKS:
        raise InputError("task", f"task must be one of {', '.join(TASKS)}; it is {str(name)[:40]!r}.")
    recipe = TASKS[name]
    for argument in recipe.columns:
        if not columns.get(argument):
            raise InputError(argument, f"Say which column holds the {argument}.")
    constants = {key: options.get(key, default) for key, default in recipe.either.items() if key not in columns}
    chosen = {key: columns[key] for key in (*recipe.columns, *recipe.either) if key in columns}
    return Batch(table, recipe.make(cache, {**options, **constants}, limits), chosen, constants)
