"""Extractive question answering: spans of the visitor's text, or no answer."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from models.catalog.choice import Choice
from models.explain.attribution import Reasons
from models.runtime.limits import check_text, check_whole
from models.runtime.memory import retried
from models.runtime.placing import placed_stream
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import Head
from models.tasks.question_answering import generalist, windows
from models.tasks.question_answering.combining import Calibration, combined
from models.tasks.question_answering.likely import likely_first
from models.tasks.question_answering.results import Answer, Answers, Asked
from models.tasks.question_answering.windows import Encoded, Reading
from models.text.sentences import Span

MOST_ANSWERS = 10
GROUP = 256
# Between two results of a stream, in seconds: the answers so far take longer to put together the more was read.
PAUSE = 0.3


@dataclass(frozen=True)
class Answerer(Choice):
    """Extractive question answering with one model."""

    def check(self, question: object, context: object, top_k: object = 3) -> None:
        """Raise InputError where a question, its context or the number of answers cannot be used."""
        check_text(question, "question", self.limits.text)
        check_text(context, "context", self.limits.context)
        check_whole(top_k, "top_k", 1, MOST_ANSWERS)

    def __call__(self, question: str, context: str, top_k: int = 3, report: Report = ignore) -> Answers:
        """The `top_k` best answers to `question` in `context`. Raises InputError."""
        return last(self.stream(question, context, top_k, report), self.spec.name, report)

    @retried
    def stream(self, question: str, context: str, top_k: int = 3, report: Report = ignore) -> Iterator[Answers]:
        """The best answers so far after each batch of windows; closing the generator ends the work.

        A long text is read from its likeliest windows on; after the `seconds` of the limits the rest is left unread.
        """
        self.check(question, context, top_k)
        reader = READERS[self.spec.head]
        with self.cache.lease(self.spec, report) as loaded:
            yield from reader.stream(
                Asked(loaded, self.spec.name, self.limits.seconds, report), question, context, top_k
            )

    @retried
    def reasons(self, question: str, context: str, answer: Answer, report: Report = ignore) -> Iterator[Reasons]:
        """What of `question` and `context` raised `answer`, one of theirs; more with every step.

        Nothing where the model `has_reasons` not. Closing the generator ends the work.
        """
        self.check(question, context)
        if not self.has_reasons:
            return
        from models.tasks.question_answering.attribution import reasons

        with self.cache.lease(self.spec.with_attention(), report) as loaded:
            elapsed = stopwatch()
            for found in reasons(loaded, question, context, Span(answer.start, answer.end)):
                yield replace(found, run=replace(found.run, model=self.spec.name, seconds=elapsed()))

    @placed_stream
    def many(
        self, pairs: Sequence[tuple[str, str]], top_k: int = 1, report: Report = ignore
    ) -> Iterator[list[Answers]]:
        """The answers to many (question, context) pairs in their order, a group at a time.

        The windows of a group share batches by length, so this is several times as fast as one by one.
        """
        for question, context in pairs:
            self.check(question, context, top_k)
        reader = READERS[self.spec.head]
        with self.cache.lease(self.spec, report) as loaded:
            yield from reader.many(Asked(loaded, self.spec.name, self.limits.seconds, report), pairs, top_k)

    @property
    def has_reasons(self) -> bool:
        """Whether the words that raised an answer can be measured."""
        return READERS[self.spec.head].reasons


def _stream_spans(asked: Asked, question: str, context: str, top_k: int) -> Iterator[Answers]:
    """The best spans so far after each batch of windows."""
    elapsed, pause = stopwatch(), stopwatch()
    calibration = Calibration.of(asked.loaded.model.info)
    encoded = windows.encode(asked.loaded.tokenizer, question, context)
    readings: list[Reading] = []
    for batch in windows.batches(likely_first(question, context, encoded.windows)):
        readings += windows.read(asked.loaded.model, batch, top_k, calibration.temperature)
        over = len(readings) == len(encoded.windows) or elapsed() > asked.seconds
        if over or not readings[1:] or pause() > PAUSE:
            yield combined(context, encoded, readings, top_k, calibration, _run(asked, encoded, elapsed()))
            pause = stopwatch()
        if over:
            return


def _many_spans(asked: Asked, pairs: Sequence[tuple[str, str]], top_k: int) -> Iterator[list[Answers]]:
    """The best spans of many pairs, whose windows share batches."""
    calibration = Calibration.of(asked.loaded.model.info)
    for first in range(0, len(pairs), GROUP):
        elapsed = stopwatch()
        group = pairs[first : first + GROUP]
        encoded = [windows.encode(asked.loaded.tokenizer, *pair, job=job) for job, pair in enumerate(group)]
        readings: dict[int, list[Reading]] = defaultdict(list)
        for batch in windows.batches([window for one in encoded for window in one.windows]):
            for found in windows.read(asked.loaded.model, batch, top_k, calibration.temperature):
                readings[found.job].append(found)
        runs = [_run(asked, one, elapsed() / len(group)) for one in encoded]
        yield [
            combined(context, encoded[job], readings[job], top_k, calibration, runs[job])
            for job, (_, context) in enumerate(group)
        ]


@dataclass(frozen=True)
class Reader:
    """How models of one kind answer one question, and many; `reasons` is whether their words can be measured."""

    stream: Callable[[Asked, str, str, int], Iterator[Answers]]
    many: Callable[[Asked, Sequence[tuple[str, str]], int], Iterator[list[Answers]]]
    reasons: bool


READERS: Mapping[Head, Reader] = {
    "question-answering": Reader(_stream_spans, _many_spans, reasons=True),
    "causal-lm": Reader(generalist.stream, generalist.many, reasons=False),
}


def _run(asked: Asked, encoded: Encoded, seconds: float) -> Run:
    return Run(asked.model, asked.loaded.device, encoded.tokens, encoded.dropped, seconds, asked.loaded.engine)
