"""Negative, neutral or positive: for the text, for each sentence, and the words that decided it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial
from typing import Any

from models.catalog.choice import Choice
from models.catalog.classes import Classes, sentiment_classes
from models.explain.attribution import Gradients, Word
from models.runtime.arrays import softmax
from models.runtime.batching import batches
from models.runtime.cache import Loaded
from models.runtime.limits import check_signs
from models.runtime.memory import retried
from models.runtime.progress import Report, Stage, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.tasks.sentiment.results import MARKED_WORDS, WINDOW_TOKENS, Scores, Sentence, Sentiment
from models.text.emoji import spelled, spelled_out
from models.text.sentences import Span, sentences
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
        with self.cache.lease(self.spec, report) as loaded:
            elapsed = stopwatch()
            parts = _parts(loaded.tokenizer, text)
            between = partial(report, Stage("Running", self.spec.name))
            tokens = [part.tokens for part in parts]
            # Sentences of one window are read in one go too; their mean would miss what links them.
            together = len(parts) > 1 and sum(tokens) <= WINDOW_TOKENS
            read = [part.place.of(text) for part in parts]
            scores = _all(loaded, [*read, text] if together else read, between)
            found = tuple(
                Sentence(part.place.start, part.place.end, one) for part, one in zip(parts, scores, strict=False)
            )
            words = [(i, word) for i, part in enumerate(parts) for word in _words_in(text, part.place)]
            run = Run(self.spec.name, loaded.device, sum(tokens), 0, elapsed(), loaded.engine)
            whole = scores[-1] if together else _mean(scores, tokens)
            has_neutral = sentiment_classes(loaded.model.info).neutral is not None
            result = Sentiment(whole, found, (), len(words), run, has_neutral)
            yield result
            del words[MARKED_WORDS:]
            measured: list[Word] = []
            for batch in _classify(loaded, [_without(text, parts[i].place, word) for i, word in words]):
                for index, left in batch:
                    i, word = words[index]
                    measured.append(Word(word.start, word.end, found[i].scores.balance - left.balance))
                marked = tuple(sorted(measured, key=lambda word: word.start))
                yield replace(result, words=marked, run=replace(run, seconds=elapsed()))

    @retried
    def gradients(self, text: str, found: Sentiment, report: Report = ignore) -> Iterator[Gradients]:
        """A second measure of the words that `found` has measured in `text`, by integrated gradients.

        More words after each sentence, each better with every round; closing the generator ends the work.
        """
        from models.tasks.sentiment.attribution import gradients

        with self.cache.lease(self.spec.with_attention(), report) as loaded:
            elapsed = stopwatch()
            for newest in gradients(loaded, text, found):
                yield replace(newest, run=replace(found.run, seconds=elapsed()))

    def many(self, texts: Sequence[str], report: Report = ignore) -> list[Scores]:
        """The probabilities of many texts, in their order, as a stream's first result has them. Raises InputError."""
        for text in texts:
            self.check(text)
        with self.cache.lease(self.spec, report) as loaded:
            between = partial(report, Stage("Running", self.spec.name))
            ids = _ids(loaded.tokenizer, texts) if texts else []
            parts = {i: _parts(loaded.tokenizer, texts[i]) for i, row in enumerate(ids) if len(row) > WINDOW_TOKENS}
            read = [[p.place.of(text) for p in parts[i]] if i in parts else [text] for i, text in enumerate(texts)]
            scores = iter(_all(loaded, [piece for pieces in read for piece in pieces], between))
            found = [[next(scores) for _ in pieces] for pieces in read]
            return [_mean(own, [p.tokens for p in parts[i]]) if i in parts else own[0] for i, own in enumerate(found)]


def _parts(tokenizer: Any, text: str) -> list[_Part]:
    """The sentences of `text`, those longer than a window cut before a word, or anywhere where it has none."""
    found = []
    for sentence in sentences(text):
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


def _words_in(text: str, place: Span) -> list[Span]:
    return [Span(place.start + word.start, place.start + word.end) for word in words_of(place.of(text))]


def _without(text: str, place: Span, word: Span) -> str:
    return f"{text[place.start : word.start]} {text[word.end : place.end]}"


def _mean(scores: Sequence[Scores], weights: Sequence[int]) -> Scores:
    total = sum(weights)
    rows = [astuple(one) for one in scores]
    return Scores(*(sum(w * row[i] for w, row in zip(weights, rows, strict=True)) / total for i in range(3)))


def _all(loaded: Loaded, texts: Sequence[str], between: Callable[[], None]) -> list[Scores]:
    """The scores of all `texts`; `between` is called after each batch, and may end the work by raising."""
    found: dict[int, Scores] = {}
    for batch in _classify(loaded, texts):
        found.update(batch)
        between()
    return [found[i] for i in range(len(texts))]


def _classify(loaded: Loaded, texts: Sequence[str]) -> Iterator[list[tuple[int, Scores]]]:
    """The scores of `texts` with their indices, in batches of similar lengths; what exceeds a window is cut."""
    if not texts:
        return
    first, last, order = (
        loaded.tokenizer.cls_token_id,
        loaded.tokenizer.sep_token_id,
        sentiment_classes(loaded.model.info),
    )
    encoded = _ids(loaded.tokenizer, texts)
    rows = [[first, *ids[:WINDOW_TOKENS], last] for ids in encoded]
    for indices in batches([len(row) for row in rows]):
        [logits] = loaded.model([rows[i] for i in indices])
        yield [(i, _scores(order, row)) for i, row in zip(indices, softmax(logits).tolist(), strict=True)]


def _ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """The tokens of `texts`, in which emoji, emoticons and ratings are spelled out."""
    found: list[list[int]] = tokenizer([spelled_out(text) for text in texts], add_special_tokens=False, verbose=False)[
        "input_ids"
    ]
    return found


def _scores(classes: Classes, probabilities: Sequence[float]) -> Scores:
    """The probabilities of a model's outputs as those of the classes; a class that the model lacks has none."""
    neutral = 0.0 if classes.neutral is None else probabilities[classes.neutral]
    return Scores(probabilities[classes.negative], neutral, probabilities[classes.positive])
