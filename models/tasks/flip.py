"""The smallest edit of a text that changes a result, with the probabilities before and after it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from models.explain.edits.search import Edit, edited, smallest_edit
from models.runtime.provenance import Run, stopwatch

Probabilities = Mapping[str, float]
"""Of each possible result, by its name."""


@dataclass(frozen=True)
class Flip:
    """An edit so far, the `text` that it makes, and the probabilities `before` and `after` it.

    `found` is whether the result is another one now, or the one wanted; else `edit` comes nearest to that. `tried` of
    at most `bound` texts were read; `over` is whether the search has ended.
    """

    edit: Edit
    text: str
    before: Probabilities
    after: Probabilities
    found: bool
    tried: int
    bound: int
    over: bool
    run: Run


def flips(
    text: str,
    before: Probabilities,
    read: Callable[[Sequence[str]], Sequence[Probabilities]],
    lead: Callable[[Probabilities], float],
    bound: int,
    seconds: float,
    run: Run,
) -> Iterator[Flip]:
    """Search for the smallest edit of `text` whose `lead` is below 0, and yield how far the search is.

    `read` gives the probabilities for texts, of which at most `bound` are read. Ends after so many `seconds` with the
    nearest edit so far.
    """
    spent, known = stopwatch(), {text: before}

    def leads(texts: Sequence[str]) -> list[float]:
        found = read(texts)
        known.update(zip(texts, found, strict=True))
        return [lead(each) for each in found]

    result = Flip((), text, before, before, lead(before) < 0, 0, bound, lead(before) < 0, run)
    if result.over:
        yield result
        return
    for search in smallest_edit(text, leads, bound, lead(before)):
        after = edited(text, search.nearest)
        late = spent() > seconds
        run = replace(run, seconds=spent())
        found = search.edit is not None
        yield Flip(search.nearest, after, before, known[after], found, search.tried, bound, search.over or late, run)
        if late:
            return


def margin(probabilities: Probabilities, name: str) -> float:
    """The probability of `name` less the largest of the others."""
    others = max((value for other, value in probabilities.items() if other != name), default=0.0)
    return probabilities.get(name, 0.0) - others
