"""Translations without a model: each word in capitals, in its place or in the opposite order, with its links."""

import re
from collections.abc import Generator, Sequence

from models.runtime.provenance import Run
from models.tasks.translation.translated import Sentence, Translation
from models.text.alignment import Link
from models.text.sentences import Span

RUN = Run("Capitals", "cpu", 0, 0, 0.0)
WORD = re.compile(r"\w+(?:['’-]\w+)*")


def capitals(text: str) -> Translation:
    """`text` in capitals; each word is linked to itself."""
    links = tuple(Link(Span(*word.span()), Span(*word.span()), 1.0) for word in WORD.finditer(text))
    whole = Span(0, len(text))
    return Translation(text, text.upper(), (Sentence(whole, whole, links),), RUN)


def backwards(text: str) -> Translation:
    """The words of `text` in the opposite order, in capitals, with its own signs between them."""
    found = list(WORD.finditer(text))
    made, at, links = "", 0, []
    for place, word in zip(found, reversed(found), strict=True):
        made += text[at : place.start()]
        links.append(Link(Span(*word.span()), Span(len(made), len(made) + len(word[0])), 1.0))
        made += word[0].upper()
        at = place.end()
    made += text[at:]
    return Translation(text, made, (Sentence(Span(0, len(text)), Span(0, len(made)), tuple(links)),), RUN)


def unlinked(text: str) -> Translation:
    """`text` in capitals, with no word linked."""
    return Translation(text, text.upper(), (), RUN)


def in_capitals(texts: Sequence[str]) -> Generator[Translation, None, None]:
    """What `documents.translating` takes."""
    yield from map(capitals, texts)
