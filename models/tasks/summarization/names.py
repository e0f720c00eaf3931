"""Names and numbers that a summary has and its text has not, neither as a word nor as a figure."""

import re
from collections.abc import Iterator

from models.text.sentences import Span
from models.text.words import words

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
GROUPED = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
# Chinese numerals; one alone is mostly a part of a word.
NUMERALS = re.compile(r"[〇零一二三四五六七八九十百千万亿两]{2,}")
_UNITS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety hundred"
NUMBER_WORDS = {
    **{word: str(value) for value, word in enumerate(_UNITS.split(), 2)},
    **{word: str(value) for value, word in zip(range(30, 101, 10), _TENS.split(), strict=True)},
    "thousand": "1000",
    "million": "1000000",
}
# A sentence's first word is capital whatever it is; these are no names.
_OPENERS = """
a about after all also although among an and another any are around as at be because been before being both but by can
could despite do does down during each either even every few finally first following for from had has have he her here
his how however i if in including indeed instead into is it its just last later like many meanwhile more moreover most
much my near nearly neither new next no nor not nothing now of off on once one only or other our out over people
recently several she should since so some soon still such than that the their them then there therefore these they this
those though through throughout thus to today together too under unlike until up upon us was we were what
when where whereas
whether which while who whose why will with within without would yet you your
o os as um uma em no na de do da para por com ao le la les un une des el los las una en der die das ein eine im
"""
OPENERS = frozenset(_OPENERS.split())


def absent(said: str, text: str) -> tuple[Span, ...]:
    """Where in the sentence `said` stand names (capital words) and numbers that `text` does not have, in their order.

    A part of a word or of a number does not count as having it. A figure and its English word are the same number.
    """
    known = {_name(word.of(text)) for word in words(text)}
    numbers = {*_figures(text), *(NUMBER_WORDS[word] for word in known if word in NUMBER_WORDS)}
    numerals = set(NUMERALS.findall(text))
    found = [place for place in _names(said) if _name(place.of(said)) not in known]
    found += [Span(*each.span()) for each in NUMBER.finditer(said) if _plain(each[0]) not in numbers]
    found += [Span(*each.span()) for each in NUMERALS.finditer(said) if each[0] not in numerals]
    found += [
        word
        for word in words(said)
        if (value := NUMBER_WORDS.get(word.of(said).casefold())) is not None and value not in numbers
    ]
    return tuple(sorted(set(found), key=lambda span: span.start))


def _names(said: str) -> Iterator[Span]:
    """The capital words of a sentence; of its first word only what is no common opener."""
    for at, word in enumerate(each for each in words(said) if each.of(said)[0].isalpha()):
        name = word.of(said)
        if name[0].isupper() and name.casefold() not in NUMBER_WORDS and not (at == 0 and name.casefold() in OPENERS):
            yield word


def _name(word: str) -> str:
    """A word as it is compared: in small letters, without the ending of a genitive."""
    return re.sub(r"['’]s?$", "", word.casefold())


def _figures(text: str) -> set[str]:
    return {_plain(each) for each in NUMBER.findall(text)}


def _plain(number: str) -> str:
    """A figure without the marks between its thousands."""
    return GROUPED.sub("", number)
