"""The nearest spelling that the translation network knows, character for character, so that offsets hold."""

import re
import unicodedata
from typing import Any

UNKNOWN = 1
# The network knows straight quotes and hyphens only.
TYPOGRAPHY = str.maketrans("“”„«»‘’‚–—−", '"""""\'\'\'---')
# A word of a sign, or an acronym.
LONE = re.compile(r"[^\W\d_]{4,}[.!?:]*")


def lone_capitals(text: str) -> bool:
    """Whether `text` is one word in capitals."""
    return text.isupper() and LONE.fullmatch(text) is not None


def shouted(free: str, nearest: dict[str, str]) -> bool:
    """Whether all words are in capitals: two at least, or one that the network cannot read in them."""
    capitals = [word for word in re.findall(r"[^\W\d_]+", free) if len(word) > 1]
    return bool(capitals) and free == free.upper() and (len(capitals) > 1 or any(c in nearest for c in free))


def lowered(text: str, nearest: dict[str, str]) -> str:
    """`text` in small letters but for its first, character for character."""
    small = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    first = next((i for i, c in enumerate(small) if c.isalpha()), 0)
    high = text[first]
    return small[:first] + (small[first] if high in nearest else high) + small[first + 1 :]


def small_words(text: str, nearest: dict[str, str]) -> list[str]:
    """The characters of `text`, each letter that the network does not know as the nearest that it does.

    A word in capitals that has one is read in small letters as a whole.
    """
    characters = list(text)
    for word in re.finditer(r"[^\W\d_]{2,}", text) if nearest else ():
        if word[0].isupper() and any(c in nearest for c in word[0]):
            characters[slice(*word.span())] = lowered(word[0], nearest)
    return [nearest.get(c, c) for c in characters]


def nearest_letter(tokenizer: Any, character: str) -> str:
    """The small letter, else the letter without its marks, else the character itself."""
    small = character.lower()
    bare = unicodedata.normalize("NFD", character)[0]
    return next(
        (c for c in (small, bare) if len(c) == 1 and c != character and tokenizer.piece_to_id(c) != UNKNOWN), character
    )
