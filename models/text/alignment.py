"""Converts a network's alignment of subword pieces to an alignment of words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.text.sentences import Span
from models.text.words import stands_alone
from models.text.words import words as letters_of

WEAKEST_LINK = 0.25
WORD = re.compile(r"\S+")
Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Link:
    """Two words that mean the same, as character spans in their texts; `weight` is from 0 to 1."""

    source: Span
    target: Span
    weight: float


@dataclass(frozen=True)
class Piece:
    """A part of a written sentence; `weights` are its attention weights over the source pieces."""

    text: str
    weights: Weights


def words(text: str) -> list[Span]:
    """The words of `text` without the punctuation around them; a lone sign counts as a word.

    In scripts without spaces (Chinese, Japanese) each character is a word.
    """
    spans = []
    for chunk in WORD.finditer(text):
        # Most words: their characters need not be checked.
        if chunk[0].isascii() and chunk[0].isalnum():
            spans.append(Span(*chunk.span()))
            continue
        if any(map(stands_alone, chunk[0])):
            letters = [Span(chunk.start() + word.start, chunk.start() + word.end) for word in letters_of(chunk[0])]
            spans += [letter for letter in letters if any(map(str.isalnum, letter.of(text)))]
            continue
        inside = [i for i in range(*chunk.span()) if text[i].isalnum()]
        spans.append(Span(inside[0], inside[-1] + 1) if inside else Span(*chunk.span()))
    return spans


def links(source: str, source_pieces: Sequence[tuple[int, int]], target: str, pieces: Sequence[Piece]) -> list[Link]:
    """Align the words of `target`, the text of `pieces`, with the words of `source`.

    A target word's weight on a source word is the sum over that word's pieces, averaged over its own.
    """
    if not pieces:
        return []
    ends = np.cumsum([len(piece.text) for piece in pieces]).tolist()
    target_words, source_words = words(target), words(source)
    rows = _overlaps(target_words, list(pairwise([0, *ends])))
    columns = _overlaps(source_words, source_pieces)
    shares = rows / np.maximum(rows.sum(1, keepdims=True), 1)
    weights = shares @ np.stack([piece.weights for piece in pieces]) @ columns.T
    return [
        Link(source_words[s], target_words[t], float(min(1.0, weights[t, s])))
        for t, s in np.argwhere(weights >= WEAKEST_LINK)
    ]


def _overlaps(spans: Sequence[Span], pieces: Sequence[tuple[int, int]]) -> Weights:
    """1 where a span (row) shares characters with a piece (column), else 0."""
    starts, ends = np.array(pieces).reshape(-1, 2).T
    first = np.array([span.start for span in spans])[:, None]
    last = np.array([span.end for span in spans])[:, None]
    shared: Weights = (np.minimum(ends, last) > np.maximum(starts, first)).astype(np.float32)
    return shared
