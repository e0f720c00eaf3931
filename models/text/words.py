"""Words and their offsets in a visitor's text, independent of any tokenizer."""

import bisect
import re
import unicodedata
from collections.abc import Iterable, Sequence

from models.text.prose import MARKS, WIDE, spaceless
from models.text.sentences import Span

APOSTROPHES = "'’"
JOINERS = "\u200d\ufe0e\ufe0f"
# Where a line may break, in scripts without spaces between words.
ZERO_WIDTH_SPACE = "\u200b"
# A letter of a script without spaces, or what else stands between white space.
COUNTED = re.compile(rf"[{WIDE}]|[^\s{WIDE}{MARKS}]+")
# A Chinese character corresponds to about so many letters of an alphabet.
WEIGHT = 3


def words(text: str) -> list[Span]:
    """The words of `text`: runs of letters and digits, runs of symbols such as one emoji, single punctuation marks.

    An apostrophe between letters stays inside its word ("didn't"); a wide (Chinese, Japanese) letter is its own word.
    """
    spans: list[Span] = []
    previous = " "
    for i, character in enumerate(text):
        kind = _kind(character, text[i + 1 : i + 2], previous)
        if kind in ("joined", "format") and spans and spans[-1].end == i:
            spans[-1] = Span(spans[-1].start, i + 1)
            continue
        if kind == "format":
            continue
        if kind in ("letter", "symbol") and kind == previous and spans[-1].end == i:
            spans[-1] = Span(spans[-1].start, i + 1)
        elif kind != "space":
            spans.append(Span(i, i + 1))
        previous = kind
    return spans


def joined(spans: Sequence[Span], text: str, pieces: Iterable[tuple[int, int]]) -> list[Span]:
    """The words `spans` of `text`, with those wide letters joined that are within one of a tokenizer's `pieces`.

    Chinese and Japanese have no spaces between words, but a tokenizer that was trained on them has most as one piece.
    """
    inner = {position for start, end in pieces for position in range(start + 1, end)}
    found: list[Span] = []
    for span in spans:
        border = text[span.start - 1 : span.start + 1]
        if found and found[-1].end == span.start and span.start in inner and all(map(is_wide, border)):
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return found


def _kind(character: str, following: str, previous: str) -> str:
    """The class of `character`; "joined" and "format" characters belong to the word before them.

    Nothing is seen of a "format" character, so that without a word before it there is none.
    """
    category = unicodedata.category(character)
    if character.isspace() or character == ZERO_WIDTH_SPACE:
        return "space"
    if category == "Cf" or character in JOINERS:
        return "format"
    if category[0] == "M" or category == "Sk":
        return "joined"
    if character in APOSTROPHES and previous == "letter" and following.isalpha():
        return "joined"
    if stands_alone(character):
        return "wide"
    if category[0] in "LN" or character == "_":
        return "letter"
    return "symbol" if category == "So" else "mark"


def stands_alone(character: str) -> bool:
    """Whether a character is a letter that is a word by itself: a Chinese or Japanese one."""
    is_letter = unicodedata.category(character)[0] == "L"
    return is_letter and spaceless(character) and unicodedata.east_asian_width(character) == "W"


def word_at(spans: list[Span], position: int) -> Span | None:
    """The one of `spans`, in their order, that holds the character at `position`."""
    at = bisect.bisect_right(spans, position, key=lambda span: span.start) - 1
    return spans[at] if at >= 0 and position < spans[at].end else None


def count(text: str) -> int:
    """The number of words in `text`: runs between white space, and each character of a script without spaces."""
    return sum(any(map(str.isalnum, word)) for word in COUNTED.findall(text))


def size(text: str) -> int:
    """The length of `text` in characters of an alphabet; a Chinese character counts as several."""
    return len(text) + (WEIGHT - 1) * len(re.findall(f"[{WIDE}]", text))


def is_wide(text: str) -> bool:
    """Whether most letters of `text` are of a script without spaces."""
    return 2 * len(re.findall(f"[{WIDE}]", text)) > sum(map(str.isalpha, text))
