"""What a translation without alignment has lost of what it must keep: numbers, measures, signs, tags, code."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

import regex

from models.text.kept import DECIMAL_COMMA, SWAPPED, Kept, kept
from models.text.prose import wide
from models.text.quantities import MEASURES, NUMERALS, has_measure, measures, numbers, values

SIGNS = frozenset({"So", "Sm", "Sk", "No"})
MORE_SIGNS = "#§¶†"
# Half an hour is a word in many languages.
HALF = regex.compile(r"half|meia|media|demie|halb|半")
CLOCK = regex.compile(
    r"\d{1,2}\s?[:h]\s?\d{2}(?!\d)|\d{1,2}\s?(?:h(?!\w)|[ap]\.?m\b)|\d{1,2}[点時时]", regex.IGNORECASE
)
DECADE = regex.compile(r"\d{2}(\d0)(?:'?s\b|年代)")


def lost(source: str, translation: str, pair: tuple[str, str]) -> tuple[str, ...]:
    """What of `source` its `translation` does not have, as it is written there; `pair` are the codes of the languages.

    A number may be written in any way of its language, a currency or unit by its sign or its name. Numbers that the
    source has only as words are not looked for.
    """
    exact, rest = parted(source)
    missing = [form for form in dict.fromkeys(exact) if source.count(form) != translation.count(form)]
    missing += _lost_numbers(rest, translation, pair)
    missing += [name for name in dict.fromkeys(measures(rest, pair[0])) if not has_measure(translation, name)]
    return tuple(missing)


def mended(source: str, translation: str, missing: Sequence[str], pair: tuple[str, str]) -> str:
    """`translation` with missing signs and tags that begin or end `source`, and figures with their points and commas.

    A model writes 2,500 in languages that write 2.500.
    """
    swap = len({language in DECIMAL_COMMA for language in pair}) == 2
    for form in missing:
        if form in translation:
            translation = (
                translation.replace(form, form.translate(SWAPPED)) if swap and form[0].isdigit() else translation
            )
        elif source.startswith(form):
            translation = form + _space(source[len(form) :][:1]) + translation
        elif source.endswith(form):
            translation += _space(source[: -len(form)][-1:]) + form
    return translation


def _space(character: str) -> str:
    return character if character.isspace() else ""


def parted(source: str) -> tuple[list[str], str]:
    """What stands in the translation to the letter, and `source` with blanks in its place."""
    # Letters of the scripts without spaces, and Korean endings, would run together with a name before or behind them.
    plain = "".join(" " if c.isalpha() and wide(c) else c for c in source)
    strange = {c for c in plain if (unicodedata.category(c) in SIGNS or c in MORE_SIGNS) and not _is_measure(c)}
    exact: list[str] = []
    rest = list(source)
    for part in kept(plain, ("en", "en"), strange):
        if part.reading:
            exact += _signs(part)
        elif not _is_measure(part.form):
            exact.append(part.span.of(source))
            rest[part.span.start : part.span.end] = " " * len(part.form)
    return exact, "".join(rest)


def _is_measure(text: str) -> bool:
    return any(forms.fullmatch(text) for forms, _ in MEASURES.values())


def _signs(number: Kept) -> Iterator[str]:
    """The signs at a number that are no currency or unit."""
    for sign in number.form.replace(number.reading or "", "").split():
        if not _is_measure(sign):
            yield sign


def _lost_numbers(source: str, translation: str, pair: tuple[str, str]) -> list[str]:
    """The figures of `source` whose values `translation` has not as often."""
    there: Counter[str] = values(translation, pair[1])
    clocks = [match.span() for match in CLOCK.finditer(source)]
    decades = {match.start(): match[1] for match in DECADE.finditer(source)}
    missing = []
    for number in numbers(source, pair[0]):
        written = number.span.of(source)
        if not any(c.isdigit() and c not in NUMERALS for c in written):
            continue
        ways = [number.value, written]
        if any(start <= number.span.start < end for start, end in clocks):
            ways += _hours(number.value)
            if number.value == "30" and HALF.search(translation):
                continue
        if number.span.start in decades:
            ways.append(decades[number.span.start])
        found = next((way for way in ways if there[way]), None)
        if found is None:
            missing.append(written)
        else:
            there[found] -= 1
    return missing


def _hours(value: str) -> list[str]:
    """The same hour of the other half of the day."""
    return [str((int(value) + 12) % 24), str(int(value) - 12)] if value.isdecimal() else []
