"""Whether the lines of a block go on in each other, as those of a paragraph do that is wrapped at a column.

A line is full where the first word of the next would not have fitted. Lists, verse, addresses and code have full lines
by chance, so all lines of a block are looked at together.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

# In columns. The longest line of a wrapped block has at least `NARROWEST`, and a longer line than `WIDEST` is none.
NARROWEST, WIDEST = 30, 110
# A full line may lack this share of the longest: some programs choose the evenest lines, not the fullest.
SLACK = 0.1
# Lines that begin farther apart are no paragraph with an indented first line.
INDENT = 8
# From this width on two lines are hardly verse.
BROAD = 55
BULLET = re.compile(r"\s*(?P<kind>[-–—*•‣▪◦·+]|\(?(?:\d{1,3}|[a-zA-Z])[.)]|\[[ xX]?\])\s")
FIRST = re.compile(r"\s*\(?[1aA][.)]\s")
# A line that never goes on in the next: headings, rules, rows of tables, times of subtitles, columns.
FIXED = re.compile(
    r"\s*(?:#{1,6}\s|[-=*_~]{3,}\s*$|\|)|.*(?:\s\|\s|\t\S|\d\s+-->\s|[^\s.!?:;…]\s{3,}\S)|.*(?:\s{2}|\\)$"
)
FIELD = re.compile(r"\s*[A-Z][\w-]{0,24}:(?:\s|$)")
CODE = re.compile(
    r".*(?:[{};(\[]\s*$|[\])]\)?,?\s*$|\w\(\)|[=!<>+*/-]=|=>|->|:=|&&|\|\||</?\w+>)"
    r"|\s*(?:[\w.\[\]]+\s=\s|[\"'\w.-]+:\s.*,\s*$|//|/\*|#!|#include|\$\s|>>>|@\w+$|<[\w!/]"
    r"|(?:def|class|if|for|while|else|try|with)\b.*:\s*$"
    r"|(?:import|from [\w.]+ import|const|let|var|function|return|raise|public|private|static|SELECT|INSERT|UPDATE)\s)"
)
OPENING, CLOSING = "\"'“‘«([{¿¡*_（《「", "\"'”’»)]}*_）》」"
ENDS, FINAL = ".!?…:;。！？；：।؟۔", ".!?…。！？।؟۔"
# Words that bind what is before them to what is behind, in English, Portuguese, Spanish, French, German and Italian.
_BINDING = (
    "the a an of to in on at by for with from and or but nor as that which who whose than into is are was were be been "
    "has have had will would can could not it its his her their this these he she they we you if when while so because "
    "o os um uma de do da dos das em no na nos nas por para com e ou mas que como se ao à seu sua é são foi não el la "
    "los las un una del y con su es fue le les des du et où ne pas pour dans par sur qui une est der die das den dem "
    "des ein eine und oder aber mit von zu im am auf für ist nicht wie il lo gli di che per sono through about after "
    "before over under between during until said pela pelo onde sobre entre até após"
)
BINDING = frozenset(_BINDING.split())
# "Dear Anna," and "Best regards,".
GREETING = re.compile(r"\s*[^\W\d_]+(?: \w+\.?){0,2},$")
WORD = re.compile(r"\S+")
# Letters of the scripts without spaces between words, and their punctuation; Korean has spaces.
WIDE = (
    "\u2e80-\u2fdf\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
MARKS = "\u3000-\u303f\uff00-\uffef"
SPACELESS = re.compile(f"[{WIDE}{MARKS}]")


def joined(lines: Sequence[str]) -> list[bool]:
    """For each break between `lines`, none of them blank, whether it is inside a paragraph."""
    apart = [False] * (len(lines) - 1)
    width = width_of(lines)
    code = sum(CODE.match(line) is not None for line in lines if len(line) <= WIDEST)
    if width < NARROWEST or (code > 1 and 3 * code >= len(lines)):
        return apart
    items = _items(lines)
    may = [_may_go_on(lines, at, items) for at in range(len(apart))]
    full = [ok and _is_full(a, b, width) for ok, (a, b) in zip(may, pairwise(lines), strict=True)]
    return full if any(full) and _is_prose(lines, may, full) else apart


def width_of(lines: Sequence[str]) -> int:
    """The columns of the longest of `lines` that is not too long to be one of a wrapped text."""
    return max((size for line in lines if (size := columns(line)) <= WIDEST), default=0)


def binds(line: str) -> bool:
    """Whether `line` begins with a word that binds."""
    return line.split(None, 1)[:1] != [] and line.split(None, 1)[0] in BINDING


def columns(text: str) -> int:
    """How many columns `text` takes, less the blanks at its end: two for a wide letter, none for a mark on another."""
    text = text.rstrip()
    if text.isascii() or len(text) > WIDEST:
        return len(text)
    return sum(2 if wide(c) else unicodedata.category(c) not in ("Mn", "Me", "Cf") for c in text)


def wide(character: str) -> bool:
    """Whether a character takes two columns, as those of Chinese, Japanese and Korean do, and most emoji."""
    return character != "" and unicodedata.east_asian_width(character) in "WF"


def spaceless(character: str) -> bool:
    """Whether a character is of a script without spaces between words, or its punctuation."""
    return SPACELESS.match(character) is not None


def _items(lines: Sequence[str]) -> set[int]:
    """The lines that begin an item of a list, or a field; not those that a sentence happens to begin like one."""
    bullets = {at: b["kind"] for at, line in enumerate(lines) if (b := BULLET.match(line))}
    fields = {at for at, line in enumerate(lines) if FIELD.match(line)}
    items = {at for at in fields if {at - 1, at + 1} & fields}
    for first, kind in list(bullets.items())[:1]:
        before = lines[first - 1].rstrip()[-1:] if first else ":"
        begins = before == ":" or (before in FINAL and FIRST.match(lines[first]))
        if begins or _goes_on(kind, list(bullets.values())[1:]):
            items |= set(bullets)
    return items


def _goes_on(first: str, others: Sequence[str]) -> bool:
    """Whether some bullet of `others` is the same mark as `first`, the next number or letter, or the same number."""
    sign, value = re.sub(r"\w+", "1", first), re.sub(r"\W", "", first)
    following = [re.sub(r"\W", "", other) for other in others if re.sub(r"\w+", "1", other) == sign]
    if not value or value in "xX":
        return bool(following)
    if value.isdigit():
        return bool({value, str(int(value) + 1)} & set(following))
    return chr(ord(value) + 1) in following


def _may_go_on(lines: Sequence[str], at: int, items: set[int]) -> bool:
    """Whether line `at` and the next one can be in one paragraph by what they look like."""
    a, b = lines[at], lines[at + 1]
    if at + 1 in items or max(len(a), len(b)) > WIDEST or FIXED.match(a) or FIXED.match(b):
        return False
    begins = at == 0 or at in items or _last(lines[at - 1]) in FINAL
    apart = abs(_indent(a) - _indent(b))
    return not apart or (begins and apart <= INDENT)


def _is_full(before: str, after: str, width: int) -> bool:
    """Whether the first word of `after` had no room behind `before` in `width` columns."""
    size, after = columns(before), after.lstrip()
    # Such a letter needs no word around it, but a mark may not begin a line.
    if spaceless(after[:1]):
        return size > width - 4
    return width * (1 - SLACK) - 1 - columns(WORD.findall(after)[0]) < size


def _is_prose(lines: Sequence[str], may: Sequence[bool], full: Sequence[bool]) -> bool:
    """Whether the lines of a block go on in each other as those of prose do.

    Counted are the lines without a mark at their end: the full ones before a small letter or behind a word that binds,
    those before a capital, and those that had room.
    """
    going = raised = ragged = bound = caseless = small = 0
    for (a, b), ok, filled in zip(pairwise(lines), may, full, strict=True):
        last, first = _last(a), _first(b)
        if not ok or last in ENDS or GREETING.match(a):
            continue
        tied = WORD.findall(a)[-1] in BINDING
        ragged += not filled
        small += first.islower()
        raised += first.isupper() and not tied
        if filled:
            going += tied or first.islower()
            bound += tied or (first.islower() and (last in ",-–" or binds(b)))
            caseless += any(c.isalpha() and c.lower() == c.upper() for c in (last, first))
    ended = any(_last(line) in FINAL for line in lines)
    if all(_last(line).isdigit() for line in lines) or (not small and going + raised > 2):
        return False
    if caseless > going:
        return ragged == 0 and (caseless > 1 or ended)
    if going > 2 * ragged and (going >= raised or (ended and bound > 0 and 3 * going >= raised)):
        # The items of a list all begin with a small letter, or none does.
        return bound > 0 or ended or _first(lines[0]).isupper()
    return 0 < raised <= 2 and not going + ragged and ended and width_of(lines) >= BROAD


def _last(line: str) -> str:
    """The last character of `line`, less the quotes and brackets that close."""
    return line.rstrip().rstrip(CLOSING)[-1:] or "."


def _first(line: str) -> str:
    """The first character of `line`, less the quotes and brackets that open."""
    return line.lstrip().lstrip(OPENING)[:1]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
