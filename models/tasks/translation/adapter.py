"""Translates sentence by sentence, with word alignment."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from models.catalog.offers import BUNDLED, Offers, by_pair, chosen
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits, check_signs
from models.runtime.memory import retried
from models.runtime.placing import placed
from models.runtime.progress import Report, Stage, ignore, last
from models.runtime.provenance import stopwatch
from models.runtime.spec import Head, ModelSpec
from models.tasks.translation import generalist, networks
from models.tasks.translation.translated import Direction, Draft, Translation
from models.text.language import Detect, Guess, detect
from models.text.segments import segments
from models.text.sentences import Span

# In place of a source language: whichever the text seems to be in.
AUTO = "auto"
PAUSE = 0.2


@dataclass(frozen=True)
class Writer:
    """How models of one kind translate: `read` makes a draft of the spans of a text, `write` fills it.

    `write` returns control several times a second. `aligned` is whether it aligns words.
    """

    read: Callable[[Loaded, str, Sequence[Span], Direction], Draft]
    write: Callable[[Loaded, Draft, Direction], Generator[None, None, None]]
    aligned: bool


NETWORK = Writer(networks.read_all, networks.write_all, aligned=True)
WRITERS: Mapping[Head, Writer] = {
    "translation": NETWORK,
    "seq2seq": NETWORK,
    "causal-lm": Writer(generalist.read_all, generalist.write_all, aligned=False),
}


@dataclass(frozen=True)
class Translator:
    """One direction of translation over the shared cache, from the language of one code to that of another."""

    cache: ModelCache
    spec: ModelSpec
    language: str = "en"
    limits: Limits = DEFAULT_LIMITS
    target: str = "pt"

    @property
    def direction(self) -> Direction:
        """The languages, and the token that selects the target."""
        return Direction(self.language, self.target, self.spec.prefix)

    @property
    def aligned(self) -> bool:
        """Whether the model aligns words."""
        return WRITERS[self.spec.head].aligned

    def check(self, text: object) -> None:
        """Raise InputError where `text` cannot be translated."""
        check_signs(text, "Text", self.limits.text)

    def __call__(self, text: str, report: Report = ignore) -> Translation:
        """Translate all of `text`. Raises InputError."""
        return last(self.stream(text, report), self.spec.name, report)

    @retried
    def stream(self, text: str, report: Report = ignore) -> Iterator[Translation]:
        """The translation so far, a few times a second, so that closing it ends the work, and at its end the whole.

        After the `seconds` of the limits it ends with the sentences that are whole. Bullets, line breaks and the white
        space between sentences stay as they are. Raises InputError.
        """
        self.check(text)
        spent = stopwatch()
        with self.cache.lease(self.spec, report) as loaded:
            elapsed, pause = stopwatch(), stopwatch()
            writer = WRITERS[self.spec.head]
            draft = writer.read(loaded, text, segments(text, self.language), self.direction)
            with closing(writer.write(loaded, draft, self.direction)) as work:
                for _ in work:
                    if spent() > self.limits.seconds:
                        break
                    if pause() > PAUSE:
                        yield draft.so_far(self.spec.name, loaded.device, elapsed(), loaded.engine)
                        pause = stopwatch()
            yield draft.so_far(self.spec.name, loaded.device, elapsed(), loaded.engine)

    @placed
    def many(self, texts: Sequence[str], report: Report = ignore) -> list[Translation]:
        """The translations of many texts, in their order; their sentences share batches. Raises InputError."""
        for text in texts:
            self.check(text)
        with self.cache.lease(self.spec, report) as loaded:
            elapsed = stopwatch()
            writer = WRITERS[self.spec.head]
            drafts = [writer.read(loaded, text, segments(text, self.language), self.direction) for text in texts]
            for _ in _write_together(writer, loaded, drafts, self.direction):
                report(Stage("Running", self.spec.name))
            return [
                draft.so_far(self.spec.name, loaded.device, elapsed() / len(texts), loaded.engine) for draft in drafts
            ]


@dataclass(frozen=True)
class Translators:
    """Every direction of translation that is offered."""

    cache: ModelCache
    models: tuple[ModelSpec, ...]
    limits: Limits = DEFAULT_LIMITS
    detect: Detect = detect

    def guess(self, text: object) -> Guess | None:
        """The language that `text` seems to be in; None where it cannot be translated, or holds no letters."""
        try:
            return self.detect(check_signs(text, "Text", self.limits.text))
        except InputError:
            return None

    def resolve(self, text: object, source: object, target: object) -> tuple[str, Guess | None]:
        """The source language; where it is `AUTO`, the one that `text` seems to be in, and the guess.

        An unsure guess that no model reads gives way to a language that one does. Raises InputError for a sure one.
        """
        if source != AUTO:
            return str(source), None
        guess = self.detect(check_signs(text, "Text", self.limits.text))
        offered = [start for start, to in self.specs if to == target] or [AUTO]
        if guess is None or not (guess.sure or guess.language in offered):
            return offered[0], guess
        if guess.sure and guess.language not in offered:
            raise InputError(
                "Languages",
                f"{guess.words}; no model here translates that to {str(target)[:20]!r}. Name the source if this is "
                f"wrong. Offered: {self.offer}.",
            )
        return guess.language, guess

    @property
    def offer(self) -> str:
        """A readable list of the offered pairs, by source language."""
        targets: dict[str, list[str]] = {}
        for source, target in self.specs:
            targets.setdefault(source, []).append(target)
        return "; ".join(f"{source} to {', '.join(found)}" for source, found in targets.items())

    @property
    def specs(self) -> Mapping[tuple[str, str], Sequence[ModelSpec]]:
        """By the pair of languages the models that translate between them, the default first."""
        return by_pair(self.models)

    def choose(self, source: object, target: object, model: object = "") -> Translator:
        """The translator between two language codes, by the model of that name or the default.

        Raises InputError, which names the offered pairs, or the models of this one.
        """
        specs = self.specs.get((str(source), str(target)))
        if specs is None:
            wanted = f"{str(source)[:20]!r} to {str(target)[:20]!r}"
            raise InputError("Languages", f"There is no model for {wanted}. Offered: {self.offer}.")
        return Translator(self.cache, chosen(model, specs[0], specs), str(source), self.limits, str(target))

    def default(self, source: str, target: str, model: str = "") -> str:
        """The name of `model` where it translates between these languages, else of the first that does, if any does."""
        names = [spec.name for spec in self.specs.get((source, target), ())]
        return model if model in names or not names else names[0]

    def pairs(self, model: object) -> tuple[tuple[str, str], ...]:
        """The languages that the model of that name translates between. Raises InputError."""
        return chosen(model, self.models[0], self.models).pairs

    def check(self, text: object, source: object, target: object, model: object = "") -> None:
        """Raise InputError where `text` cannot be translated, or not between these languages by that model."""
        self.choose(self.resolve(text, source, target)[0], target, model).check(text)


def of_catalog(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Translators:
    """The translators of `offers` over `cache`."""
    return Translators(cache, offers.translation, limits)


def _write_together(writer: Writer, loaded: Loaded, drafts: Sequence[Draft], direction: Direction) -> Iterator[None]:
    """Translate all that is not written in `drafts`, as if they were one; returns control several times a second."""
    places = [(draft, i) for draft in drafts for i in range(len(draft.sources))]
    written = {at: draft.written[i] for at, (draft, i) in enumerate(places) if i in draft.written}
    whole = Draft("", [], [draft.sources[i] for draft, i in places], written)
    yield from writer.write(loaded, whole, direction)
    for at, (draft, i) in enumerate(places):
        draft.written[i] = whole.written[at]
