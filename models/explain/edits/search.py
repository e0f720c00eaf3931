"""The smallest edit that changes a model's mind: words of a text left out, or replaced by their opposites."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from models.explain.edits.opposites import opposites
from models.text.words import words

# Of an edit's words, at most so many are changed; so many edits of each size are gone on from, each with so many more.
MOST_CHANGES, WIDTH, BRANCHING = 4, 6, 12
# Texts that are scored together.
BATCH = 16


@dataclass(frozen=True)
class Change:
    """Characters `start` to `end` of a text replaced by `new`, which is empty where they are left out."""

    start: int
    end: int
    new: str


Edit = tuple[Change, ...]
"""Changes of one text that do not overlap, in their order."""

Leads = Callable[[Sequence[str]], Sequence[float]]
"""How far the model is from another result for each text: above 0 it gives the same, below 0 another."""


@dataclass(frozen=True)
class Search:
    """A search so far: `edit` flips the result, or is None; `nearest` is the one with the least lead, of the last size.

    `tried` of at most `bound` texts were read; `over` is whether nothing more comes.
    """

    edit: Edit | None
    nearest: Edit
    lead: float
    tried: int
    bound: int
    over: bool = False


def single_changes(text: str) -> list[Change]:
    """Every change of one word of `text`: left out, or replaced by each of its opposites; in their order."""
    spans = [span for span in words(text) if any(map(str.isalnum, span.of(text)))]
    return [Change(span.start, span.end, new) for span in spans for new in ("", *opposites(span.of(text)))]


def edited(text: str, edit: Edit) -> str:
    """`text` with the changes of `edit`; where a word is left out, one of the spaces beside it is too."""
    for change in reversed(edit):
        start, end = change.start, change.end
        if not change.new and text[end : end + 1].isspace() and (start == 0 or text[start - 1].isspace()):
            end += 1
        text = text[:start] + change.new + text[end:]
    return text


def smallest_edit(text: str, leads: Leads, bound: int, lead: float) -> Iterator[Search]:
    """Look for the edit with the fewest changes for which `leads` is below 0, reading at most `bound` texts.

    All single changes are read first; larger edits are made of those that brought the lead down most (a beam search).
    Of several edits of one size the one with the least lead is chosen, the first of equals; so the same text has always
    the same edit. `lead` is that of the text itself. Yields after each batch.
    """
    result = Search(None, (), lead, 0, bound)
    edits: list[Edit] = [(change,) for change in dict.fromkeys(single_changes(text))]
    best: list[Change] = []
    seen = {text}
    for size in range(1, MOST_CHANGES + 1):
        found: list[tuple[float, int, Edit]] = []
        fresh = [edit for edit in edits if _new(edited(text, edit), seen)][: bound - result.tried]
        for first in range(0, len(fresh), BATCH):
            batch = fresh[first : first + BATCH]
            scores = leads([edited(text, edit) for edit in batch])
            found += [(score, first + at, edit) for at, (score, edit) in enumerate(zip(scores, batch, strict=True))]
            result = Search(None, result.nearest, result.lead, result.tried + len(batch), bound)
            yield result
        if not found:
            break
        found.sort(key=lambda one: one[:2])
        least, _, nearest = found[0]
        if least < 0:
            yield Search(nearest, nearest, least, result.tried, bound, over=True)
            return
        result = Search(None, nearest, least, result.tried, bound)
        best = best or [edit[0] for _, _, edit in found[:BRANCHING]]
        edits = [
            tuple(sorted((*edit, change), key=lambda one: one.start))
            for _, _, edit in islice(found, WIDTH)
            for change in best
            if not any(_overlap(change, other) for other in edit)
        ]
        if size == MOST_CHANGES or result.tried >= bound:
            break
    yield Search(None, result.nearest, result.lead, result.tried, bound, over=True)


def _new(text: str, seen: set[str]) -> bool:
    """Whether `text` says something and was not seen before; now it is."""
    if text in seen or not any(map(str.isalnum, text)):
        return False
    seen.add(text)
    return True


def _overlap(one: Change, other: Change) -> bool:
    return one.start < other.end and other.start < one.end
