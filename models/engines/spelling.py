"""The nearest spelling that the translation network knows, character for character, so that offsets hold."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any

UNKNOWN = 1
# The network knows straight quotes and hyphens only.
TYPOGRAPHY = str.maketrans("“”„«»‘’‚–—−", '"""""\'\'\'---')
# A word of a sign, or an acronym.
LONE = re.compile(r"[\W_]*[^\W\d_]{4,}[\W_]*")
WORD = re.compile(r"[^\W\d_]{2,}")
# A word that is cried out, with its marks, and with an emoji or other signs before it.
CRY = re.compile(r"[\W_]*(?P<word>[^\W\d_]{2,})(?P<marks>[!?…]+)")
# A letter three times or more, as in "sooo".
STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
# Numerals with a letter three times, as XVIII; and names: IEEE beside words in small letters, AAA anywhere.
ROMAN, NAME = re.compile(r"[IVXLCDM]+"), re.compile(r"[A-Z]{3,4}")
# Languages with as many double letters as single ones where a letter is likely to be held.
DOUBLING = frozenset({"en"})
# What begins the name of a single thing where the other language has the thing alone.
ARTICLE = re.compile(r"(?:the|an?|os?|as?) (?=\w)", re.IGNORECASE)


def lone_capitals(text: str) -> bool:
    """Whether `text` is one word in capitals, with whatever signs around it."""
    return text.isupper() and LONE.fullmatch(text) is not None


def is_word(text: str) -> bool:
    """Whether `text` is one word and nothing else."""
    return WORD.fullmatch(text) is not None


def is_cry(text: str) -> bool:
    """Whether `text` is one word that is cried out."""
    return CRY.fullmatch(text) is not None


def with_mark(text: str, language: str, attempt: int) -> bool:
    """Whether a full stop is added to a text that is one word, in this attempt at reading it.

    A network takes some words for titles: of 50 common Portuguese ones 12 more come out right with a full stop, of as
    many English ones 9 fewer.
    """
    if is_cry(text):
        attempt -= 1
    return (is_word(text) or (is_cry(text) and attempt >= 0)) and (attempt % 2 == 0) == (language == "pt")


def cry_marks(text: str, language: str, attempt: int) -> range:
    """The places of the marks behind a word that is cried out and read without them, in this further attempt.

    In English a word in capitals is read in small letters first: of 100 words 6 more come out right then.
    """
    cry = CRY.fullmatch(text) if attempt > (language in DOUBLING and lone_capitals(text)) else None
    return range(*cry.span("marks")) if cry else range(0)


def stretched(tokenizer: Any, text: str, language: str) -> set[int]:
    """The places of letters to leave out of "sooo" and "Goood": a letter held for long is written once or twice."""
    kept = (2, 1) if language in DOUBLING else (1, 2)
    found: set[int] = set()
    for word in WORD.finditer(text):
        name = NAME.fullmatch(word[0]) and (not text.isupper() or len(set(word[0])) == 1)
        if ROMAN.fullmatch(word[0]) or name:
            continue
        runs = [range(run.start() + word.start(), run.end() + word.start()) for run in STRETCHED.finditer(word[0])]
        if runs:
            ways = [{at for run in runs for at in run[letters:]} for letters in kept]
            found |= min(ways, key=lambda way: _pieces(tokenizer, word[0], word.start(), way))
    return found


def _pieces(tokenizer: Any, word: str, start: int, left_out: Collection[int]) -> int:
    """In how many pieces the tokenizer has a word less the letters that are left out: one that it knows has few."""
    return len(tokenizer.encode("".join(c for at, c in enumerate(word.lower(), start) if at not in left_out)))


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
    """The small letter, else the letter without its marks, else the character itself.

    A sign without its marks is another one: ≠ is not =.
    """
    if not character.isalpha():
        return character
    small = character.lower()
    bare = unicodedata.normalize("NFD", character)[0]
    return next(
        (c for c in (small, bare) if len(c) == 1 and c != character and tokenizer.piece_to_id(c) != UNKNOWN), character
    )
