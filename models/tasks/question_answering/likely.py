"""Ranks the windows of a long text by the rare words that they share with the question."""

import math
import re
from collections.abc import Sequence

from models.tasks.question_answering.windows import Window

# Up to so many windows are read in their own order: all of them are read soon.
FEW = 64
# Words are compared by their first letters, so that "hidden" finds "hide" as often as not; a Chinese word by two.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2}|[^\W_]{3,}")
STEM = 5


def likely_first(question: str, context: str, windows: Sequence[Window]) -> list[Window]:
    """Sort `windows` of `context` by `ranked`; up to `FEW` of them stay in order."""
    if len(windows) <= FEW:
        return list(windows)
    return [windows[at] for at in ranked(question, [context[slice(*window.place)] for window in windows])]


def ranked(question: str, texts: Sequence[str]) -> list[int]:
    """The indices of `texts`, first those with words that are in the `question` and in few other texts."""
    stems = {word[:STEM] for word in WORD.findall(question.lower())}
    lowered = [text.lower() for text in texts]
    found = {stem: [stem in text for text in lowered] for stem in stems}
    rarity = {stem: math.log(len(texts) / max(sum(there), 1)) for stem, there in found.items()}
    scores = [sum(rarity[stem] * found[stem][at] for stem in stems) for at in range(len(texts))]
    return sorted(range(len(texts)), key=lambda at: -scores[at])
