"""Subtitles in another language: numbers, times and what else is between the words stay as they are."""

import html
import re
import textwrap
from collections.abc import Iterator, Sequence

from documents.rewriting.passage import Laid, Part, Passage
from documents.rewriting.splicing import Source, Written, source_of, spliced
from documents.subtitles import SENTENCE_END, TAGS, cues, is_web, spoken

# Cues of one sentence are translated together, up to so many.
TOGETHER = 4
# White space, tags and signs of song around the words of a cue.
EDGE = re.compile(rf"(?:\s|♪|{TAGS.pattern})*", re.I)
SPEAKER = re.compile(r"\s*[-–—]\s*")
Stretch = tuple[int, int]


def passages(data: bytes) -> list[Passage]:
    """The spoken sentences, each over its cues."""
    _, text = _text(data)
    return [Passage(tuple(_parts(text, group)), ordered=True) for group in _groups(text)]


def rewritten(data: bytes, laid: Sequence[Laid]) -> Written:
    """The subtitles with the words of each sentence as `laid` over its cues."""
    source, text = _text(data)
    changes = []
    inner = 0
    for group, new in zip(_groups(text), laid, strict=True):
        spoken = dict.fromkeys(range(len(group)), "")
        for i, words in new:
            spoken[i] += words
        for i, (start, end) in enumerate(group):
            inner += bool(TAGS.search(text[start:end]))
            lines = _lines(spoken[i].strip(), text.count("\n", start, end) + 1)
            changes.append((start, end, html.escape(lines, quote=False) if is_web(text) else lines))
    made = spliced(text, changes)
    ends = source.text.count("\r\n") > source.text.count("\n") / 2
    written = source.encoded(made.replace("\n", "\r\n") if ends else made)
    notes = (f"Subtitles whose formatting in the middle was dropped: {inner:,}.",) if inner else ()
    return Written(written.data, written.notes + notes)


def _parts(text: str, group: Sequence[Stretch]) -> Iterator[Part]:
    """The text of each cue of a group, with a space before the next."""
    for i, (start, end) in enumerate(group, 1):
        yield Part(spoken(text[start:end]) + " " * (i < len(group)))


def _text(data: bytes) -> tuple[Source, str]:
    source = source_of(data)
    return source, source.text.replace("\r\n", "\n").replace("\r", "\n")


def _groups(text: str) -> list[list[Stretch]]:
    """Where the words are, cue after cue, those of one sentence together; each speaker's line is one of its own."""
    groups: list[list[Stretch]] = []
    going_on = False
    for cue in cues(text):
        lines = _speakers(text, cue.start, cue.end)
        for start, end in lines:
            if not any(map(str.isalpha, spoken(text[start:end]))):
                going_on = False
                continue
            if going_on and len(lines) == 1 and len(groups[-1]) < TOGETHER:
                groups[-1].append((start, end))
            else:
                groups.append([(start, end)])
            going_on = len(lines) == 1 and not spoken(text[start:end]).endswith(SENTENCE_END)
    return groups


def _speakers(text: str, start: int, end: int) -> list[Stretch]:
    """The words of a cue without what is around them; in lines where each begins with a dash."""
    lines = text[start:end].split("\n")
    if len(lines) == 1 or not all(map(SPEAKER.match, lines)):
        return [_inner(text, start, end)]
    found, at = [], start
    for line in lines:
        dash = SPEAKER.match(line)
        assert dash is not None, "each line was matched before"
        found.append(_inner(text, at + dash.end(), at + len(line)))
        at += len(line) + 1
    return found


def _inner(text: str, start: int, end: int) -> Stretch:
    """The stretch less the tags, signs and white space at both its ends."""
    edge = EDGE.match(text, start, end)
    first = edge.end() if edge else start
    last = end
    for match in re.finditer(EDGE, text[first:end]):
        if first + match.end() == end:
            last = first + match.start()
            break
    return first, max(first, last)


def _lines(text: str, count: int) -> str:
    """`text` in at most `count` lines of about one length."""
    if count == 1 or not text:
        return text
    width = -(-len(text) // count)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    while len(lines) > count:
        width += 1
        lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)
