"""Summarization: a text in few sentences, picked or written, each with the sentences of the text that support it."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from models.catalog.bundled import MINILM
from models.catalog.offers import BUNDLED, Offers, chosen
from models.engines.embedding import embed_in_steps
from models.runtime.arrays import Floats
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits, check_choice, check_text
from models.runtime.memory import retried
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import ModelSpec
from models.tasks.summarization.extractive import select
from models.text.sentences import Span, sentences

T = TypeVar("T")
METHODS = ("abstractive", "extractive")
# How many sentences a summary of each length has at most.
LENGTHS = {"short": 1, "medium": 3, "long": 6}
# In characters; a shorter text takes no longer to read than its summary.
SHORTEST = 200
# The cosine from which a sentence of the text supports one of the summary. For 100 news articles, 95% of the sentences
# of summaries that people wrote find one as near as this in their own article, and 1% in an article of other news.
SUPPORT = 0.45
# A source may be this much farther than the nearest one, and there may be so many.
NEAR, MOST_SOURCES = 0.15, 3
NAME_OR_NUMBER = re.compile(r"(?<!^)(?<!\w)[^\W\d_a-z]\w+|\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class Source:
    """A sentence of the visitor's text: character offsets, and its cosine with the summary's sentence."""

    start: int
    end: int
    similarity: float


@dataclass(frozen=True)
class SummarySentence:
    """A sentence of the summary with its sources, the nearest first; without any, nothing in the text supports it.

    `nearest` is the greatest cosine with any sentence of the text. `absent` are names and numbers that are nowhere
    in the text.
    """

    text: str
    sources: tuple[Source, ...]
    nearest: float
    absent: tuple[str, ...]

    @property
    def supported(self) -> bool:
        """Whether the text says something like this sentence."""
        return bool(self.sources)


@dataclass(frozen=True)
class Summary:
    """A summary so far. `doing` tells what is being done, empty at the end; only then there are sentences.

    `note` tells in words why the text was returned as it is, where it was. Words are what stands between white space.
    """

    text: str
    sentences: tuple[SummarySentence, ...]
    words_in: int
    note: str
    doing: str
    run: Run

    @property
    def words_out(self) -> int:
        """How many words the summary has."""
        return len(self.text.split())


@dataclass(frozen=True)
class Summarizer:
    """Summarizes with `writer`, a model that writes, or by the sentence embeddings of `encoder`.

    Any of `others` may be chosen for the writer.
    """

    cache: ModelCache
    writer: ModelSpec
    encoder: ModelSpec
    limits: Limits = DEFAULT_LIMITS
    others: tuple[ModelSpec, ...] = ()

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """The writers to choose from, this one first."""
        return (self.writer, *self.others)

    def using(self, model: object) -> "Summarizer":
        """The same with the writer of that name, the empty name being this one. Raises InputError."""
        return replace(self, writer=chosen(model, self.writer, self.others))

    def check(self, text: object, method: object = "abstractive", length: object = "short") -> None:
        """Raise InputError where an argument cannot be used."""
        check_text(text, "Text", self.limits.text)
        check_choice(method, "method", METHODS)
        check_choice(length, "length", tuple(LENGTHS))

    def __call__(
        self, text: str, method: str = "abstractive", length: str = "short", report: Report = ignore
    ) -> Summary:
        """The whole summary; takes what `stream` takes."""
        model = self.encoder if method == "extractive" else self.writer
        return last(self.stream(text, method, length, report), model.name, report)

    @retried
    def stream(
        self, text: str, method: str = "abstractive", length: str = "short", report: Report = ignore
    ) -> Iterator[Summary]:
        """Yield the summary as it grows, at last with the sources of its sentences. It is never longer than `text`.

        Closing the generator ends the compute and releases the model.
        """
        self.check(text, method, length)
        spans, count = told(text), LENGTHS[length]
        draft = Summary("", (), len(text.split()), "", "Reading", Run("no model", "none", 0, 0, 0.0))
        if len(text.strip()) < SHORTEST:
            yield unchanged(draft, text, spans, "The text is too short to summarize: it is shown as it is.")
        elif method == "extractive" and len(spans) <= count:
            has = "one sentence" if len(spans) == 1 else f"{len(spans)} sentences"
            yield unchanged(draft, text, spans, f"The text has only {has}: nothing is left out.")
        elif method == "extractive":
            yield from self._pick(draft, text, spans, count, report)
        else:
            yield from self._write(draft, text, spans, count, report)

    def _pick(self, draft: Summary, text: str, spans: list[Span], count: int, report: Report) -> Iterator[Summary]:
        with self.cache.lease(self.encoder, report) as loaded:
            clock = stopwatch()
            steps = embed_in_steps(loaded, [span.of(text) for span in spans])
            embeddings = yield from while_running(steps, draft)
            picked = [spans[i] for i in select(embeddings.vectors, count)]
            run = Run(self.encoder.name, loaded.device, embeddings.tokens, embeddings.dropped, clock(), loaded.engine)
        yield replace(draft, text=_joined(text, picked), sentences=_own(text, picked), doing="", run=run)

    def _write(self, draft: Summary, text: str, spans: list[Span], count: int, report: Report) -> Iterator[Summary]:
        with self.cache.lease(self.writer, report) as loaded:
            if self.writer.head == "seq2seq":
                from models.tasks.summarization.seq2seq import write
            else:
                from models.tasks.summarization.abstractive import write

            clock = stopwatch()
            for writing in write(loaded, text, count, self.writer.prefix):
                run = Run(self.writer.name, loaded.device, writing.tokens, writing.dropped, clock(), loaded.engine)
                draft = replace(draft, text=writing.text, doing=writing.doing, run=run)
                yield draft
        written = [span.of(draft.text) for span in sentences(draft.text)]
        if not written or len(draft.text) >= len(text.strip()):
            yield unchanged(draft, text, spans, "The model found nothing to shorten: the text is shown as it is.")
            return
        draft = replace(draft, doing="Finding the sources")
        yield draft
        with self.cache.lease(self.encoder, report) as loaded:
            clock = stopwatch()
            steps = embed_in_steps(loaded, [*written, *(span.of(text) for span in spans)])
            vectors = (yield from while_running(steps, draft)).vectors
            cosines = vectors[: len(written)] @ vectors[len(written) :].T
            run = replace(
                run, model=f"{self.writer.name}, sources by {self.encoder.name}", seconds=run.seconds + clock()
            )
        linked = tuple(linked_to(said, text, spans, row) for said, row in zip(written, cosines, strict=True))
        yield replace(draft, sentences=linked, doing="", run=run)


def told(text: str) -> list[Span]:
    """The sentences of `text` that say something: not the bare numbers of a list, unless there is nothing else."""
    spans = sentences(text)
    return [span for span in spans if any(map(str.isalpha, span.of(text)))] or spans


def while_running(steps: Iterator[T], draft: Summary) -> Generator[Summary, None, T]:
    """Yield `draft` at each of `steps`, so that a caller can stop between them, and return the last."""
    for step in steps:
        last = step
        yield draft
    return last


def unchanged(draft: Summary, text: str, spans: list[Span], note: str) -> Summary:
    """The text itself as its summary, with the reason."""
    return replace(draft, text=text.strip(), sentences=_own(text, spans), note=note, doing="")


def linked_to(said: str, text: str, spans: list[Span], cosines: Floats) -> SummarySentence:
    """The sentence `said` with the nearest of `spans` as its sources; `cosines` has one for each span."""
    ranked = sorted(zip(cosines.tolist(), spans, strict=True), key=lambda pair: -pair[0])
    nearest = ranked[0][0]
    near = [(cosine, span) for cosine, span in ranked[:MOST_SOURCES] if cosine >= max(SUPPORT, nearest - NEAR)]
    sources = tuple(Source(span.start, span.end, _cosine(cosine)) for cosine, span in near)
    return SummarySentence(said, sources, _cosine(nearest), absent(said, text))


def absent(said: str, text: str) -> tuple[str, ...]:
    """The names (capitalized words, but for the first) and numbers in `said` that are nowhere in `text`."""
    known = text.casefold()
    found = dict.fromkeys(match[0] for match in NAME_OR_NUMBER.finditer(said))
    return tuple(name for name in found if name.casefold() not in known)


def _own(text: str, spans: list[Span]) -> tuple[SummarySentence, ...]:
    """The text's own sentences, each its own source."""
    return tuple(SummarySentence(s.of(text), (Source(s.start, s.end, 1.0),), 1.0, ()) for s in spans)


def _joined(text: str, spans: list[Span]) -> str:
    return " ".join(span.of(text) for span in spans)


def _cosine(value: float) -> float:
    """Rounding may carry a cosine past 1."""
    return round(min(1.0, max(-1.0, value)), 4)


def of_catalog(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Summarizer:
    """The summarizer over `cache`, with the writers of `offers`."""
    writer, *others = offers.summarization
    return Summarizer(cache, writer, MINILM, limits, tuple(others))
