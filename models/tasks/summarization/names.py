"""Finds names and numbers of a summary that are not in its text."""

import re
from collections.abc import Iterator
from decimal import Decimal

from models.tasks.summarization.chinese_names import absent_names
from models.text.quantities import FIGURE, GROUPS, NUMERALS, TENS, WORDS, Number, numbers
from models.text.sentences import Span
from models.text.words import words

# English words of numbers.
NUMBER_WORDS = frozenset({*WORDS["en"], *TENS, "hundred", "thousand", "million"})
# 2.3m and 2.3 million are the same number.
SHORT = re.compile(r"(\d+(?:[.,]\d+)*)\s?(k|m|bn|tn)\b", re.IGNORECASE)
POWERS = {"k": 3, "m": 6, "bn": 9, "tn": 12}
# One and zero are mostly no numbers, and neither are these of Chinese.
NO_NUMBERS = frozenset({"one", "zero", "万一", "一一", "千万"})
# What a single Chinese numeral counts; before anything else it is mostly a part of a word.
COUNTED = "年月日号岁点名位个人天周次辆家所座条倍度元块米届层级成种项"
WEEKDAY = re.compile("(?:周|星期|礼拜)([一二三四五六日天])")
# Common words that begin a sentence with a capital letter and are not names.
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


def absent(sentence: str, text: str) -> tuple[Span, ...]:
    """The spans in `sentence` of names (capitalized words) and numbers that are not in `text`, in order.

    A part of a word or of a number does not count as having it. A figure and its English word are the same number.
    """
    known = {_name(word.of(text)) for word in words(text)}
    found = [place for place in _names(sentence) if _name(place.of(sentence)) not in known]
    found += _absent_numbers(sentence, text)
    found += absent_names(sentence, text)
    found += [Span(*day.span()) for day in WEEKDAY.finditer(sentence) if day[1] not in WEEKDAY.findall(text)]
    return tuple(sorted(set(found), key=lambda span: span.start))


def _absent_numbers(sentence: str, text: str) -> Iterator[Span]:
    """Numbers that `text` has in no way of writing them; a Chinese date counts with its unit."""
    read = numbers(text)
    known = {number.value for number in read} | {GROUPS.sub("", figure) for figure in FIGURE.findall(text)}
    known |= set(_scaled(text))
    dates = {_date(number, text) for number in read}
    for number in numbers(sentence):
        written, after = number.span.of(sentence).casefold(), sentence[number.span.end : number.span.end + 1]
        if written in NO_NUMBERS or (written in NUMERALS and (written == "一" or after not in COUNTED or not after)):
            continue
        date = _date(number, sentence)
        if number.value not in known or (date and date not in dates and after in "月日号"):
            yield number.span


def _date(number: Number, text: str) -> str:
    """A number with the unit of a Chinese date behind it, or nothing."""
    unit = text[number.span.end : number.span.end + 1].replace("号", "日")
    return f"{number.value}{unit}" if unit and unit in "月日" else ""


def _scaled(text: str) -> Iterator[str]:
    """The values of figures with a short word behind them, such as 2.3m; a date or a version before one is none."""
    for figure, short in SHORT.findall(text):
        plain = GROUPS.sub("", figure).replace(",", ".")
        if plain.count(".") < 2:
            yield format(Decimal(plain).scaleb(POWERS[short.casefold()]).normalize(), "f")


def _names(sentence: str) -> Iterator[Span]:
    """The capital words of a sentence; of its first word only what is no common opener."""
    for at, word in enumerate(each for each in words(sentence) if each.of(sentence)[0].isalpha()):
        name = word.of(sentence)
        if name[0].isupper() and name.casefold() not in NUMBER_WORDS and not (at == 0 and name.casefold() in OPENERS):
            yield word


def _name(word: str) -> str:
    """A word as it is compared: in small letters, without the ending of a genitive."""
    return re.sub(r"['’]s?$", "", word.casefold())
