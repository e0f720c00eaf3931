"""Sentences and their places in a visitor's text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sentencex import get_sentence_boundaries

from models.text.paragraphs import unwrapped
from models.text.prose import spaceless

# Words with a full stop that end no sentence where it goes on.
_ABBREVIATIONS = (
    "appr approx apr apt apto aprox aug av ave avg blvd ca cf ch dec dept esp etc excl ext feb fev fig figs fl "
    "fls fri hosp hr hrs incl jan jul jun lb lbs ltd min nov nr nrs obs oct oz pág págs pg pp próx pts rd rm séc "
    "sept st tbsp tel thu thur tsp tue tues vol vols vs wed yd yrs"
)
ABBREVIATED = re.compile(rf"\b(?:{'|'.join(_ABBREVIATIONS.split())})\.$", re.IGNORECASE)
# Before and after Christ, as in "44 a.C." or "44 av. J.-C.", where each full stop is found to end a sentence.
ERA_BEGUN = re.compile(r"\b[adJ]\.$", re.IGNORECASE)
CHRIST = re.compile(r"(?:de\s|-)?C\.", re.IGNORECASE)
ERA = re.compile(r"\b(?:[ad]\.\s?(?:de\s)?|J\.-)C\.$", re.IGNORECASE)
# The number of a century or volume; "I" alone is rather a person, unless an era is behind it.
ROMAN = re.compile(r"(?:[IVXLC]{2,}|[VX])\b|I\s[ad]\.\s?C\.")


@dataclass(frozen=True)
class Span:
    """A span of a text: character offsets `start` to `end`, the end not included."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` in this span."""
        return text[self.start : self.end]


def sentences(text: str, language: str = "en") -> list[Span]:
    """The sentences of `text` without the white space around them; a line break ends one unless a paragraph goes on."""
    return in_lines(unwrapped(text), language)


def in_lines(text: str, language: str = "en") -> list[Span]:
    """The sentences of a text whose every line break ends one, as in what `unwrapped` gives."""
    spans: list[Span] = []
    line_start = 0
    for line in text.splitlines(keepends=True):
        for boundary in get_sentence_boundaries(language, line):
            start, end = line_start + boundary["start_index"], line_start + boundary["end_index"]
            span = stripped(text, start, end)
            if spans and spans[-1].start >= line_start and _goes_on(text, spans[-1], span):
                spans[-1] = Span(spans[-1].start, span.end)
            elif span.start < span.end:
                spans.append(span)
        line_start += len(line)
    return spans


def _goes_on(text: str, before: Span, after: Span) -> bool:
    """Whether a full stop between two spans is that of an ordinal ("3.º"), era or abbreviation.

    The last two only with a number, a Roman one too, or a small letter behind it.
    """
    following = text[after.start : after.end][:1]
    if before.end == after.start and following in ("º", "ª"):
        return True
    if CHRIST.match(text, after.start) and ERA_BEGUN.search(text, before.start, before.end):
        return True
    numbered = following.isdigit() or ROMAN.match(text, after.start) is not None
    abbreviated = ABBREVIATED.search(text, before.start, before.end) or ERA.search(text, before.start, before.end)
    return (numbered or following.islower()) and abbreviated is not None


def stripped(text: str, start: int, end: int) -> Span:
    """The span from `start` to `end` less the white space at both its ends."""
    inner = text[start:end].strip()
    first = start + text[start:end].find(inner)
    return Span(first, first + len(inner))


def joined(texts: Sequence[str]) -> str:
    """Join sentences, with a space between two if their script has one."""
    text = ""
    for each in texts:
        text += (" " if runs_together(text, each) else "") + each
    return text


def runs_together(before: str, after: str) -> bool:
    """Whether a space is due between two sentences that came from a script without any: not where theirs has none."""
    edges = (before[-1:], after[:1])
    return all(edges) and not any(edge.isspace() or spaceless(edge) for edge in edges)
