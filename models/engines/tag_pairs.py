"""Which kept tags, brackets and marks of emphasis belong together."""

import re
from collections.abc import Sequence

from models.text.kept import Kept

OPENING = re.compile(r"<([A-Za-z][\w-]*)[^<>]*(?<!/)>|\[|\*\*|__")
CLOSING = re.compile(r"</([A-Za-z][\w-]*)>|\]\(.*|\*\*|__")


def partner(parts: Sequence[Kept], number: int) -> int:
    """The index of the part that closes or opens with part `number`, -1 if there is none."""
    openings: list[int] = []
    for i, part in enumerate(parts):
        if not part.is_mark:
            continue
        closing, opening = CLOSING.fullmatch(part.form), OPENING.fullmatch(part.form)
        match = next((at for at in reversed(openings) if closing and _pairs(parts[at].form, part.form)), None)
        if match is not None:
            if number in (match, i):
                return match if number == i else i
            openings.remove(match)
        elif opening:
            openings.append(i)
    return -1


def _pairs(opening: str, closing: str) -> bool:
    if opening == "[":
        return closing.startswith("](")
    if opening in ("**", "__"):
        return opening == closing
    first, last = OPENING.fullmatch(opening), CLOSING.fullmatch(closing)
    return bool(first and last and first[1] == last[1])
