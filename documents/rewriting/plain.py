"""Plain text in another language: its lines, blank ones and indents stay."""

import re
from collections.abc import Sequence

from documents.rewriting.passage import Laid, Part, Passage
from documents.rewriting.splicing import Source, Written, source_of, spliced

# Lines up to a blank one, as many as have about so many characters: short enough for one request of the translator.
LENGTH = 2_000
BLOCK = re.compile(r"(?:[^\S\r\n]*\S[^\r\n]*(?:\r\n?|\n|\Z))+")
LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")


def passages(data: bytes) -> list[Passage]:
    """The blocks of lines that hold words."""
    source = source_of(data)
    return [Passage((Part(source.text[start:end]),)) for start, end in _stretches(source)]


def rewritten(data: bytes, laid: Sequence[Laid]) -> Written:
    """The text with each of its blocks as `laid` says."""
    source = source_of(data)
    changes = zip(_stretches(source), laid, strict=True)
    return source.encoded(spliced(source.text, ((*at, "".join(text for _, text in new)) for at, new in changes)))


def _stretches(source: Source) -> list[tuple[int, int]]:
    """Where the blocks begin and end, less the white space around them."""
    found = []
    for block in BLOCK.finditer(source.text):
        start = end = block.start()
        for line in LINE.finditer(source.text, *block.span()):
            if end > start and line.end() - start > LENGTH:
                found.append((start, end))
                start = line.start()
            end = line.end()
        found.append((start, end))
    return [
        (start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip()))
        for start, end in found
        if any(map(str.isalpha, text := source.text[start:end]))
    ]
