"""From the alignment of pieces to that of words."""

import numpy as np
import pytest

from models.text.alignment import Piece, links, words

SOURCE = "I like tea"
OFFSETS = [(0, 1), (1, 6), (6, 8), (8, 10), (10, 10)]


def piece(text: str, *weights: float) -> Piece:
    """A written piece and what it looked at."""
    return Piece(text, np.array(weights, np.float32))


def test_words_leave_punctuation_out() -> None:
    """Hyphens and apostrophes inside stay, quotes and stops around do not; a lone sign is a word."""
    text = "(«It's» COVID-19), — e\u0301t\u00e9! 🎉"
    assert [word.of(text) for word in words(text)] == ["It's", "COVID-19", "—", "e\u0301té", "🎉"]


def test_links_join_pieces_into_words() -> None:
    """A word's weight is the sum over the source word's pieces, averaged over its own; weak links are left out."""
    written = [piece("Gos", 0.1, 0.8, 0, 0, 0.1), piece("to", 0.3, 0.6, 0.1, 0, 0), piece(" chá.", 0, 0, 0.5, 0.4, 0.1)]
    found = links(SOURCE, OFFSETS, "Gosto chá.", written)
    assert [(link.source.of(SOURCE), link.target.of("Gosto chá.")) for link in found] == [
        ("like", "Gosto"),
        ("tea", "chá"),
    ]
    assert [link.weight for link in found] == [pytest.approx(0.7), pytest.approx(0.9)]
