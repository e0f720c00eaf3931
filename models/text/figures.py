"""Numbers, amounts of money and times of the day: where they stand in a text, and how another language writes them."""

from collections.abc import Iterator

import regex

ORDINAL = r"(?:(?:st|nd|rd|th)\b|[ªº](?![CF]))"
_NUMBER = rf"(?<![\w.,])\d+(?:[.,:/]\d+)*(?!{ORDINAL})(?![\d\ufe0f\u20e3])"
NUMBER = regex.compile(_NUMBER)
CURRENCY = "$€£¥₹₽₩"
# Of these a translation network makes the dollar alone, which is another currency; in English that is the US$.
DOLLAR = regex.compile(
    rf"(?<![\w$])(?P<name>(?:US|CA|AU|NZ|HK|MX|SG|NT|[ACRS])\$)(?:(?P<blank>\s?)(?P<amount>{_NUMBER}))?"
)
# 12.50 as an amount of money or a measure, where a version or a time of the day is written alike.
AMOUNT = {False: regex.compile(r"\d+\.\d{1,2}"), True: regex.compile(r"\d+,\d{1,2}")}
_WORDS = "per ?cent|por cento|[mb]illions?|milh|bilh|[mb]ilion|met(?:er|re|ro)|kilo|quil|lit(?:er|re|ro)|gra[mu]|degree"
UNIT = regex.compile(
    r"\s?(?:[%°]|(?:[kmµ]?g|[kcmµn]?m|m?[lL]|[kM]?W|[kMGT]B|[kMG]?Hz|mph|km/h|kWh|lbs?|oz)(?![\w])|"
    rf"(?:{_WORDS}))"
)
# Languages that write 9h30 where others write 9:30.
HOURS = frozenset({"pt", "fr"})
CLOCK = regex.compile(r"(?<![\w.,])(\d{1,2})\s?h\s?(\d\d)(?:min)?(?!\w)")
HALF_DAY = regex.compile(r"\s?([ap])\.?m\b", regex.IGNORECASE)
# A time of the day in English, and what is before it where it ends a range: 2 to 4 p.m.
TWELVE = regex.compile(r"(?<![\w.,:/])(1[0-2]|[1-9])(?:[:.]([0-5]\d))?\s?([ap])(?:m|\.m(?:\.(?!\s*$))?)(?!\w)", regex.I)
RANGE = regex.compile(r"\d\s?(?:[-–/]|to|and|or|till|until)\s?$")
EVENING = regex.compile(r"(1[3-9]|2[0-3])\s?h(?!\w)")


def is_alone(text: str, time: regex.Match[str]) -> bool:
    """Whether a time that was found in `text` does not end a range."""
    return not RANGE.search(text, 0, time.start())


def of_12_hours(time: regex.Match[str]) -> list[str]:
    """Ways to write what `TWELVE` found where the day has 24 hours, the usual one first."""
    ways = list(dict.fromkeys(of_24_hours(f"{time[1]}:{time[2] or '00'}", time[3] in "pP")))
    return ways if time[2] else [*ways, f"{ways[0][:-3]}h", ways[0][:-3]]


def of_24_hours(written: str, after_noon: bool) -> Iterator[str]:
    """Ways to write a time of the day with a.m. or p.m. behind it where the day has 24 hours."""
    hour, minutes = regex.fullmatch(r"(\d+)(.*)", written).groups()
    whole = int(hour) % 12 + 12 * after_noon
    for way in (str(whole), f"{whole:02}"):
        yield from (way + minutes, way + minutes.replace(":", "h"))
        if not minutes:
            yield from (f"{way}:00", f"{way}h00", f"{way}h", f"{way}.00")


def of_the_evening(hour: int) -> list[str]:
    """Ways to write an hour from 13 to 23 that stands without minutes."""
    return [str(hour - 12), f"{hour - 12}:00", f"{hour - 12}.00", f"{hour}:00"]


def clock(hour: str, minutes: str, language: str) -> list[str]:
    """Ways to write a time of the day as "9h30" in `language`, where most write 9:30, the usual one first."""
    if language in HOURS:
        return [f"{hour}h{minutes}"]
    hours = [hour, str(int(hour) - 12)] if int(hour) > 12 else [hour]
    return [f"{each}{sign}{minutes}" for each in hours for sign in ":.h"]


def is_money(text: str, start: int, end: int) -> bool:
    """Whether a sign of a currency is before or behind the number from `start` to `end`."""
    before, behind = text[:start].rstrip()[-1:], text[end:].lstrip()[:1]
    return (before != "" and before in CURRENCY) or (behind != "" and behind in CURRENCY)


def is_common(text: str, dollar: regex.Match[str], language: str) -> bool:
    """Whether a network translates to `language` what `DOLLAR` found: US$ to English, and R$ if it is alone."""
    return (dollar["name"] == "US$" and language == "en") or text.count("R$") == text.count("$")
