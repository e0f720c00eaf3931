"""Cuts a text into the windows in which a language model looks for an answer."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from models.runtime.cache import Loaded
from models.text.segments import windows
from models.text.sentences import Span, in_lines

WINDOW_TOKENS = 600


def passages(loaded: Loaded, context: str) -> list[tuple[Span, int]]:
    """Sentences of `context` in windows that overlap by one, with how many tokens each has.

    A sentence that is longer than a window, such as a paragraph in a script without full stops, is cut.
    """
    parts = [part for span in in_lines(context) for part in _parts(loaded.tokenizer, context, span)]
    spans, sizes = [place for place, _ in parts], [size for _, size in parts]
    found: list[tuple[Span, int]] = []
    first = 0
    while first < len(spans):
        last, size = first + 1, sizes[first]
        while last < len(spans) and size + sizes[last] <= WINDOW_TOKENS:
            size += sizes[last]
            last += 1
        found.append((Span(spans[first].start, spans[last - 1].end), size))
        first = last if last == len(spans) else max(last - 1, first + 1)
    return found


def _parts(tokenizer: Any, context: str, sentence: Span) -> Iterator[tuple[Span, int]]:
    """`sentence` in parts of at most `WINDOW_TOKENS` tokens, with how many each has."""
    text = sentence.of(context)
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    starts = [start for start, _ in encoded["offset_mapping"]]
    for part in windows(text, encoded["offset_mapping"], WINDOW_TOKENS):
        size = bisect_left(starts, part.end) - bisect_left(starts, part.start)
        yield Span(sentence.start + part.start, sentence.start + part.end), max(1, size)
