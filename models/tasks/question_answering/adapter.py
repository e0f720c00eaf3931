"""Answers as places in the visitor's own text, or the word that it has none."""

import math
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from models.catalog.choice import Choice
from models.engines.base import EncoderInfo
from models.explain.attribution import Reasons
from models.runtime.limits import check_text, check_whole
from models.runtime.memory import retried
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import Head
from models.tasks.question_answering import generalist, windows
from models.tasks.question_answering.likely import likely_first
from models.tasks.question_answering.results import Answer, Answers, Asked
from models.tasks.question_answering.windows import Encoded, Reading
from models.text.sentences import Span, stripped

MOST_ANSWERS = 10
GROUP = 256
# Between two results of a stream, in seconds: the answers so far take longer to put together the more was read.
PAUSE = 0.3
JOINERS = "\u200d\ufe0e\ufe0f"


@dataclass(frozen=True)
class Calibration:
    """How logits become probabilities, fitted when the adapter was trained and kept in its `calibration.json`.

    No answer has the probability sigmoid(scale * (threshold - margin)), the margin being the best span's logit
    above the null answer's; the spans share the rest by a softmax at `temperature`.
    """

    scale: float = 1.0
    threshold: float = 0.0
    temperature: float = 1.0

    @staticmethod
    def of(info: EncoderInfo) -> "Calibration":
        """The calibration that came with the encoder's adapter, or none."""
        return Calibration(**info.calibration)

    def no_answer(self, margin: float) -> float:
        """The probability that there is no answer, where the best span has `margin`."""
        return 1 / (1 + math.exp(max(-500.0, min(500.0, self.scale * (margin - self.threshold)))))


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
            yield _answers(context, encoded, readings, top_k, calibration, _run(asked, encoded, elapsed()))
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
            _answers(context, encoded[job], readings[job], top_k, calibration, runs[job])
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


def _answers(
    context: str, encoded: Encoded, readings: list[Reading], top_k: int, calibration: Calibration, run: Run
) -> Answers:
    spans = sorted(((s, r.place) for r in readings for s in r.spans), key=lambda pair: -pair[0].margin)
    best: dict[tuple[int, int], list[float]] = {}
    windows: dict[tuple[int, int], tuple[int, int]] = {}
    for span, window in spans:
        # Some tokenizers have white space as a token of its own.
        inner = stripped(context, span.start, span.end)
        place = whole_characters(context, inner.start, inner.end)
        if any(character.isalnum() for character in context[slice(*place)]):
            overlapped = next((p for p in best if place[0] < p[1] and p[0] < place[1]), place)
            best.setdefault(overlapped, []).append(span.log_mass)
            windows.setdefault(overlapped, window)
    if not best:
        return Answers((), 1.0, -math.inf, len(readings), len(encoded.windows), run)
    margin = spans[0][0].margin
    no_answer = calibration.no_answer(margin)
    total = _log_sum([reading.log_mass for reading in readings])
    shares = [(place, min(1.0, math.exp(_log_sum(masses) - total))) for place, masses in best.items()]
    answers = [Answer(context[start:end], start, end, (1 - no_answer) * share) for (start, end), share in shares]
    answers.sort(key=lambda answer: -answer.score)
    window = windows[answers[0].start, answers[0].end]
    return Answers(tuple(answers[:top_k]), no_answer, margin, len(readings), len(encoded.windows), run, window)


def _log_sum(logs: list[float]) -> float:
    """The logarithm of the sum of what `logs` are the logarithms of."""
    top = max(logs)
    return top + math.log(sum(math.exp(one - top) for one in logs))


def whole_characters(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span so that it cuts no accent or emoji in two: BERT's tokens leave combining marks out."""

    def continues(index: int) -> bool:
        return 0 < index < len(text) and (
            unicodedata.category(text[index])[0] == "M"
            or text[index] in JOINERS
            or "\U0001f3fb" <= text[index] <= "\U0001f3ff"
            or text[index - 1] == "\u200d"
        )

    while continues(start):
        start -= 1
    while continues(end):
        end += 1
    return start, end
