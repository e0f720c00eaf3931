"""Between a sentence and the pieces that the translation network reads and writes."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.text.alignment import Link, Piece, Weights, links, words
from models.text.kept import Kept, kept
from models.text.placing import placed

END, UNKNOWN = 0, 1
# The network knows straight quotes and hyphens only. One character for one, so that offsets hold.
TYPOGRAPHY = str.maketrans("“”„«»‘’‚–—−", '"""""\'\'\'---')
# What the network reads in place of a name and of a number, by attempt: it copies each nearly always.
STAND_INS = ("X{}", "QX{}", "40{}"), ("40{}", "40{}", "X{}")
ATTEMPTS = 3
DOLLARS = re.compile(r"d[oó]l(?:lar|ar)", re.IGNORECASE)
PERCENT = re.compile(r"per ?cent|por cento", re.IGNORECASE)
STRETCHED = re.compile(r"([^\W\d])\1{2,}")


@dataclass(frozen=True)
class Source:
    """A sentence as the network reads it: `ids` with `</s>` at their end, and the characters each one covers.

    Of the sentence all of `kept` stands in the translation; the network reads the texts `read` for it. `shouted` is
    whether it is read in small letters and written in capitals. `readable` is whether a word is left to translate.
    """

    text: str
    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    kept: tuple[Kept, ...] = ()
    read: tuple[str, ...] = ()
    shouted: bool = False
    readable: bool = True


@dataclass(frozen=True)
class Written:
    """A translated sentence; the `links` count from its start and from its source's.

    `copied` signs stand as they were; `complete` is False where the length bound ended it. `faults` is how much of what
    must be kept the network lost, doubled or changed, so that its place is a guess.
    """

    text: str
    links: tuple[Link, ...]
    copied: int = 0
    complete: bool = True
    faults: int = 0


def read(tokenizer: Any, text: str, pair: tuple[str, str] | None = None, attempt: int = 0) -> Source:
    """Tokenize `text`; letters that the network does not know become the nearest that it does.

    Between the languages of a `pair` what must be kept stands aside; without one the network reads all. Each further
    `attempt` gives it less to copy, and other stand-ins.
    """
    plain = text.translate(TYPOGRAPHY)
    encoded = tokenizer.encode(plain, return_type="offset_mapping")
    strange = {
        c
        for id_, span in zip(encoded["ids"], encoded["offsets"], strict=True)
        if id_ == UNKNOWN
        for c in plain[slice(*span)]
    }
    nearest = {c: near for c in strange if (near := _nearest_letter(tokenizer, c)) != c}
    parts = _parts(text, plain, pair, strange - nearest.keys(), attempt) if pair else []
    names = _stand_ins(plain, parts, attempt)
    free = _free(plain, parts)
    shouted = pair is not None and _shouted(free, nearest)
    plain = _lowered(plain, nearest) if shouted else "".join(_small_words(plain, nearest))
    if not (parts or shouted or nearest or attempt):
        ids, offsets = encoded["ids"], encoded["offsets"]
    else:
        reading, origins = _reading(plain, parts, names, attempt > 0)
        encoded = tokenizer.encode(reading, return_type="offset_mapping")
        ids, offsets = encoded["ids"], [_origin(origins, *span) for span in encoded["offsets"]]
    readable = any(c.isalpha() and (c not in strange or c in nearest) for c in free)
    return Source(text, (*ids, END), (*offsets, (len(text), len(text))), tuple(parts), names, shouted, readable)


def with_token(tokenizer: Any, source: Source, token: str) -> Source:
    """`source` with `token` before it, which covers none of its characters."""
    return replace(source, ids=(tokenizer.piece_to_id(token), *source.ids), offsets=((0, 0), *source.offsets))


def write(tokenizer: Any, source: Source, ids: list[int], weights: Weights, complete: bool) -> Written:
    """The sentence that `ids` spell; `weights` (target, source) tell what each of them looked at.

    A sentence that the network leaves without a word stays as it is: nothing is dropped.
    """
    if not ids:
        return copy(source)
    decoded = tokenizer.decode(ids, return_type="offset_mapping")
    spelled = [decoded["text"][slice(*span)] for span in decoded["offsets"]]
    raised: Callable[[str], str] = str.upper if source.shouted else str
    pieces = [Piece(raised(text), row) for text, row in zip(spelled, weights, strict=True)]
    result = placed(source.text, source.offsets, source.kept, source.read, pieces)
    text = "".join(piece.text for piece in result.pieces)
    places = [*source.offsets, *map(_span, source.kept)]
    faults = result.faults + (not complete) + _lost_signs(source, text)
    return Written(text, tuple(links(source.text, places, text, result.pieces)), _copied(source), complete, faults)


def copy(source: Source) -> Written:
    """The sentence as it is, for one that the network cannot read."""
    return Written(source.text, tuple(Link(word, word, 1.0) for word in words(source.text)), _copied(source))


def _parts(text: str, plain: str, pair: tuple[str, str], strange: set[str], attempt: int) -> list[Kept]:
    """What of `text` is kept, found in `plain` of the same length, but with the visitor's own quotes and dashes."""
    found = kept(plain, pair, strange, attempt > 0)
    return [replace(part, form=part.span.of(text)) if part.form == part.span.of(plain) else part for part in found]


def _copied(source: Source) -> int:
    """How many parts without a numeral have signs or letters that the network does not know."""
    return sum(not part.form.isascii() and not part.reading for part in source.kept)


def _lost_signs(source: Source, text: str) -> int:
    """How many kinds of the signs that the network knows it has lost; dollars and per cent may be spelled."""
    spelled = ("$" if DOLLARS.search(text) else "") + ("%" if PERCENT.search(text) else "")
    signs = [sign for sign in "$%°" if sign not in spelled]
    return sum(source.text.count(sign) > text.count(sign) for sign in signs) if source.kept else 0


def _span(part: Kept) -> tuple[int, int]:
    return part.span.start, part.span.end


def _stand_ins(text: str, parts: Sequence[Kept], attempt: int) -> tuple[str, ...]:
    """What the network reads for each of `parts`, nothing that is in `text` already."""
    found: list[str] = []
    numbers = (n for n in range(1, len(text) + len(parts) + 10))
    for part in parts:
        if part.reading is not None and (part.is_mark or attempt == 0):
            found.append(part.reading)
            continue
        form = STAND_INS[part.reading is not None][attempt]
        found.append(next(name for n in numbers if (name := form.format(n)) not in text))
    return tuple(found)


def _free(text: str, parts: Sequence[Kept]) -> str:
    """`text` without `parts`."""
    free, at = "", 0
    for part in parts:
        free, at = free + text[at : part.span.start] + " ", part.span.end
    return free + text[at:]


def _shouted(free: str, nearest: dict[str, str]) -> bool:
    """Whether all words are in capitals: two at least, or one that the network cannot read in them."""
    capitals = [word for word in re.findall(r"[^\W\d_]+", free) if len(word) > 1]
    return bool(capitals) and free == free.upper() and (len(capitals) > 1 or any(c in nearest for c in free))


def _lowered(text: str, nearest: dict[str, str]) -> str:
    """`text` in small letters but for its first, character for character."""
    small = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    first = next((i for i, c in enumerate(small) if c.isalpha()), 0)
    high = text[first]
    return small[:first] + (small[first] if high in nearest else high) + small[first + 1 :]


def _small_words(text: str, nearest: dict[str, str]) -> list[str]:
    """The characters of `text`, each letter that the network does not know as the nearest that it does.

    A word in capitals that has one is read in small letters as a whole.
    """
    characters = list(text)
    for word in re.finditer(r"[^\W\d_]{2,}", text) if nearest else ():
        if word[0].isupper() and any(c in nearest for c in word[0]):
            characters[slice(*word.span())] = _lowered(word[0], nearest)
    return [nearest.get(c, c) for c in characters]


def _reading(
    text: str, parts: Sequence[Kept], names: Sequence[str], shorten: bool
) -> tuple[str, list[tuple[int, int]]]:
    """`text` with `names` in place of `parts`, and for each of its characters which of `text` it stands for.

    With `shorten` a letter that is there three times or more is there once.
    """
    reading = ""
    origins: list[tuple[int, int]] = []
    stretched = STRETCHED.finditer(text) if shorten else ()
    skipped = {i for letters in stretched for i in range(letters.start() + 1, letters.end())}
    by_start = {part.span.start: (part, name) for part, name in zip(parts, names, strict=True)}
    at = 0
    while at < len(text):
        if at in by_start:
            part, name = by_start[at]
            reading += name
            origins += [_span(part)] * len(name)
            at = part.span.end
            while not name and at < len(text) and text[at].isspace() and (not reading or reading[-1].isspace()):
                at += 1
            continue
        if at not in skipped:
            reading += text[at]
            origins.append((at, at + 1))
        at += 1
    return reading, origins


def _origin(origins: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    if start < end:
        return origins[start][0], origins[end - 1][1]
    at = origins[start][0] if start < len(origins) else origins[-1][1] if origins else 0
    return at, at


def _nearest_letter(tokenizer: Any, character: str) -> str:
    """The small letter, else the letter without its marks, else the character itself."""
    small = character.lower()
    bare = unicodedata.normalize("NFD", character)[0]
    return next(
        (c for c in (small, bare) if len(c) == 1 and c != character and tokenizer.piece_to_id(c) != UNKNOWN), character
    )
