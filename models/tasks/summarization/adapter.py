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
from models.tasks.summarization.overlap import vectors
from models.tasks.summarization.results import Source, Summary, SummarySentence
from models.tasks.summarization.support import SUPPORT, linked_to
from models.text.paragraphs import on_one_line, unwrapped
from models.text.sentences import Span, joined, sentences
from models.text.words import count, is_wide, size

T = TypeVar("T")
METHODS = ("abstractive", "extractive")
# How many sentences a summary of each length has at most.
LENGTHS = {"short": 1, "medium": 3, "long": 6}
# In characters; a shorter text takes no longer to read than its summary.
SHORTEST = 200
# What compares sentences in Chinese and Japanese, of which the encoder knows hardly a letter, and what is near there.
OVERLAP, OVERLAP_SUPPORT = "overlap of words", 0.2


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
        spans, most = content_sentences(text), LENGTHS[length]
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
        flat = unwrapped(text)
        found, run = yield from self._vectors(draft, [span.of(flat) for span in spans], text, report)
        picked = [spans[i] for i in select(found, most)]
        yield replace(draft, text=_joined(text, picked), sentences=_own(text, picked), doing="", run=run)

    def _write(self, draft: Summary, text: str, spans: list[Span], most: int, report: Report) -> Iterator[Summary]:
        flat = unwrapped(text)
        with self.cache.lease(self.writer, report) as loaded:
            if self.writer.head == "seq2seq":
                from models.tasks.summarization.seq2seq import write
            else:
                from models.tasks.summarization.abstractive import write

            clock = stopwatch()
            for writing in write(loaded, flat, most, self.writer.prefix):
                run = Run(self.writer.name, loaded.device, writing.tokens, writing.dropped, clock(), loaded.engine)
                draft = replace(draft, text=writing.text, doing=writing.doing, run=run, circles=writing.circles)
                yield draft
        written = [span.of(draft.text) for span in sentences(draft.text)]
        if not written or len(draft.text) >= len(text.strip()):
            yield unchanged(draft, text, spans, "The model found nothing to shorten: the text is shown as it is.")
            return
        draft = replace(draft, doing="Finding the nearest sentences")
        yield draft
        found, by = yield from self._vectors(draft, [*written, *(span.of(flat) for span in spans)], text, report)
        cosines = found[: len(written)] @ found[len(written) :].T
        run = replace(run, model=f"{self.writer.name}, nearest by {by.model}", seconds=run.seconds + by.seconds)
        support = OVERLAP_SUPPORT if by.model == OVERLAP else SUPPORT
        linked = tuple(
            linked_to(sentence, flat, spans, row, support) for sentence, row in zip(written, cosines, strict=True)
        )
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


def content_sentences(text: str) -> list[Span]:
    """The sentences of `text` without those that have no letter, such as list numbers, unless there are no others."""
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


def _own(text: str, spans: list[Span]) -> tuple[SummarySentence, ...]:
    """The text's own sentences, each its own source."""
    return tuple(SummarySentence(on_one_line(s.of(text)), (Source(s.start, s.end, 1.0),), 1.0, ()) for s in spans)


def _joined(text: str, spans: list[Span]) -> str:
    return joined([on_one_line(span.of(text)) for span in spans])


def of_catalog(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Summarizer:
    """The summarizer over `cache`, with the writers of `offers`."""
    writer, *others = offers.summarization
    return Summarizer(cache, writer, MINILM, limits, tuple(others))
