"""Replaces emoji, emoticons and ratings by words: they carry sentiment, and encoders know almost none of them."""

import re
import unicodedata
from dataclasses import dataclass

# Emoji whose Unicode name describes their look rather than their meaning.
MEANINGS = {
    "❤": "loved",
    "♥": "loved",
    "💔": "broken heart",
    "👍": "thumbs up",
    "👎": "thumbs down",
    "👌": "very good",
    "🙄": "annoyed",
    "😍": "in love",
    "🤣": "laughing",
    "😂": "laughing with tears",
    "🔥": "fire",
    "💯": "perfect",
    "🙏": "thank you",
    "🎉": "celebration",
    "🤮": "disgusting",
    "🤢": "disgusting",
    "💩": "poop",
    "🤬": "very angry",
}
SILENT = "\u200d\ufe0e\ufe0f"


EMOTICONS = {
    **dict.fromkeys([":)", ":-)", "=)", "(:", ":]"], "smiling"),
    **dict.fromkeys([":D", ":-D", "=D", "xD", "XD", ":'D"], "very happy"),
    **dict.fromkeys([";)", ";-)"], "winking"),
    **dict.fromkeys([":(", ":-(", "=(", "):", ":["], "sad"),
    **dict.fromkeys([":'(", ":,(", "T_T", "T.T", ";_;"], "crying"),
    **dict.fromkeys([">:(", ">:-(", ":@"], "angry"),
    **dict.fromkeys([":/", ":-/", ":|", ":-|"], "not happy"),
    **dict.fromkeys(["<3"], "loved"),
    **dict.fromkeys(["</3"], "broken heart"),
    **dict.fromkeys(["^^", "^_^"], "happy"),
}
# The meaning of a rating in stars of five.
RATINGS = ("terrible", "terrible", "bad", "average", "good", "excellent")
NUMBERS = ("zero", "one", "two", "three", "four", "five")
FULL, EMPTY = "★⭐🌟✭", "☆✩"
_EMOTICON = "|".join(re.escape(each) for each in sorted(EMOTICONS, key=len, reverse=True))
_OF_FIVE = r"\s?/\s?5(?![\w/]|\.\d)(?:\s?stars?\b)?|\sout of (?:5|five)(?:\sstars?)?\b|\sstars?\b"
SIGNS = re.compile(
    rf"(?<![\w:;=/])(?P<emoticon>{_EMOTICON})(?![\w/(])"
    rf"|(?P<full>[{FULL}]\ufe0f?(?:[{FULL}]\ufe0f?){{0,4}})(?P<empty>(?:[{EMPTY}]\ufe0f?){{0,5}})"
    rf"|(?<![\w./])(?P<rating>[0-5](?:[.,]\d)?)(?:{_OF_FIVE})"
    rf"|(?<![\w./])(?<!\b[Oo]n )(?P<of_ten>10|\d(?:[.,]\d)?)(?:\s?/\s?10(?![\w/]|[.,]\d)|\sout of (?:10|ten)\b)"
    rf"|\b(?i:(?P<named>{'|'.join(NUMBERS)})\sstars?)(?=\s*(?:[.!?,;:)]|$))"
)


@dataclass(frozen=True)
class Spelled:
    """A text with its signs spelled out; `origins` has for each of its characters the visitor's (start, end)."""

    text: str
    origins: tuple[tuple[int, int], ...]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The place in the visitor's text of characters `start` to `end`."""
        if start < end:
            return self.origins[start][0], self.origins[end - 1][1]
        at = self.origins[start][0] if start < len(self.origins) else self.origins[-1][1] if self.origins else 0
        return at, at


def spelled(text: str) -> Spelled:
    """`text` with a name in parentheses for each emoji, emoticon and rating in stars."""
    written: list[str] = []
    origins: list[tuple[int, int]] = []
    at = 0

    def add(name: str, start: int, end: int) -> None:
        written.append(name)
        origins.extend([(start, end)] * len(name))

    for sign in [*SIGNS.finditer(text), None]:
        for i in range(at, sign.start() if sign else len(text)):
            name = _name(text[i])
            add(f" ({name}) " if name else text[i], i, i + 1)
        if sign:
            add(_sign(sign, text), *sign.span())
            at = sign.end()
    return Spelled("".join(written), tuple(origins))


def spelled_out(text: str) -> str:
    """The text of `spelled`."""
    return spelled(text).text


def says_something(text: str) -> bool:
    """Whether `text` has an emoticon or rating, which need no letter."""
    return SIGNS.search(text) is not None


def _sign(sign: re.Match[str], text: str) -> str:
    if sign["emoticon"]:
        return f" ({EMOTICONS[sign['emoticon']]}) "
    if sign["rating"]:
        return f"{sign[0]} ({_rating(sign['rating'], 1)}) "
    if sign["of_ten"]:
        return f"{sign[0]} ({_rating(sign['of_ten'], 2)}) "
    if sign["named"]:
        return f"{sign[0]} ({RATINGS[NUMBERS.index(sign['named'].lower())]}) "
    full, empty = (sum(c in "★⭐🌟✭☆✩" for c in sign[part]) for part in ("full", "empty"))
    if full == 1 and not empty and text.strip() != sign[0]:
        return "".join(f" ({name}) " if (name := _name(c)) else c for c in sign[0])
    return f" ({RATINGS[min(full, 5)]}, {full} of 5 stars) "


def _rating(figure: str, scale: int) -> str:
    """The meaning of a figure, which divided by `scale` is one of stars of five; some visitors give more than five.

    Halves count as the better of their neighbours, but only what is nearer to five than to four is excellent.
    """
    stars = float(figure.replace(",", ".")) / scale
    return RATINGS[5 if stars > 4.5 else min(4, int(stars + 0.5))]


def _name(character: str) -> str:
    """The name of an emoji, or an empty string for any other character."""
    if character in MEANINGS:
        return MEANINGS[character]
    if character in SILENT or unicodedata.category(character) != "So" or character < "\u2600":
        return ""
    return unicodedata.name(character, "").lower()
