"""Reads subtitles (.srt, .vtt) with their times."""

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from documents.document import Document, Draft, Full
from documents.plain import decode

TIME = r"(?:(?P<{0}h>\d+):)?(?P<{0}m>\d{{1,2}}):(?P<{0}s>\d{{2}})(?:[,.:]\d{{1,3}})?"
# The line with the times, the lines up to an empty one, or to the number of the next cue where none is empty.
CUE = re.compile(
    rf"^[ \t]*{TIME.format('from')}[ \t]*-->[ \t]*{TIME.format('to')}[^\n]*\n"
    r"(?P<text>(?:(?![ \t]*$|[^\n]*-->)[^\n]*(?:\n|$))*)",
    re.M,
)
TAGS = re.compile(r"</?(?:[biuv]|c|lang|ruby|rt|font)\b[^<>]*>|\{\\[^{}]*\}|<\d[\d:.]*>", re.I)
SENTENCE_END = tuple(".!?…。！？♪:\"'”’)]")


@dataclass(frozen=True)
class Cue:
    """One subtitle: when it appears, such as "00:01:05", and its text from `start` to `end` in the file."""

    time: str
    start: int
    end: int


def read(data: bytes) -> Document:
    """The text of the subtitles in `data`, whose places are the times. Raises InputError.

    A sentence over several cues is in one line.
    """
    found = decode(data)
    source = found.text.replace("\r\n", "\n").replace("\r", "\n")
    draft = Draft()
    draft.notes += found.notes
    found_cues, gap = list(cues(source)), "\n"
    with suppress(Full):
        for cue in found_cues:
            text = spoken(source[cue.start : cue.end])
            draft.place(cue.time)
            draft.write(text, gap)
            gap = "\n" if not text or text.endswith(SENTENCE_END) else " "
    return draft.done(f"Subtitles, {len(found_cues):,} cues")


def cues(source: str) -> Iterator[Cue]:
    """The cues of `source`, whose lines end with "\\n".

    In .srt files a cue may have empty lines; in .vtt files one ends a cue, and a comment may follow.
    """
    found = list(CUE.finditer(source))
    follows = [match.start() for match in found[1:]] + [len(source)]
    for match, following in zip(found, follows, strict=True):
        hours, minutes, seconds = (int(match[f"from{unit}"] or 0) for unit in "hms")
        start, end = match.span("text")
        text = source[start:end]
        # Where no empty line is between, the number of the next cue looks like a last line.
        lines = text.rstrip("\n").split("\n")
        if len(lines) > 1 and lines[-1].strip().isdecimal() and source[end:].lstrip(" \t")[:1].isdigit():
            end = start + len("\n".join(lines[:-1]))
        elif not is_web(source):
            end = _behind_empty_lines(source, end, following)
        yield Cue(f"{hours:02}:{minutes:02}:{seconds:02}", start, start + len(source[start:end].rstrip("\n")))


def is_web(source: str) -> bool:
    """Whether `source` is a .vtt file, where "&" and "<" are written as in HTML."""
    return source.startswith("WEBVTT")


def _behind_empty_lines(source: str, end: int, following: int) -> int:
    """Where a cue ends if its text continues behind empty lines: before the number of the cue at `following`."""
    rest = source[end:following]
    if following < len(source):
        # The line above the times is the number of their cue.
        rest = rest[: rest.rstrip("\n").rfind("\n") + 1] if not rest.endswith("\n\n") else rest
    return end + len(rest.rstrip()) if rest.strip() else end


def spoken(text: str) -> str:
    """The words of a cue without its tags, in one line."""
    return " ".join(html.unescape(TAGS.sub("", text)).split())
