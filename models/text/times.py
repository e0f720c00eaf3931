"""Times of the day: where they stand in a text, and the ways in which another language writes them."""

from collections.abc import Iterator

import regex

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
