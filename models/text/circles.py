"""Detects degenerate repetition in generated text, by its tokens alone, in any language."""

import re
from collections.abc import Sequence

# A passage repeated over at least this many tokens and this many times counts as degenerate. Shorter repetition is
# allowed: laughter, a row of a table, a line of zeros in code, the refrain of a poem.
LEAST, ROUNDS = 64, 3
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


def whole_sentences(text: str) -> str:
    """`text` up to its last sentence or line that is whole; all of it where none is."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    kept = text[: ends[-1]].rstrip() if ends else ""
    return kept or text
