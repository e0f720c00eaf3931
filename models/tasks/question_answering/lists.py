"""A list over several lines: which lines are its items, how an encoder reads it, and all of it as one answer."""

import re
from dataclasses import dataclass
from itertools import pairwise

from models.text.prose import BULLET, NARROWEST
from models.text.sentences import stripped

# In characters; what is longer is a paragraph.
LONGEST_ITEM = 80
MOST_ITEMS = 20
ENDS = ".!?…:;。！？；：।"
COLONS = (":", "：")
# What may stand before the number of an item, as in "(1)".
BEFORE_NUMBER = " \t("
# A line with a name and its value, such as "Tea: 2 euros": the next line is about something else.
FIELD = re.compile(r".*\S[:\t|]\s*\S")


@dataclass(frozen=True)
class Item:
    """A line of a list: characters `start` to `end` less its bullet, which begins at `line`."""

    line: int
    start: int
    end: int
    bullet: bool


def as_prose(text: str) -> str:
    """An unwrapped text of the same length with commas for the line breaks within lists, and blanks for their bullets.

    An encoder learned from prose, and a line break is nothing to its tokenizer. Items with numbers are steps more often
    than one answer, so that semicolons stand between them.
    """
    found, at = list(text), 0
    while at < len(text):
        items = _items_from(text, at)
        introduced = bool(items) and (items[0].bullet or text[max(0, at - 3) : at].rstrip().endswith(COLONS))
        # In lines as short as these no paragraph is wrapped.
        if introduced or (len(items) > 2 and all(item.end - item.start < NARROWEST for item in items)):
            bullet = text[items[0].line : items[0].start]
            found[items[0].line : items[0].start] = " " * len(bullet)
            sign = ";" if items[0].bullet and bullet.strip(BEFORE_NUMBER)[:1].isalnum() else ","
            for before, after in pairwise(items):
                found[before.end : after.start] = f"{sign}{' ' * (after.start - before.end - 1)}"
        end = text.find("\n", items[-1].end if items else at)
        at = end + 1 if end >= 0 else len(text)
    return "".join(found)


def whole_list(text: str, start: int, end: int) -> tuple[int, int]:
    """The place from `start` to `end` in an unwrapped text, or the whole list where it has words of several items.

    Bullets at either end of the place are left out.
    """
    items = items_around(text, start, end)
    if len(items) < 2:
        return start, end
    start = next((item.start for item in items if item.line <= start < item.start < end), start)
    covered = [item for item in items if any(map(str.isalnum, text[max(start, item.start) : min(end, item.end)]))]
    if len(covered) > 1:
        return items[0].start, items[-1].end
    following = next((item for item in items if start < item.line < end <= item.start), None)
    place = stripped(text, start, following.line) if following else None
    return (place.start, place.end) if place and place.start < place.end else (start, end)


def items_around(text: str, start: int, end: int) -> list[Item]:
    """The items of the list in which the place from `start` to `end` lies; none where it is in no list."""
    first = text.rfind("\n", 0, start) + 1
    items = _items_from(text, first)
    if not items:
        return []
    mine = items[0]
    before: list[Item] = []
    introduced = mine.bullet
    while first and len(before) + len(items) < MOST_ITEMS:
        line = text.rfind("\n", 0, first - 1) + 1
        earlier = _item(text, line)
        if earlier is None or earlier.bullet != mine.bullet:
            introduced |= text[line:first].rstrip().endswith(COLONS)
            break
        before.insert(0, earlier)
        first = line
    # Without bullets nothing but a colon says where the list begins.
    return [*before, *items] if introduced else items if end > mine.end else []


def _items_from(text: str, line: int) -> list[Item]:
    """The items of one kind in the lines from `line` on; none where that one is no item."""
    items: list[Item] = []
    while len(items) < MOST_ITEMS and (item := _item(text, line)) and (not items or item.bullet == items[0].bullet):
        items.append(item)
        line = text.find("\n", item.end) + 1
        if not line:
            break
    return items


def _item(text: str, line: int) -> Item | None:
    """The item in the line that begins at `line`, None where it is blank, a sentence, a field or a paragraph."""
    found = text.find("\n", line)
    end = found if found >= 0 else len(text)
    bullet = BULLET.match(text, line, end)
    place = stripped(text, bullet.end() if bullet else line, end)
    if not place.start < place.end <= place.start + LONGEST_ITEM or FIELD.match(text, place.start, place.end):
        return None
    if bullet is None and text[place.end - 1] in ENDS:
        return None
    return Item(line, place.start, place.end, bullet is not None)
