"""Numbers and measures of a text, read alike in every language that is offered: 2,345.5, 234万, two million, 80 km."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import regex

from models.text.kept import DECIMAL_COMMA
from models.text.sentences import Span

FULL_WIDTH = str.maketrans("０１２３４５６７８９％＄￥", "0123456789%$¥")
DIGITS = {**{c: n for n, c in enumerate("〇一二三四五六七八九")}, "零": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
NUMERALS = "".join((*DIGITS, *UNITS))
# Zero to twelve, other forms of one number behind a bar; in English to twenty, and the tens.
_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
    "pt": "zero um|uma dois|duas três quatro cinco seis sete oito nove dez onze doze",
    "es": "cero uno|un|una dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fr": "zéro un|une deux trois quatre cinq six sept huit neuf dix onze douze",
    "de": "null ein|eine|einen|einem|einer zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
}
WORDS = {
    language: {word: value for value, forms in enumerate(listed.split()) for word in forms.split("|")}
    for language, listed in _WORDS.items()
}
TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
MAGNITUDES = {
    "en": {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12},
    "pt": {"mil milhões": 9, "mil": 3, "milhão": 6, "milhões": 6, "bilhão": 9, "bilhões": 9},
    "es": {"mil millones": 9, "mil": 3, "millón": 6, "millones": 6},
    "fr": {"mille": 3, "million": 6, "millions": 6, "milliard": 9, "milliards": 9},
    "de": {"tausend": 3, "Million": 6, "Millionen": 6, "Milliarde": 9, "Milliarden": 9},
}
SPACED = frozenset({"pt", "es", "fr", "de"})
# Latin words, words of the scripts without spaces, and signs of each measure.
_MEASURES = {
    "$": ("(?:US)?dollars?|d[oó]lar(?:es)?|USD", "美元|美金|ドル", r"(?<!R)\$"),
    "R$": ("reais|BRL", "雷亚尔|レアル", r"R\$"),
    "€": ("euros?|EUR", "欧元|ユーロ", "€"),
    "£": ("(?:pounds?|libras?|livres?|Pfund) ?(?:sterling|esterlinas?)?|GBP", "英镑|磅|ポンド", "£"),
    "¥": ("yuan|renminbi|yen|iene?s?|CNY|RMB|JPY", "(?<![美欧日])元|人民币|日元|円", "¥"),
    "₹": ("rupees?|r[uú]pias?|roupies?|Rupien?|INR", "卢比|ルピー", "₹"),
    "%": ("per ?cent|por cento|por ciento|pour ?cent|Prozent", "百分之|パーセント", "%"),
    "°": ("degrees?|graus?|grados?|degrés?|Grad", "度", "°|℃|℉"),
    "km": ("km|kilomet(?:er|re)s?|quil[oóô]metros?|kil[oó]metros?|kilomètres?|Kilometern?", "公里|千米|キロ", ""),
    "m": ("m|met(?:er|re)s?|metros?|mètres?|Metern?", "(?<![厘毫千方])米|(?<!キロ)メートル", ""),
    "cm": ("cm|centimet(?:er|re)s?|cent[ií]metros?|centimètres?|Zentimetern?", "厘米|公分|センチ", ""),
    "mm": ("mm|millimet(?:er|re)s?|mil[ií]metros?|millimètres?|Millimetern?", "毫米|ミリ(?!リ)", ""),
    "mile": ("miles?|milhas?|millas?|milles|Meilen?", "英里|マイル", ""),
    "foot": ("f(?:oo|ee)t|pés?|pies?|pieds?|Fuß", "英尺|フィート", ""),
    "inch": ("inch(?:es)?|polegadas?|pulgadas?|pouces?|Zoll", "英寸|インチ", ""),
    "kg": ("kg|kilos?|kilogram(?:me)?s?|quil(?:o|ograma)s?|kilogramos?|Kilogramm", "公斤|千克|キロ", ""),
    "g": ("g|grams?|gramas?|gramos?|grammes?|Gramm", "(?<![千毫])克|(?<!キロ)グラム", ""),
    "litre": ("l|L|lit(?:er|re)s?|litros?|litres?|Litern?", "(?<!毫)升|リットル", ""),
    "ml": ("ml|mL|millilit(?:er|re)s?|mililitros?|Milliliter", "毫升|ミリリットル", ""),
}
LETTER = "A-Za-zÀ-ÿ"
MEASURES = {
    name: (
        regex.compile("|".join(filter(None, (f"(?<![{LETTER}])(?:{latin})(?![{LETTER}])", wide, signs)))),
        regex.compile(f"(?:{signs})\\s?$") if signs else None,
    )
    for name, (latin, wide, signs) in _MEASURES.items()
}
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
GROUPS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
BETWEEN = regex.compile(r"[\s-]?(?:d[e’']\s?)?")


@dataclass(frozen=True)
class Number:
    """A number at its place in a text; `value` is written in plain digits, as it stands where it is no one number."""

    span: Span
    value: str


def numbers(text: str, language: str = "") -> list[Number]:
    """The numbers of `text` in figures, in Chinese numerals and as words; without a language, English words.

    The language says what a comma is; without one, a mark before exactly three digits separates thousands.
    """
    plain = text.translate(FULL_WIDTH)
    return [Number(Span(*match.span()), _value(match, language)) for match in _pattern(language).finditer(plain)]


def measures(text: str, language: str = "") -> list[str]:
    """The currencies and units that stand at the numbers of `text`, by the names of `MEASURES`."""
    plain = text.translate(FULL_WIDTH)
    found = []
    for number in numbers(text, language):
        start = BETWEEN.match(plain, number.span.end).end()
        before = plain[max(0, number.span.start - 4) : number.span.start]
        found += [
            name
            for name, (forms, sign) in MEASURES.items()
            if forms.match(plain, start) or (sign is not None and sign.search(before))
        ]
    return found


def has_measure(text: str, name: str) -> bool:
    """Whether the currency or unit of that name is anywhere in `text`."""
    return MEASURES[name][0].search(text.translate(FULL_WIDTH)) is not None


@cache
def _pattern(language: str) -> regex.Pattern[str]:
    words = "|".join(sorted(_words(language), key=len, reverse=True))
    spaced = r"(?<!\d)\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?:,\d+)?(?![\d.,])|" if language in SPACED else ""
    figure = rf"{spaced}(?<!\d)\d+(?:[.,]\d+)*"
    written = rf"(?<![\w-])(?:{words})(?:-(?:{words}))?(?![\w])"
    wide = rf"(?:\d[\d,.]*\d|\d)?[{NUMERALS}](?:\d|[{NUMERALS}])*"
    return regex.compile(rf"(?:(?P<wide>{wide})|(?P<figure>{figure})|(?P<word>{written})){_scale(language)}", regex.I)


def _scale(language: str) -> str:
    names = "|".join(MAGNITUDES.get(language, MAGNITUDES["en"]))
    return rf"(?:[\s-](?P<scale>{names})(?![\w]))?"


def _words(language: str) -> dict[str, int]:
    return WORDS.get(language, WORDS["en"]) if language not in ("", "en") else {**WORDS["en"], **TENS}


def _value(match: regex.Match[str], language: str) -> str:
    if match["wide"]:
        value = _chinese(match["wide"])
    elif match["word"]:
        known = _words(language)
        value = Decimal(sum(known[part] for part in match["word"].casefold().split("-")))
    else:
        plain = _plain(match["figure"], language)
        if plain.count(".") > 1:
            return str(match["figure"])
        value = Decimal(plain)
    if match["scale"]:
        scales = {name.casefold(): power for name, power in MAGNITUDES.get(language, MAGNITUDES["en"]).items()}
        value *= Decimal(10) ** scales[match["scale"].casefold()]
    return format(value.normalize(), "f")


def _plain(figure: str, language: str) -> str:
    """A figure with a point before its decimals and nothing else but digits."""
    if not language:
        return GROUPS.sub("", figure).replace(",", ".")
    group, point = (".", ",") if language in DECIMAL_COMMA else (",", ".")
    bare = "".join(figure.split())
    if group in bare and not regex.fullmatch(rf"\d{{1,3}}(?:{regex.escape(group)}\d{{3}})+(?:{point}\d+)?", bare):
        # Not the way of the language: 3.11.4 or, in English, 2,5.
        return bare.replace(",", ".") if bare.count(group) > 1 or point in bare else bare.replace(group, ".")
    return bare.replace(group, "").replace(point, ".")


def _chinese(run: str) -> Decimal:
    """The value of numerals with or without figures among them: 二〇二四, 三百二十, 1.5万, 2亿3000万."""
    total, section, current = Decimal(0), Decimal(0), ""
    for part in _parts(run):
        if part not in UNITS:
            current += str(DIGITS.get(part, part))
        elif UNITS[part] < 10**4:
            section += Decimal(current or "1") * UNITS[part]
            current = ""
        else:
            section += Decimal(current or "0")
            total = (
                (total + section or Decimal(1)) * UNITS[part] if total < UNITS[part] else total + section * UNITS[part]
            )
            section, current = Decimal(0), ""
    return total + section + Decimal(current or "0")


def _parts(run: str) -> Iterator[str]:
    for match in regex.finditer(rf"\d[\d,]*(?:\.\d+)?|[{NUMERALS}]", run):
        yield match[0].replace(",", "")


def values(text: str, language: str = "") -> Counter[str]:
    """How often each value is in `text`."""
    return Counter(number.value for number in numbers(text, language))
