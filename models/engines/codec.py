"""Encodes sentences as tokens for the translation network, and decodes its output."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from models.engines.placing import placed
from models.engines.spelling import (
    TYPOGRAPHY,
    UNKNOWN,
    cry_marks,
    lone_capitals,
    lowered,
    nearest_letter,
    shouted,
    small_words,
    stretched,
    with_mark,
)
from models.engines.stand_ins import origin, reading_of, stand_ins, without
from models.engines.surface import corrected, is_doubtful, stray_letters
from models.text.alignment import Link, Piece, Weights, links, words
from models.text.circles import circle, whole_sentences
from models.text.kept import Kept, kept
from models.text.prose import wide

END = 0
ATTEMPTS = 3
# Of "30ºC", which has the sign of an ordinal, the network makes "30oC".
DEGREE = re.compile("º(?=[CF]\\b)")
# Of "3.º", as Portugal writes it, the network makes "3.º" or "3.the"; of "3º" it makes "3rd".
ORDINAL_POINT = re.compile(r"(?<=\w)\.(?=[ºª])")
DOLLARS = re.compile(r"d[oó]l(?:lar|ar)", re.IGNORECASE)
PERCENT = re.compile(r"per ?cent|por cento", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A sentence as the network reads it: `ids` with `</s>` at their end, and the characters each one covers.

    Of the sentence all of `kept` stands in the translation; the network reads the texts `read` for it. `shouted` is
    whether it is read in small letters and written in capitals, `marked` whether a full stop was added to what is read.
    `readable` is whether a word is left to translate.
    """

    text: str
    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    kept: tuple[Kept, ...] = ()
    read: tuple[str, ...] = ()
    shouted: bool = False
    readable: bool = True
    marked: bool = False


@dataclass(frozen=True)
class Written:
    """A translated sentence; the `links` count from its start and from its source's.

    `copied` signs stand as they were; `complete` is False where the length bound ended it, or, with `circles`, because
    it repeated itself. `faults` is how much of what must be kept the network lost, doubled or changed, so that its
    place is a guess. What a model without alignment lost is `lost`: it has no place. `doubtful` is what may be no
    translation of a lone word.
    """

    text: str
    links: tuple[Link, ...]
    copied: int = 0
    complete: bool = True
    faults: int = 0
    circles: bool = False
    lost: tuple[str, ...] = ()
    doubtful: bool = False


def read(tokenizer: Any, text: str, pair: tuple[str, str] | None = None, attempt: int = 0) -> Source:
    """Tokenize `text`; letters that the network does not know become the nearest that it does.

    Between the languages of a `pair` what must be kept stands aside; without one the network reads all. Each further
    `attempt` gives it less to copy, and other stand-ins.
    """
    plain = DEGREE.sub("°", text.translate(TYPOGRAPHY))
    encoded = tokenizer.encode(plain, return_type="offset_mapping")
    strange = {
        c
        for id_, span in zip(encoded["ids"], encoded["offsets"], strict=True)
        if id_ == UNKNOWN
        for c in plain[slice(*span)]
    }
    nearest = {c: near for c in strange if (near := nearest_letter(tokenizer, c)) != c}
    parts = _parts(text, plain, pair, strange - nearest.keys(), attempt) if pair else []
    names = stand_ins(plain, parts, attempt)
    free = without(plain, parts)
    lone = pair is not None and attempt > 0 and len(text.lower()) == len(text) and lone_capitals(text)
    in_capitals = lone or (pair is not None and shouted(free, nearest))
    plain = plain.lower() if lone else lowered(plain, nearest) if in_capitals else "".join(small_words(plain, nearest))
    points = {point.start() for point in ORDINAL_POINT.finditer(plain)}
    left_out = points.union(stretched(tokenizer, text, pair[0]), cry_marks(text, pair[0], attempt)) if pair else set()
    as_read = in_capitals or not lone_capitals(text)
    marked = pair is not None and as_read and with_mark(text, pair[0], attempt)
    if parts or in_capitals or nearest or attempt or left_out or marked:
        reading, origins = reading_of(plain, parts, names, left_out)
        encoded = tokenizer.encode(reading + "." * marked, return_type="offset_mapping")
        origins += [(len(text), len(text))] * marked
        offsets = [origin(origins, *span) for span in encoded["offsets"]]
    else:
        offsets = encoded["offsets"]
    # Of one letter alone the network makes anything.
    letters = [c for c in free if c.isalpha() and (c not in strange or c in nearest)]
    readable = len(letters) > 1 or any(map(wide, letters))
    ids = (*encoded["ids"], END)
    return Source(text, ids, (*offsets, (len(text), len(text))), tuple(parts), names, in_capitals, readable, marked)


def with_token(tokenizer: Any, source: Source, token: str) -> Source:
    """`source` with `token` before it, which covers none of its characters."""
    return replace(source, ids=(tokenizer.piece_to_id(token), *source.ids), offsets=((0, 0), *source.offsets))


def write(tokenizer: Any, source: Source, ids: list[int], weights: Weights, complete: bool) -> Written:
    """The sentence of `ids`; `weights` (target, source) are their attention weights.

    If the network writes no word, the source sentence is returned unchanged. A repetitive translation is cut after its
    last whole sentence, unless its source is repetitive too.
    """
    kept = None if circle(source.ids[:-1]) is not None else circle(ids)
    if circles := kept is not None:
        whole = whole_sentences(tokenizer.decode(ids[:kept]))
        ids = next(ids[:end] for end in range(kept, -1, -1) if len(tokenizer.decode(ids[:end])) <= len(whole))
        weights, complete = weights[: len(ids)], False
    if not ids:
        return copy(source)
    decoded = tokenizer.decode(ids, return_type="offset_mapping")
    spelled = [decoded["text"][slice(*span)] for span in decoded["offsets"]]
    raised: Callable[[str], str] = str.upper if source.shouted else str
    pieces = [Piece(raised(text), row) for text, row in zip(spelled, weights, strict=True)]
    result = placed(
        source.text, source.offsets, source.kept, source.read, corrected(source.text, pieces, source.marked)
    )
    text = "".join(piece.text for piece in result.pieces)
    places = [*source.offsets, *map(_span, source.kept)]
    faults = result.faults + (not complete) + _lost_signs(source, text) + stray_letters(source.text, text)
    found = tuple(links(source.text, places, text, result.pieces))
    return Written(text, found, _copied(source), complete, faults, circles, doubtful=is_doubtful(source.text, text))


def copy(source: Source) -> Written:
    """The unchanged sentence, for one that the network cannot read."""
    return Written(source.text, tuple(Link(word, word, 1.0) for word in words(source.text)), _copied(source))


def _parts(text: str, plain: str, pair: tuple[str, str], strange: set[str], attempt: int) -> list[Kept]:
    """What of `text` is kept, found in `plain` of the same length, but with the visitor's own quotes and dashes."""
    found = kept(plain, pair, strange, attempt > 0)
    return [replace(part, form=part.span.of(text)) if part.form == part.span.of(plain) else part for part in found]


def _copied(source: Source) -> int:
    """How many parts without a numeral have signs or letters that the network does not know."""
    return sum(not part.form.isascii() and not (part.reading or "-")[0].isdigit() for part in source.kept)


def _lost_signs(source: Source, text: str) -> int:
    """How many kinds of the signs that the network knows it has lost; dollars and per cent may be spelled."""
    spelled = ("$" if DOLLARS.search(text) else "") + ("%" if PERCENT.search(text) else "")
    signs = [sign for sign in "$%°" if sign not in spelled]
    return sum(source.text.count(sign) > text.count(sign) for sign in signs) if source.kept else 0


def _span(part: Kept) -> tuple[int, int]:
    return part.span.start, part.span.end
