"""A list over several lines as one answer: which lines are its items, and where it begins and ends."""

import re
from dataclasses import dataclass

from models.text.prose import BULLET
from models.text.sentences import stripped

# In characters; what is longer is a paragraph.
LONGEST_ITEM = 80
MOST_ITEMS = 20
ENDS = ".!?…:;。！？；：।"
# A line with a name and its value, such as "Tea: 2 euros": the next line is about something else.
FIELD = re.compile(r".*\S[:\t|]\s*\S")


@dataclass(frozen=True)
class Item:
    """A line of a list: characters `start` to `end` less its bullet, which begins at `line`."""

    line: int
    start: int
    end: int
    bullet: bool


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
    mine = _item(text, first)
    if mine is None:
        return []
    items = [mine]
    while len(items) < MOST_ITEMS and items[-1].end < len(text):
        at = text.find("\n", items[-1].end) + 1
        following = _item(text, at) if at else None
        if following is None or following.bullet != mine.bullet:
            break
        items.append(following)
    before: list[Item] = []
    introduced = mine.bullet
    while first and len(before) + len(items) < MOST_ITEMS:
        line = text.rfind("\n", 0, first - 1) + 1
        earlier = _item(text, line)
        if earlier is None or earlier.bullet != mine.bullet:
            introduced |= text[line:first].rstrip().endswith(":")
            break
        before.insert(0, earlier)
        first = line
    # Without bullets nothing but a colon says where the list begins.
    return [*before, *items] if introduced else items if end > mine.end else []


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
