"""Another word in a translation: what else could stand there, and the rest of its sentence written anew.

The network that serves gives no probabilities, so that its copy in torch reads the sentence again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.engines import codec
from models.engines.spelling import TYPOGRAPHY
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import InputError
from models.runtime.placing import placed
from models.runtime.progress import Report, ignore
from models.tasks.translation.adapter import Translator
from models.tasks.translation.translated import Translation
from models.text.alignment import words
from models.text.paragraphs import on_one_line, unwrapped
from models.text.sentences import Span

if TYPE_CHECKING:
    from models.engines.torch.student import Student

RIVALS = 6
# Tokens that a word has at most, and the sign before the first one.
LONGEST, FIRST = 12, "\N{LOWER ONE EIGHTH BLOCK}"


@dataclass(frozen=True)
class Place:
    """Word `word` of sentence `sentence` of a translation, both from 0."""

    sentence: int
    word: int


@dataclass(frozen=True)
class OtherWord:
    """A word that could stand at a place: its tokens, and the probability (0 to 1) of the first of them there."""

    text: str
    tokens: tuple[int, ...]
    probability: float


@dataclass(frozen=True)
class Rewriter:
    """Writes with the copy in torch of the model of `translator`."""

    translator: Translator

    @property
    def cache(self) -> ModelCache:
        """Where the model is."""
        return self.translator.cache

    def check_model(self) -> None:
        """Raise InputError where the model has no such view."""
        if self.translator.spec.head != "translation":
            raise InputError(
                "model",
                f"{self.translator.spec.name} takes no other word: what else it could have written is not known. "
                "The Firefox models do.",
            )

    def check(self, found: Translation, place: Place) -> Span:
        """Where the word is in the text of `found`. Raises InputError where there is none, or the model has no view."""
        self.check_model()
        sentences = found.sentences
        if not 0 <= place.sentence < len(sentences):
            raise InputError("word", "There is no such sentence in the translation.")
        target = sentences[place.sentence].target
        there = words(target.of(found.text))
        if not 0 <= place.word < len(there):
            raise InputError("word", "There is no such word in the translation.")
        return Span(target.start + there[place.word].start, target.start + there[place.word].end)

    @placed
    def others(self, found: Translation, place: Place, report: Report = ignore) -> tuple[OtherWord, ...]:
        """What else could stand at `place`, the likeliest first, without the word that stands there."""
        here = self.check(found, place).of(found.text)
        with self._read(found, place, report) as (loaded, source, before):
            student: Student = loaded.model
            probabilities = student.choices(source.ids, before)
            made: dict[str, OtherWord] = {}
            for token in probabilities.topk(RIVALS + 2).indices.tolist():
                if token == codec.END:
                    continue
                tokens = _word(loaded, [*student.continued(source.ids, [*before, token]).ids], len(before))
                text = str(loaded.tokenizer.decode(tokens)).strip()
                if text and text != here:
                    made.setdefault(text, OtherWord(text, tuple(tokens), float(probabilities[token])))
            return tuple(made.values())[:RIVALS]

    @placed
    def rewritten(self, found: Translation, place: Place, other: OtherWord, report: Report = ignore) -> Translation:
        """`found` with `other` at `place`, and the rest of that sentence written anew."""
        self.check(found, place)
        with self._read(found, place, report) as (loaded, source, before):
            output = loaded.model.continued(source.ids, [*before, *other.tokens])
            written = codec.write(loaded.tokenizer, source, output.ids, output.alignment, output.finished)
            return found.with_sentence(place.sentence, written)

    @contextmanager
    def _read(
        self, found: Translation, place: Place, report: Report
    ) -> Iterator[tuple[Loaded, codec.Source, list[int]]]:
        """The model, the sentence as it reads it, and the tokens that stand before the word in the translation."""
        at, sentence = self.check(found, place), found.sentences[place.sentence]
        with self.cache.lease(self.translator.spec.with_attention(), report) as loaded:
            # Where the text is wrapped or quoted, the network read and wrote the sentence on one line.
            source = codec.read(loaded.tokenizer, sentence.source.of(unwrapped(found.source)))
            target = on_one_line(sentence.target.of(found.text)).translate(TYPOGRAPHY)
            encoded: Any = loaded.tokenizer.encode(target, return_type="offset_mapping")
            word = len(on_one_line(found.text[sentence.target.start : at.end])) - (at.end - at.start)
            pairs = zip(encoded["ids"], encoded["offsets"], strict=True)
            before = [token for token, (_, end) in pairs if end <= word]
            yield loaded, source, before


def _word(loaded: Loaded, ids: list[int], start: int) -> list[int]:
    """The tokens from `start` on that make up one word."""
    end = start + 1
    while end < min(len(ids), start + LONGEST) and not _begins(loaded, ids[end]):
        end += 1
    return ids[start:end]


def _begins(loaded: Loaded, token: int) -> bool:
    """Whether a token begins a word, or is no part of one."""
    piece = str(loaded.tokenizer.id_to_piece(token))
    return piece.startswith(FIRST) or not any(map(str.isalnum, piece))
