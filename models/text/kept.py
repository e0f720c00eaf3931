"""What of a sentence a translation must keep: numbers, signs, placeholders, tags, code, addresses."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import regex

from models.text.sentences import Span

# Languages that write 1.234,5 where English writes 1,234.5.
DECIMAL_COMMA = frozenset({"pt", "es", "fr", "de", "it", "nl"})
SWAPPED = str.maketrans(",.", ".,")
GROUPED = {False: regex.compile(r"\d{1,3}(,\d{3})+(\.\d+)?"), True: regex.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")}
ENDINGS = "pdf|docx?|xlsx?|pptx?|odt|csv|tsv|txt|md|html?|css|js|ts|json|xml|ya?ml|toml|ini|py|sh|exe|zip|gz|png|jpe?g"
ENDINGS += "|gif|svg|mp[34]|wav|srt|epub|com|org|net|edu|gov|io|br|pt|uk|de|fr"
CODE = regex.compile(r"`+[^`\n]+`+")
NAME = regex.compile(
    rf"""
    (?:https?|ftp)://[^\s<>"'`]*[\w/=&\#-] | www\.[^\s<>"'`]*[\w/=&\#-]
  | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                    # an e-mail address
  | \{{\{{[^{{}}\n]*\}}\}} | [\$\#]?\{{[^{{}}\n]*\}}            # {{{{x}}}}, {{x}}, ${{x}}
  | %\(\w+\)[sdifr] | (?<![\d%])%(?:\d+\$)?[-+0]?\d*(?:\.\d+)?[sdifgxr@](?!\w)
  | (?<![\w:/]):[A-Za-z_]\w* | \$[A-Za-z_]\w*       # :id, $x
  | (?<!\w)[@\#][\p{{L}}_][\w.]*\w
  | (?<![\w/.<])(?:~|\.{{1,2}})?(?:/[\w.-]*\w)+/? | [A-Z]:\\[\w.\\-]*\w   # a path
  | (?<!\w)[\w-]+(?:\.[\w-]+)*\.(?:{ENDINGS})(?!\w)(?:/[\w/.?=&-]*\w)?
  | (?<![\w.])v\d+(?:\.\d+)*(?!\w) | (?<!\S)--?[a-z][\w-]+(?!\w)
  | (?<!\w)º[CF](?!\w) | \w+\(\) | \b\w+(?<!_)_(?!_)\w+\b                # a function, snake_case
  | \w*[^\W\d_]\w*[²³¹⁰-₎]+\w*                      # m², CO₂
    """,
    regex.VERBOSE,
)
LINK = r"\[(?=[^\[\]\n]+\]\([^()\s]+\))|\]\([^()\s]+\)"
MARK = regex.compile(rf"</?[A-Za-z][^<>\n]*>|<!--[^\n]*?-->|&\#?\w+;|{LINK}|\*\*|__")
ORDINAL = r"(?:st|nd|rd|th)\b"
NUMBER = regex.compile(rf"(?<![\w.,])\d+(?:[.,:/]\d+)*(?!{ORDINAL})(?![\d\ufe0f\u20e3])")
AFTERNOON = regex.compile(r"\s?p\.?m\b")
THOUSAND = regex.compile(r"\s(?:mil|thousand)\b")
EVENING = regex.compile(r"(1[3-9]|2[0-3])\s?h(?!\w)")
CLUSTER = regex.compile(r"\X")
# Signs that belong to the number behind them, and with a blank between.
BEFORE, KNOWN = "€£¥₹₽₩±≈~<>≤≥×#№§^", "$%°"


@dataclass(frozen=True)
class Kept:
    """A stretch of a sentence that its translation has as `form`.

    The network reads `reading`: nothing for a sign, a stand-in where it is None; it may write one of `accepted`.
    """

    span: Span
    form: str
    reading: str | None
    accepted: tuple[str, ...] = ()

    @property
    def is_mark(self) -> bool:
        """Whether the network reads the sentence without it."""
        return self.reading == ""


def kept(text: str, pair: tuple[str, str], strange: Collection[str], closely: bool = False) -> list[Kept]:
    """What of `text` must stay, in order; `strange` are characters that the network does not know.

    `closely` keeps the signs beside a number with it that the network does know.
    """
    found: list[Kept] = []
    taken = [False] * len(text)
    for pattern in (CODE, MARK, NAME, NUMBER):
        for match in pattern.finditer(text):
            if any(taken[slice(*match.span())]):
                continue
            taken[slice(*match.span())] = [True] * len(match[0])
            if pattern is NUMBER:
                found.append(_number(text, match[0], match.start(), pair))
            else:
                found.append(Kept(Span(*match.span()), match[0], "" if pattern is MARK else None))
    signs = _signs(text, taken, strange, KNOWN if closely else "")
    return _joined(text, sorted([*found, *signs], key=lambda each: each.span.start))


def _number(text: str, written: str, start: int, pair: tuple[str, str]) -> Kept:
    comma_from, comma_to = (language in DECIMAL_COMMA for language in pair)
    span = Span(start, start + len(written))
    other = written.translate(SWAPPED)
    if comma_from == comma_to:
        return Kept(span, written, written)
    if GROUPED[comma_from].fullmatch(written):
        # 2,000 is 2.000 or 2000, and 2 mil; the network garbles groups that it has to swap.
        plain = other.replace("." if comma_to else ",", "")
        return Kept(span, other, other, (plain, f"{other[:-4]} mil") if other.endswith("000") else (plain,))
    ways = [other, written.replace(":", "h"), written.replace(":", "."), written.replace(".", "h")]
    if AFTERNOON.match(text, span.end):
        hour, minutes = regex.fullmatch(r"(\d+)(.*)", written).groups()
        ways += [f"{int(hour) + 12}{minutes}", f"{int(hour) + 12}{minutes.replace(':', 'h')}"]
    if THOUSAND.match(text, span.end):
        ways += [f"{written},000", f"{written}.000"]
    if (hour := EVENING.match(text, start)) and hour.end() > span.end:
        ways.append(str(int(hour[1]) - 12))
    return Kept(span, written, written, tuple(ways))


def _signs(text: str, taken: list[bool], strange: Collection[str], more: str) -> list[Kept]:
    """The runs of whole characters (grapheme clusters) of which the network does not know a part."""
    found: list[Kept] = []
    for match in CLUSTER.finditer(text):
        start, end = match.span()
        sign = match[0]
        if taken[start] or not (any(c in strange or c in more or _folded(c) for c in sign)):
            continue
        if found and found[-1].span.end == start:
            start, sign = found[-1].span.start, found.pop().form + sign
        found.append(Kept(Span(start, end), sign, None if any(map(str.isalpha, sign)) else ""))
    return found


def _folded(character: str) -> bool:
    """Whether SentencePiece's normalization makes another sign of it: ½, ³, ™."""
    numeral = not character.isascii() and unicodedata.category(character) in ("No", "So", "Sm")
    return numeral and unicodedata.normalize("NFKC", character) != character


def _joined(text: str, parts: list[Kept]) -> list[Kept]:
    """`parts` with the signs of a number as one with it: "€ 5", "< 5", "10³", "1½"."""
    found: list[Kept] = []
    for part in parts:
        if found and part.reading and found[-1].is_mark and _leads(text, found[-1], part):
            found[-1] = _as_one(text, found[-1], part, part)
        elif found and part.is_mark and found[-1].reading and _follows(part, found[-1]):
            found[-1] = _as_one(text, found[-1], part, found[-1])
        else:
            found.append(part)
    return [Kept(each.span, each.form, None) if _is_number(each) else each for each in found]


def _is_number(part: Kept) -> bool:
    """Whether it is a numeral by itself, as ½ is."""
    return part.is_mark and all(unicodedata.category(c) == "No" for c in part.form)


def _leads(text: str, sign: Kept, number: Kept) -> bool:
    between = text[sign.span.end : number.span.start]
    return between in ("", " ") and len(sign.form) == 1 and sign.form in BEFORE + KNOWN[:1]


def _follows(sign: Kept, number: Kept) -> bool:
    return number.span.end == sign.span.start and sign.form[0] not in "<&[]*_#"


def _as_one(text: str, first: Kept, second: Kept, number: Kept) -> Kept:
    form = first.form + text[first.span.end : second.span.start] + second.form
    return Kept(Span(first.span.start, second.span.end), form, number.reading, number.accepted)
