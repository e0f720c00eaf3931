"""Detects degenerate repetition in generated text, by its tokens alone, in any language."""

import re
from collections.abc import Sequence

# A passage repeated over at least this many tokens and this many times counts as degenerate. Shorter repetition is
# allowed: laughter, a row of a table, a line of zeros in code, the refrain of a poem.
LEAST, ROUNDS = 64, 3
# The same for the items of a numbered list, each a line, in items.
LEAST_ITEMS = 6
ITEM = re.compile(r"[ \t]*\d+[.)][ \t]+(.*[^\W\d_].*)")
SENTENCE_END = re.compile(r"""[.!?。！？…]["'”’)\]]*(?=\s|$)|[。！？]|\n""")


def circle(tokens: Sequence[int]) -> int | None:
    """How many of `tokens` to keep, up to the end of the first round, if they end in a circle; None if they do not."""
    for period in range(1, len(tokens) // ROUNDS + 1):
        needed = max(LEAST, ROUNDS * period)
        if needed > len(tokens):
            return None
        if tokens[-1] != tokens[-1 - period]:
            continue
        length = period
        while length < len(tokens) and tokens[-1 - length] == tokens[-1 - length + period]:
            length += 1
        if length >= needed:
            return len(tokens) - length + period
    return None


def circle_of_items(text: str) -> str | None:
    """The text up to the end of the first round where the items of a numbered list repeat; None where they do not.

    Their numbers go on, so that their tokens differ.
    """
    *lines, _ = text.split("\n")
    items: list[str] = []
    for line in reversed(lines):
        match = ITEM.fullmatch(line)
        if match is None:
            break
        items.append(match[1].strip())
    for period in range(1, len(items) // ROUNDS + 1):
        alike = period
        while alike < len(items) and items[alike] == items[alike - period]:
            alike += 1
        if alike >= max(LEAST_ITEMS, ROUNDS * period):
            return "\n".join(lines[: len(lines) - alike + period])
    return None


def whole_sentences(text: str) -> str:
    """`text` up to its last sentence or line that is whole; all of it where none is."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    kept = text[: ends[-1]].rstrip() if ends else ""
    return kept or text
