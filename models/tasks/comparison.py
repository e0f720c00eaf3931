"""The tasks that can be run on two sides, each over the adapter that its own tab uses."""

import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, cast

from models.catalog.bundled import MINILM
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits, check_choice, check_whole
from models.runtime.progress import Report
from models.runtime.provenance import Run
from models.runtime.spec import ModelSpec
from models.tasks.chat.adapter import Chatter
from models.tasks.drafts.adapter import SEED_LIMIT, Drafter
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.summarization.adapter import Summarizer
from models.tasks.translation.adapter import of_catalog
from models.text.names import unique

# What one side is given, by the names of the inputs and of the settings.
Values = Mapping[str, Any]
# The models that a side may choose from, the default first.
Models = tuple[ModelSpec, ...]

NOT_THERE = "not in the text"
ANSWERS = 3
SIGNS = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥"})


@dataclass(frozen=True)
class Outcome:
    """What one side gave so far: a text or a verdict, probabilities by name, how many tokens it wrote, and facts."""

    text: str
    run: Run
    figures: Mapping[str, float] = field(default_factory=dict)
    written: int = 0
    facts: tuple[str, ...] = ()
    verdict: bool = False


@dataclass(frozen=True)
class Work:
    """What one side is to do. `check` raises InputError where it cannot; closing the stream ends the work."""

    check: Callable[[], None]
    stream: Callable[[Report], Iterator[Outcome]]


@dataclass(frozen=True)
class Recipe:
    """How a task is offered: its inputs, and the settings that a side may choose.

    `make` raises InputError where a setting cannot be used.
    """

    title: str
    make: Callable[[ModelCache, Models, Values, Limits], Work]
    inputs: tuple[str, ...] = ("text",)
    settings: tuple[str, ...] = ()


def sentiment(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The probabilities of negative, neutral and positive."""
    reader = SentimentReader(cache, _chosen(models, values), limits)

    def stream(report: Report) -> Iterator[Outcome]:
        with closing(cast(Generator[Any], reader.stream(values["text"], report))) as results:
            # What follows measures the words, which is not compared here.
            found = next(results)
        yield Outcome(found.scores.label, found.run, asdict(found.scores), verdict=True)

    return Work(partial(reader.check, values["text"]), stream)


def answers(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The best answers, and the probability that the text has none."""
    answerer = Answerer(cache, _chosen(models, values), limits)
    question, context = values["question"], values["text"]

    def stream(report: Report) -> Iterator[Outcome]:
        for found in answerer.stream(question, context, ANSWERS, report):
            names = unique([*(answer.text for answer in found.answers), NOT_THERE])
            scores = [*(answer.score for answer in found.answers), found.no_answer]
            best = found.answers[0].text if found.found and found.answers else NOT_THERE
            yield Outcome(best, found.run, dict(zip(names, scores, strict=True)), verdict=True)

    return Work(partial(answerer.check, question, context, ANSWERS), stream)


def translations(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The text in another language."""
    translators = of_catalog(cache, limits)
    text, source, target = (values[name] for name in ("text", "source", "target"))

    def stream(report: Report) -> Iterator[Outcome]:
        for found in translators.choose(source, target).stream(text, report):
            yield Outcome(found.text, found.run)

    return Work(partial(translators.check, text, source, target), stream)


def summaries(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """The text in few sentences, written or picked."""
    summarizer = Summarizer(cache, _chosen(models, values), MINILM, limits)
    text, method, length = (values[name] for name in ("text", "method", "length"))

    def stream(report: Report) -> Iterator[Outcome]:
        for found in summarizer.stream(text, method, length, report):
            bare = sum(not sentence.supported for sentence in found.sentences)
            facts = [f"{bare} of {len(found.sentences)} sentences unsupported"] if found.sentences else []
            yield Outcome(found.text, found.run, facts=tuple(filter(None, [found.doing, found.note, *facts])))

    return Work(partial(summarizer.check, text, method, length), stream)


def replies(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """A reply to the text as a message."""
    chatter = Chatter(cache, _chosen(models, values), limits)
    options = {
        "system": values["system"],
        "max_new_tokens": values["new_tokens"],
        "temperature": values["temperature"],
        "top_p": values["top_p"],
    }
    seed = _seed(values)

    def stream(report: Report) -> Iterator[Outcome]:
        for reply in chatter.stream(values["text"], **options, seed=seed, report=report):
            facts = _drawn(len(reply.tokens), reply.rate, seed, values)
            yield Outcome(reply.text, reply.run, written=len(reply.tokens), facts=facts)

    return Work(partial(chatter.check, values["text"], **options), stream)


def continuations(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """A draft that goes on with the text, and the likeliest next tokens before it."""
    drafter = Drafter(cache, _chosen(models, values), limits)
    text, seed = values["text"], _seed(values)
    options = {
        "drafts": 1,
        "max_new_tokens": values["new_tokens"],
        "temperature": values["temperature"],
        "top_p": values["top_p"],
        "seed": seed,
    }

    def stream(report: Report) -> Iterator[Outcome]:
        for found in drafter.stream(text, **options, report=report):
            [draft] = found.drafts
            following = unique([each.text.translate(SIGNS) for each in found.next])
            likely = dict(zip(following, (each.probability for each in found.next), strict=True))
            facts = _drawn(len(draft.tokens), found.rate, seed, values)
            yield Outcome(draft.text, found.run, likely, len(draft.tokens), facts)

    return Work(partial(drafter.check, text, **options), stream)


SAMPLING = ("temperature", "top_p", "seed", "new_tokens")
RECIPES: dict[str, Recipe] = {
    "sentiment": Recipe("Sentiment", sentiment),
    "answer": Recipe("Question answering", answers, ("text", "question")),
    "translate": Recipe("Translation", translations, settings=("source", "target")),
    "summarize": Recipe("Summarization", summaries, settings=("method", "length")),
    "chat": Recipe("Chat", replies, settings=("system", *SAMPLING)),
    "continue": Recipe("Next word", continuations, settings=SAMPLING),
}


def models_of(offers: Offers) -> Mapping[str, Models]:
    """Which models of `offers` each task chooses from; languages choose the translator."""
    return {
        "sentiment": offers.sentiment,
        "answer": offers.question_answering,
        "translate": (),
        "summarize": offers.summarization,
        "chat": offers.chat,
        "continue": offers.chat,
    }


MODELS = models_of(BUNDLED)


@dataclass(frozen=True)
class Comparer:
    """Runs tasks over the models of `cache`, each on one of its `models`."""

    cache: ModelCache
    limits: Limits = DEFAULT_LIMITS
    models: Mapping[str, Models] = field(default_factory=lambda: MODELS)

    def work(self, task: object, values: Values) -> Work:
        """What the task of this name, one of `RECIPES`, does with `values`. Raises InputError."""
        name = check_choice(task, "task", tuple(RECIPES))
        work = RECIPES[name].make(self.cache, self.models[name], values, self.limits)
        work.check()
        return work


def _chosen(models: Models, values: Values) -> ModelSpec:
    """The model of this name, or the first one where none is chosen. Raises InputError."""
    offered = {spec.name: spec for spec in models}
    return offered[check_choice(values["model"] or models[0].name, "model", tuple(offered))]


def _seed(values: Values) -> int:
    """The seed that was chosen, or a new one."""
    if values["seed"] is None:
        return secrets.randbelow(SEED_LIMIT)
    return check_whole(values["seed"], "seed", 0, SEED_LIMIT)


def _drawn(written: int, rate: float, seed: int, values: Values) -> tuple[str, ...]:
    """How a text was drawn, in words; without chance the seed decides nothing."""
    facts: Sequence[str] = [f"{written} new tokens", f"{rate:.1f} tokens/s"] if written else []
    return (*facts, f"seed {seed}") if values["temperature"] else tuple(facts)
