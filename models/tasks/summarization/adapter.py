"""Summarization: a text in few sentences, picked or written, each with the sentences of the text that support it."""

from collections.abc import Generator, Iterator, Sequence
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
from models.tasks.summarization.names import absent
from models.tasks.summarization.overlap import vectors
from models.text.sentences import Span, joined, sentences
from models.text.words import count, is_wide, size

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
# What compares sentences in Chinese and Japanese, of which the encoder knows hardly a letter, and what is near there.
OVERLAP, OVERLAP_SUPPORT = "overlap of words", 0.2


@dataclass(frozen=True)
class Source:
    """A sentence of the visitor's text: character offsets, and its cosine with the summary's sentence."""

    start: int
    end: int
    similarity: float


@dataclass(frozen=True)
class SummarySentence:
    """A sentence of the summary with its sources, the sentences of the text that are nearest to it.

    `nearest` is the greatest cosine with any sentence of the text. `absent` are names and numbers that the text does
    not have as words, and `marks` their places in this sentence.
    """

    text: str
    sources: tuple[Source, ...]
    nearest: float
    absent: tuple[str, ...]
    marks: tuple[Span, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether a sentence of the text is near, and no name or number is new; it may be false all the same."""
        return bool(self.sources) and not self.marks


@dataclass(frozen=True)
class Summary:
    """A summary so far. `doing` tells what is being done, empty at the end; only then there are sentences.

    `note` tells in words why the text was returned as it is, where it was.
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
        return count(self.text)


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

    def check(self, text: object, method: object = "extractive", length: object = "short") -> None:
        """Raise InputError where an argument cannot be used."""
        check_text(text, "Text", self.limits.text)
        check_choice(method, "method", METHODS)
        check_choice(length, "length", tuple(LENGTHS))

    def __call__(
        self, text: str, method: str = "extractive", length: str = "short", report: Report = ignore
    ) -> Summary:
        """The whole summary; takes what `stream` takes."""
        model = self.encoder if method == "extractive" else self.writer
        return last(self.stream(text, method, length, report), model.name, report)

    @retried
    def stream(
        self, text: str, method: str = "extractive", length: str = "short", report: Report = ignore
    ) -> Iterator[Summary]:
        """Yield the summary as it grows, at last with the sources of its sentences. It is never longer than `text`.

        Closing the generator ends the compute and releases the model.
        """
        self.check(text, method, length)
        spans, most = told(text), LENGTHS[length]
        draft = Summary("", (), count(text), "", "Reading", Run("no model", "none", 0, 0, 0.0))
        if size(text.strip()) < SHORTEST:
            yield unchanged(draft, text, spans, "The text is too short to summarize: it is shown as it is.")
        elif method == "extractive" and len(spans) <= most:
            has = "one sentence" if len(spans) == 1 else f"{len(spans)} sentences"
            yield unchanged(draft, text, spans, f"The text has only {has}: nothing is left out.")
        elif method == "extractive":
            yield from self._pick(draft, text, spans, most, report)
        else:
            yield from self._write(draft, text, spans, most, report)

    def _pick(self, draft: Summary, text: str, spans: list[Span], most: int, report: Report) -> Iterator[Summary]:
        found, run = yield from self._vectors(draft, [span.of(text) for span in spans], text, report)
        picked = [spans[i] for i in select(found, most)]
        yield replace(draft, text=_joined(text, picked), sentences=_own(text, picked), doing="", run=run)

    def _write(self, draft: Summary, text: str, spans: list[Span], most: int, report: Report) -> Iterator[Summary]:
        with self.cache.lease(self.writer, report) as loaded:
            if self.writer.head == "seq2seq":
                from models.tasks.summarization.seq2seq import write
            else:
                from models.tasks.summarization.abstractive import write

            clock = stopwatch()
            for writing in write(loaded, text, most, self.writer.prefix):
                run = Run(self.writer.name, loaded.device, writing.tokens, writing.dropped, clock(), loaded.engine)
                draft = replace(draft, text=writing.text, doing=writing.doing, run=run)
                yield draft
        written = [span.of(draft.text) for span in sentences(draft.text)]
        if not written or len(draft.text) >= len(text.strip()):
            yield unchanged(draft, text, spans, "The model found nothing to shorten: the text is shown as it is.")
            return
        draft = replace(draft, doing="Finding the nearest sentences")
        yield draft
        found, by = yield from self._vectors(draft, [*written, *(span.of(text) for span in spans)], text, report)
        cosines = found[: len(written)] @ found[len(written) :].T
        run = replace(run, model=f"{self.writer.name}, nearest by {by.model}", seconds=run.seconds + by.seconds)
        support = OVERLAP_SUPPORT if by.model == OVERLAP else SUPPORT
        linked = tuple(linked_to(said, text, spans, row, support) for said, row in zip(written, cosines, strict=True))
        yield replace(draft, sentences=linked, doing="", run=run)

    def _vectors(
        self, draft: Summary, read: Sequence[str], text: str, report: Report
    ) -> Generator[Summary, None, tuple[Floats, Run]]:
        """A vector for each sentence to `read`, by the encoder or, of a script that it hardly knows, by its words."""
        clock = stopwatch()
        if is_wide(text):
            return vectors(read), Run(OVERLAP, "cpu", sum(map(count, read)), 0, clock(), "NumPy")
        with self.cache.lease(self.encoder, report) as loaded:
            clock = stopwatch()
            found = yield from while_running(embed_in_steps(loaded, read), draft)
            return found.vectors, Run(
                self.encoder.name, loaded.device, found.tokens, found.dropped, clock(), loaded.engine
            )


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


def linked_to(said: str, text: str, spans: list[Span], cosines: Floats, support: float = SUPPORT) -> SummarySentence:
    """The sentence `said` with the nearest of `spans` as its sources, from a cosine of `support` on.

    `cosines` has one for each span.
    """
    ranked = sorted(zip(cosines.tolist(), spans, strict=True), key=lambda pair: -pair[0])
    nearest = ranked[0][0]
    near = [(cosine, span) for cosine, span in ranked[:MOST_SOURCES] if cosine >= max(support, nearest - NEAR)]
    sources = tuple(Source(span.start, span.end, _cosine(cosine)) for cosine, span in near)
    marks = absent(said, text)
    names = tuple(dict.fromkeys(mark.of(said) for mark in marks))
    return SummarySentence(said, sources, _cosine(nearest), names, marks)


def _own(text: str, spans: list[Span]) -> tuple[SummarySentence, ...]:
    """The text's own sentences, each its own source."""
    return tuple(SummarySentence(s.of(text), (Source(s.start, s.end, 1.0),), 1.0, ()) for s in spans)


def _joined(text: str, spans: list[Span]) -> str:
    return joined([span.of(text) for span in spans])


def _cosine(value: float) -> float:
    """Rounding may carry a cosine past 1."""
    return round(min(1.0, max(-1.0, value)), 4)


def of_catalog(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Summarizer:
    """The summarizer over `cache`, with the writers of `offers`."""
    writer, *others = offers.summarization
    return Summarizer(cache, writer, MINILM, limits, tuple(others))
