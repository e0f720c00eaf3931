"""Names for things that people tell apart by name."""

from collections.abc import Iterable


def unique(names: Iterable[str]) -> list[str]:
    """`names` with a number after each that was there before: text, text (2)."""
    found: dict[str, None] = {}
    for name in names:
        free, at = name, 1
        while free in found:
            at += 1
            free = f"{name} ({at})"
        found[free] = None
    return list(found)
