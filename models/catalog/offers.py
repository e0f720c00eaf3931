"""The models offered for each task: the bundled ones, those of the Hub, and the operator's."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace

from models.catalog import bundled, hub
from models.runtime.limits import check_choice
from models.runtime.spec import ModelSpec


@dataclass(frozen=True)
class Offers:
    """The models to choose from, by task and in the order of the page; the first of a task is its default."""

    question_answering: tuple[ModelSpec, ...] = (bundled.QUESTION_ANSWERING,)
    translation: tuple[ModelSpec, ...] = tuple(bundled.TRANSLATION.values())
    sentiment: tuple[ModelSpec, ...] = (bundled.SENTIMENT,)
    own_labels: tuple[ModelSpec, ...] = (bundled.MINILM,)
    summarization: tuple[ModelSpec, ...] = (bundled.SMOLLM2,)
    chat: tuple[ModelSpec, ...] = (bundled.SMOLLM2,)

    @classmethod
    def none(cls) -> "Offers":
        """No models."""
        return cls(*(() for _ in fields(cls)))

    @property
    def all(self) -> tuple[ModelSpec, ...]:
        """Every model, task by task."""
        return tuple(dict.fromkeys(spec for task in fields(Offers) for spec in getattr(self, task.name)))

    @property
    def attention(self) -> tuple[ModelSpec, ...]:
        """All models with attention weights, the bundled ones first."""
        one_way = (*self.chat, *self.question_answering, *self.sentiment, *self.own_labels)
        return tuple(dict.fromkeys([*bundled.ATTENTION, *one_way, *self.translation, *self.summarization]))

    def with_more(self, more: "Offers") -> "Offers":
        """These offers with those of `more` behind them."""
        return Offers(*(getattr(self, task.name) + getattr(more, task.name) for task in fields(Offers)))

    def beginning_with(self, writer: ModelSpec, *better: ModelSpec) -> "Offers":
        """These offers with `writer` first for chat and summaries, and the `better` ones first for the other tasks."""

        def first(specs: tuple[ModelSpec, ...], leading: tuple[ModelSpec, ...]) -> tuple[ModelSpec, ...]:
            return tuple(sorted(specs, key=lambda spec: spec not in leading))

        written = {"chat": (writer,), "summarization": (writer,)}
        return Offers(*(first(getattr(self, task.name), written.get(task.name, better)) for task in fields(Offers)))

    def usable(self, here: Callable[[ModelSpec], bool]) -> "Offers":
        """Only the models for which `here` holds."""
        return Offers(*(tuple(filter(here, getattr(self, task.name))) for task in fields(Offers)))


BUNDLED = Offers()
# Larger encoders for the same tasks as the bundled ones.
ACCURATE = replace(
    Offers.none(),
    question_answering=(bundled.QUESTION_ANSWERING_ACCURATE,),
    sentiment=(bundled.SENTIMENT_ACCURATE,),
    own_labels=(bundled.MPNET,),
)
# Those with better figures in `bench/RESULTS.md` than the bundled ones: the default if they are on disk at the start.
BETTER = (bundled.SENTIMENT_ACCURATE, bundled.MPNET)
# The optional large language model, which serves every task.
LARGE = Offers(*((bundled.QWEN,) for _ in fields(Offers)))
HUB = Offers(
    hub.QUESTION_ANSWERING,
    hub.TRANSLATION,
    hub.SENTIMENT,
    hub.OWN_LABELS,
    hub.SUMMARIZATION,
    hub.CHAT,
)


def chosen(model: object, default: ModelSpec, others: Iterable[ModelSpec] = ()) -> ModelSpec:
    """The one of these called `model`, or of that grade; the `default` where it is empty.

    Raises InputError, naming all of them.
    """
    known = {spec.name: spec for spec in (default, *others)}
    grades = {spec.grade: spec for spec in known.values() if spec.grade}
    if isinstance(model, str) and model in grades:
        return grades[model]
    return default if model == "" else known[check_choice(model, "model", tuple(known))]


def by_pair(specs: Sequence[ModelSpec]) -> dict[tuple[str, str], list[ModelSpec]]:
    """The translators of each pair of languages, dedicated ones first."""
    found: dict[tuple[str, str], list[ModelSpec]] = {}
    for spec in sorted(specs, key=lambda spec: spec.head == "causal-lm"):
        for pair in spec.pairs:
            found.setdefault(pair, []).append(spec)
    return found
