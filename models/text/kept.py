"""Finds the parts of a sentence that a translation must keep: numbers, signs, placeholders, tags, code, addresses."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace

import regex

from models.text.figures import (
    AMOUNT,
    CLOCK,
    DOLLAR,
    EVENING,
    HALF_DAY,
    NUMBER,
    TWELVE,
    UNIT,
    clock,
    is_alone,
    is_common,
    is_money,
    of_12_hours,
    of_24_hours,
    of_the_evening,
)
from models.text.markup import CODE, MARK, NAME
from models.text.sentences import Span

# Languages that write 1.234,5 where English writes 1,234.5.
DECIMAL_COMMA = frozenset({"pt", "es", "fr", "de", "it", "nl"})
SWAPPED = str.maketrans(",.", ".,")
GROUPED = {False: regex.compile(r"\d{1,3}(,\d{3})+(\.\d+)?"), True: regex.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")}
# Arrows and relations between words; of signs that the network knows and copies, what is read in their place.
RELATION = regex.compile(r"(?<=[\p{L}\p{N}]\S?[ ])[\p{Sm}\p{Block=Arrows}\u2794-\u27be•➡]\ufe0f?(?=[ ]\S?[\p{L}\p{N}])")
COPIED = "->/|"
THOUSAND = regex.compile(r"\s(?:mil|thousand)\b")
CLUSTER, EMOJI = regex.compile(r"\X"), regex.compile(r"[\p{Emoji}--\p{ASCII}]", regex.VERSION1)
# Signs that belong to the number behind them, and with a blank between.
BEFORE, KNOWN = "€£¥₹₽₩±≈~<>≤≥×#№§^", "$%°"


@dataclass(frozen=True)
class Kept:
    """A span of a sentence that appears in its translation as `form`.

    The network reads `reading`: nothing for a sign, a stand-in where it is None; it may write one of `accepted`.
    """

    span: Span
    form: str
    reading: str | None
    accepted: tuple[str, ...] = ()

    @property
    def is_mark(self) -> bool:
        """Whether the network reads the sentence without it."""
        return self.reading == ""


def kept(text: str, pair: tuple[str, str], strange: Collection[str], closely: bool = False) -> list[Kept]:
    """The parts of `text` to keep, in order; `strange` are characters that are not in the network's vocabulary.

    With `closely`, known signs next to a number are kept with it, and an emoji behind a word is read as a name.
    """
    found: list[Kept] = []
    taken = [False] * len(text)
    for pattern in (CODE, MARK, NAME, DOLLAR, TWELVE, CLOCK, NUMBER):
        for match in pattern.finditer(text):
            span = Span(*match.span())
            if any(taken[span.start : span.end]):
                continue
            if pattern is TWELVE and not (_changes_hours(pair) and is_alone(text, match)):
                continue
            if pattern is DOLLAR and is_common(text, match, pair[1]):
                continue
            taken[span.start : span.end] = [True] * len(match[0])
            if pattern is TWELVE:
                first, *others = of_12_hours(match)
                found.append(Kept(span, first, first, (*others, match[0])))
            elif pattern is CLOCK:
                first, *others = clock(match[1], match[2], pair[1])
                found.append(Kept(span, first, first, tuple(others)))
            elif pattern is DOLLAR:
                found.append(_dollars(text, match, pair))
            elif pattern is NUMBER:
                found.append(_number(text, match[0], match.start(), pair))
            else:
                found.append(Kept(span, match[0], "" if pattern is MARK else None))
    signs = _signs(text, taken, strange, KNOWN if closely else "")
    parts = _joined(text, sorted([*found, *signs], key=lambda each: each.span.start))
    copied = "" if closely else next((sign for sign in COPIED if sign not in text), "")
    return [replace(part, reading=copied) if _is_relation(text, part) else part for part in parts]


def _dollars(text: str, found: regex.Match[str], pair: tuple[str, str]) -> Kept:
    """Dollars of a country, of which the network reads `$`, with the amount behind them, by which they are found."""
    span, name, blank = Span(*found.span()), found["name"], found["blank"]
    if not found["amount"]:
        return Kept(span, name, "$", (name,))
    number = _number(text, found["amount"], found.start("amount"), pair)
    ways = [f"${between}{way}" for way in (number.reading, *number.accepted) for between in ("", " ")]
    return Kept(span, name + blank + number.form, f"${blank}{number.reading}", tuple(ways))


def _number(text: str, written: str, start: int, pair: tuple[str, str]) -> Kept:
    comma_from, comma_to = (language in DECIMAL_COMMA for language in pair)
    span = Span(start, start + len(written))
    other = written.translate(SWAPPED)
    if comma_from == comma_to:
        return Kept(span, written, written)
    if GROUPED[comma_from].fullmatch(written):
        # 2,000 is 2.000 or 2000, and 2 mil; the network garbles groups that it has to swap.
        plain = other.replace("." if comma_to else ",", "")
        return Kept(span, other, other, (plain, f"{other[:-4]} mil") if other.endswith("000") else (plain,))
    if AMOUNT[comma_from].fullmatch(written) and is_money(text, start, span.end):
        return Kept(span, other, other)
    if AMOUNT[comma_from].fullmatch(written) and UNIT.match(text, span.end):
        return Kept(span, other, written, (other,))
    ways = [other, written.replace(":", "h"), written.replace(":", "."), written.replace(".", "h")]
    if half := HALF_DAY.match(text, span.end):
        ways += of_24_hours(written, half[1] in "pP")
    if THOUSAND.match(text, span.end):
        ways += [f"{written},000", f"{written}.000"]
    if (hour := EVENING.match(text, start)) and hour.end() > span.end:
        ways += of_the_evening(int(hour[1]))
    return Kept(span, written, written, tuple(ways))


def _changes_hours(pair: tuple[str, str]) -> bool:
    """Whether a time of 12 hours is written in 24 in the other language."""
    return pair[0] == "en" and pair[1] in DECIMAL_COMMA


def _is_relation(text: str, part: Kept) -> bool:
    """Whether a sign stands between two words: without one in its place the network would read them as one phrase."""
    match = RELATION.match(text, part.span.start) if part.is_mark else None
    return match is not None and match.end() == part.span.end


def _signs(text: str, taken: list[bool], strange: Collection[str], more: str) -> list[Kept]:
    """The runs of whole characters (grapheme clusters) of which the network does not know a part."""
    found: list[Kept] = []
    for match in CLUSTER.finditer(text):
        start, end = match.span()
        sign = match[0]
        if taken[start] or not (any(c in strange or c in more or _folded(c) for c in sign)):
            continue
        if found and found[-1].span.end == start:
            start, sign = found[-1].span.start, found.pop().form + sign
        named = any(map(str.isalpha, sign)) or (more and EMOJI.match(sign) and any(map(str.isalpha, text[:start])))
        found.append(Kept(Span(start, end), sign, None if named else ""))
    return found


def _folded(character: str) -> bool:
    """Whether SentencePiece's normalization makes another sign of it: ½, ³, ™."""
    numeral = not character.isascii() and unicodedata.category(character) in ("No", "Nl", "So", "Sm")
    return numeral and unicodedata.normalize("NFKC", character) != character


def _joined(text: str, parts: list[Kept]) -> list[Kept]:
    """`parts` with the signs of a number as one with it: "€ 5", "< 5", "10³", "1½"."""
    found: list[Kept] = []
    for part in parts:
        if found and part.reading and found[-1].is_mark and _leads(text, found[-1], part):
            found[-1] = _as_one(text, found[-1], part, part)
        elif found and part.is_mark and found[-1].reading and _follows(part, found[-1]):
            found[-1] = _as_one(text, found[-1], part, found[-1])
        elif found and found[-1].reading and part.reading and _is_product(found[-1], part):
            found[-1] = Kept(Span(found[-1].span.start, part.span.end), found[-1].form + part.form, None)
        else:
            found.append(part)
    return [Kept(each.span, each.form, None) if _is_number(each) else each for each in found]


def _is_product(first: Kept, second: Kept) -> bool:
    """Whether two numbers have nothing but a sign between them: 3×4."""
    return first.span.end == second.span.start and not first.form[-1].isalnum()


def _is_number(part: Kept) -> bool:
    """Whether it is a numeral by itself, as ½ is."""
    return part.is_mark and all(unicodedata.category(c) in ("No", "Nl") for c in part.form)


def _leads(text: str, sign: Kept, number: Kept) -> bool:
    between = text[sign.span.end : number.span.start]
    return between in ("", " ") and len(sign.form) == 1 and sign.form in BEFORE + KNOWN[:1]


def _follows(sign: Kept, number: Kept) -> bool:
    return number.span.end == sign.span.start and sign.form[0] not in "<&[]*_#"


def _as_one(text: str, first: Kept, second: Kept, number: Kept) -> Kept:
    form = first.form + text[first.span.end : second.span.start] + second.form
    return Kept(Span(first.span.start, second.span.end), form, number.reading, number.accepted)
