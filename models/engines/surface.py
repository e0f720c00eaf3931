"""Corrects what a translation network writes at the surface: notes behind lone names, doubled words, ordinals."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from models.engines.spelling import ARTICLE, CRY, is_cry, is_word, lone_capitals
from models.text.alignment import Piece

# What the network adds to lone names, as an encyclopedia does to its links.
NOTE = re.compile(r"(?<=\.) \((?:em inglês|in English)\)\.?| ?\((?:em inglês|in English)\)")
# 1º has no sign in the network's vocabulary; it writes 1o.
ORDINAL = re.compile(r"\d(?:st|nd|rd|th|º|ª)(?!\w)")
LETTERED = re.compile(r"(?<![\w.,])\d{1,3}[oa](?!\w)")
FIRST_PERSON = re.compile(r"I\b")
ONE_OR_TWO = re.compile(r"\w+(?:[ '’-]\w+)?")
# 10-20 and 12-B, between which it writes blanks.
HYPHENED = re.compile(r"\w*\d\w*(?:-\w+)+|\w+(?:-\w*\d\w*)+")
# Of several marks at a sentence's end it writes one, or none; in full stops it ends some cries.
ENDING, FINAL = re.compile(r"[!?]{2,}$"), re.compile(r"[!?.…,]*$")
# A letter that it writes in place of what it did not read.
STRAY = re.compile(r"(?<![\w'’])s(?!\w)")
# Of these it writes the plainest: quotation marks, dashes between blanks, dashes between numbers, ellipses.
TYPESET = tuple(map(re.compile, (r"[\"“”„«»]", r"(?<!\S)[-–—−](?!\S)", r"(?<=\d)[-–—](?=\d)", r"…|\.\.\.")))
# What it makes of some single words.
DOUBLED = re.compile(r"(\w{3,})\W+\1", re.IGNORECASE)


def corrected(source: str, pieces: list[Piece], marked: bool = False) -> list[Piece]:
    """`pieces`, a translation of `source`, less what it does not have, and with the signs of ordinals.

    `source` is `marked` where it was read with a full stop that it does not have.
    """
    pieces = _typeset(source, pieces)
    if ORDINAL.search(source):
        pieces = _with_ordinals(pieces)
    if "(" not in source:
        pieces = _without_note(pieces)
    pieces = _with_hyphens(source, pieces)
    last = pieces[-1]
    cry = CRY.fullmatch(source)
    if ending := cry["marks"] if cry else "".join(ENDING.findall(source)):
        pieces = _up_to(pieces, FINAL.search(_text(pieces)).start())  # type: ignore[union-attr]
    if cry or is_word(source):
        pieces = _of_a_word(pieces, cry["word"] if cry else source, marked, cry is not None)
    return [*pieces, Piece(ending, last.weights)] if ending else pieces


def _of_a_word(pieces: list[Piece], word: str, marked: bool, cried: bool) -> list[Piece]:
    """`pieces`, a translation of one `word`, less articles, doubled words and the full stop it was read with.

    Of a word that is `cried` out it has the case.
    """
    if marked and _text(pieces).endswith("."):
        pieces = _up_to(pieces, len(_text(pieces)) - 1)
    if (doubled := DOUBLED.fullmatch(_text(pieces))) is not None:
        pieces = _up_to(pieces, doubled.end(1))
    article = ARTICLE.match(_text(pieces))
    if article and not (cried and " " in _text(pieces)[article.end() :]):
        pieces = _without(pieces, *article.span())
    if not pieces:
        return pieces
    first, rest = pieces[0].text[:1], pieces[0].text[1:]
    if cried and word.isupper():
        return [replace(piece, text=piece.text.upper()) for piece in pieces]
    if word[0].islower() and (marked or cried) and not FIRST_PERSON.match(_text(pieces)):
        return [replace(pieces[0], text=first.lower() + rest), *pieces[1:]]
    return [replace(pieces[0], text=first.upper() + rest), *pieces[1:]] if cried and word[0].isupper() else pieces


def _typeset(source: str, pieces: list[Piece]) -> list[Piece]:
    """`pieces` with the quotation marks, dashes and ellipses of `source`, where both have as many of a kind."""
    for kind in TYPESET:
        forms, places = kind.findall(source), list(kind.finditer(_text(pieces)))
        if len(forms) == len(places):
            for form, place in zip(reversed(forms), reversed(places), strict=True):
                pieces = _changed(pieces, *place.span(), form)
    return pieces


def stray_letters(source: str, text: str) -> int:
    """How many more plurals of nothing `text`, a translation of `source`, has."""
    return max(0, len(STRAY.findall(text)) - len(STRAY.findall(source)))


def is_doubtful(source: str, text: str) -> bool:
    """Whether `text` may be no translation of a lone word: more than two words, or the word itself.

    A word in capitals may have signs around it. A name begins with a capital, and stays.
    """
    if lone_capitals(source) and source.casefold() in text.casefold():
        return True
    if (lone_capitals(source) or is_cry(source)) and len(text.split()) > len(source.split()) + 1:
        return True
    return is_word(source) and (ONE_OR_TWO.fullmatch(text) is None or (source.islower() and source == text.lower()))


def _up_to(pieces: list[Piece], end: int) -> list[Piece]:
    """`pieces` less what is behind the first `end` characters."""
    found = []
    for piece in pieces:
        found.append(replace(piece, text=piece.text[:end]))
        end -= len(found[-1].text)
    return [piece for piece in found if piece.text]


def _with_ordinals(pieces: list[Piece]) -> list[Piece]:
    """The sign of an ordinal has the length of its letter."""
    text = LETTERED.sub(lambda match: match[0][:-1] + {"o": "º", "a": "ª"}[match[0][-1]], _text(pieces))
    ends = accumulate(len(piece.text) for piece in pieces)
    return [replace(piece, text=text[end - len(piece.text) : end]) for piece, end in zip(pieces, ends, strict=True)]


def _with_hyphens(source: str, pieces: list[Piece]) -> list[Piece]:
    """`pieces` without the blanks around the hyphens of numbers."""
    for joined in HYPHENED.finditer(source):
        pattern = re.escape(joined[0]).replace(r"\-", "( *)-( *)")
        found = re.search(pattern, _text(pieces))
        for group in range(found.re.groups if found else 0, 0, -1):
            pieces = _without(pieces, *found.span(group))  # type: ignore[union-attr]
    return pieces


def _without_note(pieces: list[Piece]) -> list[Piece]:
    note = NOTE.search(_text(pieces))
    if note is None:
        return pieces
    return _without(pieces, *note.span())


def _without(pieces: Sequence[Piece], start: int, end: int) -> list[Piece]:
    """`pieces` less the characters `start` to `end` of their text."""
    return _changed(pieces, start, end, "")


def _changed(pieces: Sequence[Piece], start: int, end: int, text: str) -> list[Piece]:
    """`pieces` with `text` in place of the characters `start` to `end` of theirs."""
    found, at = [], 0
    for piece in pieces:
        first, last = max(0, start - at), max(0, end - at)
        new = text if 0 <= start - at < len(piece.text) else ""
        found.append(Piece(piece.text[:first] + new + piece.text[last:], piece.weights))
        at += len(piece.text)
    return [piece for piece in found if piece.text]


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
