"""Maps the outputs of a classifier to the classes of its task."""

from dataclasses import dataclass

from models.catalog.bundled import LABELS
from models.engines.base import EncoderInfo
from models.runtime.spec import ModelSpec


@dataclass(frozen=True)
class Classes:
    """At which of a model's outputs the three classes are; `neutral` is None where it has only two."""

    negative: int
    neutral: int | None
    positive: int


def sentiment_classes(info: EncoderInfo) -> Classes:
    """Where the classes of an encoder are, by their names. Raises ValueError where they are no sentiment's."""
    names = {name.lower(): i for i, name in enumerate(info.labels)}
    places = [next((i for name, i in names.items() if name.startswith(label[:3])), None) for label in LABELS]
    negative, neutral, positive = places
    if negative is None or positive is None or len(names) != sum(place is not None for place in places):
        raise ValueError(
            f"its classes are {', '.join(names)}; a sentiment has negative and positive, and maybe neutral. "
            "Name them by 'labels' in the catalog file."
        )
    return Classes(negative, neutral, positive)


def entailment_outputs(info: EncoderInfo) -> tuple[int, int]:
    """At which outputs of an encoder stand contradiction (or no entailment) and entailment, by their names.

    Raises ValueError where it has no such classes.
    """
    names = {name.lower(): i for i, name in enumerate(info.labels)}
    against, entails = (
        next((i for name, i in names.items() if name.startswith(starts)), None)
        for starts in (("contradict", "not"), ("entail",))
    )
    if against is None or entails is None:
        raise ValueError(f"its classes are {', '.join(names)}; inference has entailment and contradiction.")
    return against, entails


def check_classes(spec: ModelSpec, info: EncoderInfo) -> None:
    """Raise ValueError where the classes of a model are not those of its task."""
    if spec.head == "sentiment":
        sentiment_classes(info)
    if spec.head == "entailment":
        entailment_outputs(info)
