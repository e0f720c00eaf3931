"""The text that the translation network reads, with stand-ins for kept parts, and where they are in what it writes."""

import re
from collections.abc import Collection, Sequence

from models.text.kept import Kept

# Stand-ins for a name and a number, by attempt, which the network nearly always copies.
STAND_INS = ("X{}", "QX{}", "40{}"), ("40{}", "40{}", "X{}")
# A name that the network nearly always copies as it is, and translates the rest better for it.
SITE = re.compile(r"[A-Za-z]{2,}(?:\.[A-Za-z]{2,})+")
# The first signs of tags, links and emphasis.
MARKUP = "<[]*_"


def stand_ins(text: str, parts: Sequence[Kept], attempt: int) -> tuple[str, ...]:
    """What the network reads for each of `parts`, nothing that is in `text` already."""
    found: list[str] = []
    numbers = (n for n in range(1, len(text) + len(parts) + 10))
    for part in parts:
        if part.reading is not None and (part.is_mark or attempt == 0):
            found.append(part.reading)
            continue
        if attempt == 0 and SITE.fullmatch(part.form):
            found.append(part.form)
            continue
        form = STAND_INS[part.reading is not None][attempt]
        found.append(next(name for n in numbers if (name := form.format(n)) not in text))
    return tuple(found)


def without(text: str, parts: Sequence[Kept]) -> str:
    """`text` without `parts`."""
    free, at = "", 0
    for part in parts:
        free, at = free + text[at : part.span.start] + " ", part.span.end
    return free + text[at:]


def reading_of(
    text: str, parts: Sequence[Kept], names: Sequence[str], left_out: Collection[int] = ()
) -> tuple[str, list[tuple[int, int]]]:
    """`text` with `names` in place of `parts`, and for each of its characters which of `text` it stands for.

    The letters at the places `left_out` are not read.
    """
    reading = ""
    origins: list[tuple[int, int]] = []
    by_start = {part.span.start: (part, name) for part, name in zip(parts, names, strict=True)}
    at = 0
    while at < len(text):
        if at in by_start:
            part, name = by_start[at]
            name = name or " " * _parts_words(text, part)
            reading += name
            origins += [(part.span.start, part.span.end)] * len(name)
            at = part.span.end
            while not name and at < len(text) and text[at].isspace() and (not reading or reading[-1].isspace()):
                at += 1
            continue
        if at not in left_out:
            reading += text[at]
            origins.append((at, at + 1))
        at += 1
    return reading, origins


def origin(origins: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The characters of the sentence that characters `start` to `end` of the reading stand for, by its `origins`."""
    if start < end:
        return origins[start][0], origins[end - 1][1]
    at = origins[start][0] if start < len(origins) else origins[-1][1] if origins else 0
    return at, at


def occurrences(name: str, text: str) -> list[int]:
    """Where `name` is a word, a number or an amount of `text`."""
    number = name[0].isdigit() or name[0] == "$"
    before = r"(?<![\w])(?<!\d[.,:/])" if name[0].isdigit() else r"(?:(?<!\w)|(?<=\bUS)(?=\$))"
    found = re.finditer(before + re.escape(name), text)
    return [m.start() for m in found if not re.match(r"[.,:/]?\d" if number else r"\w", text[m.end() :])]


def with_country(text: str, start: int) -> int:
    """Where the dollars begin whose `$` is at `start` of `text`: the network may write US$ or US $ for it."""
    country = text[start] == "$" and re.search(r"\bUS ?$", text[:start])
    return country.start() if country else start


def _parts_words(text: str, part: Kept) -> bool:
    """Whether a sign stands between the letters of two words, as in good→bad; markup may stand within one."""
    around = text[part.span.start - 1 : part.span.start] + text[part.span.end : part.span.end + 1]
    return len(around) == 2 and around.isalnum() and part.form[0] not in MARKUP
