"""Which windows of a long text to read first: those that share rare words with the question."""

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
    """`windows` of `context`, those first whose words are in the `question` and in few other windows."""
    if len(windows) <= FEW:
        return list(windows)
    stems = {word[:STEM] for word in WORD.findall(question.lower())}
    texts = [context[slice(*window.place)].lower() for window in windows]
    found = {stem: [stem in text for text in texts] for stem in stems}
    rarity = {stem: math.log(len(windows) / max(sum(there), 1)) for stem, there in found.items()}
    scores = [sum(rarity[stem] * found[stem][at] for stem in stems) for at in range(len(windows))]
    return [windows[at] for at in sorted(range(len(windows)), key=lambda at: -scores[at])]
