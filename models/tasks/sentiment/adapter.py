"""Negative, neutral or positive: for the text, for each sentence, and the words that decided it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from models.catalog.choice import Choice
from models.explain.attribution import Gradients, Word
from models.runtime.cache import Loaded
from models.runtime.limits import check_signs
from models.runtime.memory import retried
from models.runtime.placing import placed
from models.runtime.progress import Report, Stage, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.tasks.sentiment.classify import READERS, Reader, token_ids
from models.tasks.sentiment.evidence import by_evidence
from models.tasks.sentiment.results import WINDOW_TOKENS, Scores, Sentence, Sentiment
from models.text.emoji import spelled
from models.text.paragraphs import unwrapped
from models.text.sentences import Span, in_lines
from models.text.words import joined
from models.text.words import words as words_of


@dataclass(frozen=True)
class _Part:
    """A sentence, or the piece of a long one, that fits into a window; `tokens` is its length."""

    place: Span
    tokens: int


@dataclass(frozen=True)
class SentimentReader(Choice):
    """Sentiment with one model."""

    def check(self, text: object) -> None:
        """Raise InputError where `text` cannot be used."""
        check_signs(text, "text", self.limits.text)

    def __call__(self, text: str, report: Report = ignore) -> Sentiment:
        """The sentiment of `text`. Raises InputError."""
        return last(self.stream(text, report), self.spec.name, report)

    @retried
    def stream(self, text: str, report: Report = ignore) -> Iterator[Sentiment]:
        """First the probabilities, then the words as they are measured; closing the generator ends the work.

        A word is measured by occlusion (Zeiler and Fergus 2014): its sentence is read again without it.
        """
        self.check(text)
        text = unwrapped(text)
        with self.cache.lease(self.spec, report) as loaded:
            elapsed = stopwatch()
            parts = _parts(loaded.tokenizer, text)
            between = partial(report, Stage("Running", self.spec.name))
            tokens = [part.tokens for part in parts]
            # Sentences of one window are read in one go too; one by one they lack what links them.
            together = len(parts) > 1 and sum(tokens) <= WINDOW_TOKENS
            read = [part.place.of(text) for part in parts]
            reader = READERS[self.spec.head]
            scores = _all(reader, loaded, [*read, text] if together else read, between)
            found = tuple(
                Sentence(part.place.start, part.place.end, one) for part, one in zip(parts, scores, strict=False)
            )
            words = [
                (i, word) for i, part in enumerate(parts) for word in _words_in(loaded.tokenizer, text, part.place)
            ]
            run = Run(self.spec.name, loaded.device, sum(tokens), 0, elapsed(), loaded.engine)
            whole = scores[-1] if together else by_evidence(scores, tokens)
            to_measure = min(len(words), reader.marked_words)
            result = Sentiment(whole, found, (), len(words), to_measure, run, reader.has_neutral(loaded))
            yield result
            del words[to_measure:]
            measured: list[Word] = []
            for batch in reader.classify(loaded, [_without(text, parts[i].place, word) for i, word in words]):
                for index, left in batch:
                    i, word = words[index]
                    measured.append(Word(word.start, word.end, found[i].scores.balance - left.balance))
                marked = tuple(sorted(measured, key=lambda word: word.start))
                yield replace(result, words=marked, run=replace(run, seconds=elapsed()))

    @retried
    def gradients(self, text: str, found: Sentiment, report: Report = ignore) -> Iterator[Gradients]:
        """A second measure of the words that `found` has measured in `text`, by integrated gradients.

        More words after each sentence, each better with every round; nothing where the model `has_gradients` not.
        Closing the generator ends the work.
        """
        if not self.has_gradients:
            return
        from models.tasks.sentiment.attribution import gradients

        with self.cache.lease(self.spec.with_attention(), report) as loaded:
            elapsed = stopwatch()
            for newest in gradients(loaded, unwrapped(text), found):
                yield replace(newest, run=replace(found.run, seconds=elapsed()))

    @property
    def has_gradients(self) -> bool:
        """Whether the words can be measured by gradients too."""
        return READERS[self.spec.head].gradients

    @placed
    def many(self, texts: Sequence[str], report: Report = ignore) -> list[Scores]:
        """The probabilities of many texts, in their order, as a stream's first result has them. Raises InputError."""
        for text in texts:
            self.check(text)
        texts = [unwrapped(text) for text in texts]
        with self.cache.lease(self.spec, report) as loaded:
            between = partial(report, Stage("Running", self.spec.name))
            ids = token_ids(loaded.tokenizer, texts) if texts else []
            parts = {i: _parts(loaded.tokenizer, texts[i]) for i, row in enumerate(ids) if len(row) > WINDOW_TOKENS}
            read = [[p.place.of(text) for p in parts[i]] if i in parts else [text] for i, text in enumerate(texts)]
            scores = iter(
                _all(READERS[self.spec.head], loaded, [piece for pieces in read for piece in pieces], between)
            )
            found = [[next(scores) for _ in each] for each in read]
            return [
                by_evidence(own, [p.tokens for p in parts[i]]) if i in parts else own[0] for i, own in enumerate(found)
            ]


def _parts(tokenizer: Any, text: str) -> list[_Part]:
    """The sentences of `text`, which is unwrapped.

    Those longer than a window are cut before a word, or anywhere where they have none.
    """
    found = []
    for sentence in in_lines(text):
        # Without truncation: that would change the state of a tokenizer which threads share.
        read = spelled(sentence.of(text))
        encoded = tokenizer(read.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        places = [read.back(start, end) for start, end in encoded["offset_mapping"]]
        pieces = [(sentence.start + start, sentence.start + end) for start, end in places]
        first, start = 0, sentence.start
        while first < len(pieces):
            last = min(first + WINDOW_TOKENS, len(pieces))
            breaks = [i for i in range(first + 1, last) if pieces[i][0] > pieces[i - 1][1]]
            if last < len(pieces) and breaks:
                last = breaks[-1]
            end = pieces[last - 1][1] if last < len(pieces) else sentence.end
            found.append(_Part(Span(start, end), last - first))
            first, start = last, pieces[last][0] if last < len(pieces) else end
    return found


def _words_in(tokenizer: Any, text: str, place: Span) -> list[Span]:
    part = place.of(text)
    pieces = tokenizer(part, add_special_tokens=False, return_offsets_mapping=True, verbose=False)["offset_mapping"]
    found = joined(words_of(part), part, pieces)
    return [Span(place.start + word.start, place.start + word.end) for word in found]


def _without(text: str, place: Span, word: Span) -> str:
    return f"{text[place.start : word.start]} {text[word.end : place.end]}"


def _all(reader: Reader, loaded: Loaded, texts: Sequence[str], between: Callable[[], None]) -> list[Scores]:
    """The scores of all `texts`; `between` is called after each batch, and may end the work by raising."""
    found: dict[int, Scores] = {}
    for batch in reader.classify(loaded, texts):
        found.update(batch)
        between()
    return [found[i] for i in range(len(texts))]
