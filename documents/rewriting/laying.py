"""Distributes a translation over the formatted parts of its original."""

from collections.abc import Sequence

from documents.rewriting.passage import Laid, Passage
from models.tasks.translation.translated import Translation
from models.text.alignment import words
from models.text.sentences import Span

# Words of a part stand together where they make up at least this share of the words from the first to the last.
TOGETHER = 0.5
# Offsets in a translation, each with the index of the part that begins there.
Marks = list[tuple[int, int]]
# For each word of a translation the offset in the source of the word that it stands for, None where none is known.
Sources = Sequence[int | None]


def lay(passage: Passage, translation: Translation) -> Laid:
    """`translation`, of the text of `passage`, over its parts: all its characters, and every part that has no text."""
    text, parts = translation.text, passage.parts
    written = [i for i, part in enumerate(parts) if part.text]
    if not text or len(parts) == 1:
        return [(written[0], text), *((i, "") for i, part in enumerate(parts) if not part.text)]
    found = words(text)
    sources = _sources(found, translation)
    if passage.ordered:
        cuts = _in_order(passage, found, sources, len(text))
    else:
        cuts = _by_look(passage, found, sources, len(text))
    places = [(at, i) for i, at in _places(passage, found, sources, len(text))]
    return _cut(text, cuts, places)


def _sources(found: Sequence[Span], translation: Translation) -> Sources:
    """The offsets of the words that those `found` in the translation stand for most."""
    best: dict[int, tuple[float, int]] = {}
    for sentence in translation.sentences:
        for link in sentence.links:
            best[link.target.start] = max(best.get(link.target.start, (0.0, 0)), (link.weight, link.source.start))
    return [best[word.start][1] if word.start in best else None for word in found]


def _in_order(passage: Passage, found: Sequence[Span], sources: Sources, end: int) -> Marks:
    """Where each part begins in the translation: where the fewest words fall on the wrong side, each has a word."""
    starts, count = passage.starts, len(found)
    cuts, first = [(0, 0)], 0
    for i in range(1, len(passage.parts)):
        left = len(passage.parts) - i
        choices = range(min(first + 1, count), max(count - left, first + 1) + 1)
        even = starts[i] / starts[-1] * count

        def wrong(cut: int, start: int = starts[i]) -> int:
            before = sum(source is not None and source >= start for source in sources[:cut])
            return before + sum(source is not None and source < start for source in sources[cut:])

        first = min(choices, key=lambda cut: (wrong(cut), abs(cut - even)), default=count)
        cuts.append((found[first].start if first < count else end, i))
    return cuts


def _by_look(passage: Passage, found: Sequence[Span], sources: Sources, end: int) -> Marks:
    """Where the parts begin in the translation, by the words that stand for theirs; the rest is in the common look."""
    starts, parts = passage.starts, passage.parts
    letters: dict[str, int] = {}
    for part in parts:
        letters[part.look] = letters.get(part.look, 0) + sum(map(str.isalnum, part.text))
    common = max(letters, key=lambda look: letters[look])
    base = next(i for i, part in enumerate(parts) if part.look == common and part.text)
    owners = [base] * len(found)
    for i, part in enumerate(parts):
        if part.look != common and any(map(str.isalnum, part.text)):
            first, last = _stretch(starts[i], starts[i + 1], starts[-1], sources)
            for at in range(first, last):
                if owners[at] == base:
                    owners[at] = i
    first, *_, last = [i for i, part in enumerate(parts) if part.text] * 2
    edges = [first, *owners, last]
    places = [Span(0, 0), *found, Span(end, end)]
    cuts = [(0, first)]
    for before, after, owner, following in zip(places, places[1:], edges, edges[1:], strict=False):
        if parts[owner].look != parts[following].look:
            # What stands between two words goes with the plainer one.
            plainer = len(parts[owner].look) <= len(parts[following].look)
            cuts.append((after.start if plainer else before.end, following))
    return cuts


def _stretch(start: int, end: int, total: int, sources: Sources) -> tuple[int, int]:
    """The words, first to last, that stand for the source from `start` to `end`; its share where none is linked."""
    mine = [at for at, source in enumerate(sources) if source is not None and start <= source < end]
    if not mine:
        first = min(round(start / total * len(sources)), max(len(sources) - 1, 0))
        return first, min(len(sources), max(first + 1, round(end / total * len(sources))))
    if len(mine) >= TOGETHER * (mine[-1] - mine[0] + 1):
        return mine[0], mine[-1] + 1
    runs = [[mine[0]]]
    for at in mine[1:]:
        runs[-1].append(at) if at == runs[-1][-1] + 1 else runs.append([at])
    longest = max(runs, key=len)
    return longest[0], longest[-1] + 1


def _places(passage: Passage, found: Sequence[Span], sources: Sources, end: int) -> Marks:
    """Where in the translation each part without text stands: behind the words that stand for what precedes it."""
    text, starts = passage.text, passage.starts
    places, behind = [], 0
    for i, part in enumerate(passage.parts):
        if part.text:
            continue
        before = text[: starts[i]]
        if not before.strip():
            at = 0
        elif not text[starts[i] :].strip():
            at = end
        else:
            word = words(before)[-1]
            linked = [n for n, source in enumerate(sources) if source is not None and word.start <= source < word.end]
            share = round(len(before) / len(text) * len(found))
            last = linked[-1] if linked else min(max(share - 1, 0), len(found) - 1)
            follows = not before[-1].isspace() and not before[-1].isalnum()
            following = found[last + 1].start if last + 1 < len(found) else end
            at = following if before[-1].isspace() or (follows and following == end) else found[last].end
        behind = max(behind, at)
        places.append((i, behind))
    return places


def _cut(text: str, cuts: Sequence[tuple[int, int]], places: Sequence[tuple[int, int]]) -> Laid:
    """`text` in stretches that begin at `cuts`, with the empty parts at their `places` between or within them."""
    marks = sorted([(at, 1, i) for at, i in cuts] + [(at, 0, i) for at, i in places], key=lambda mark: mark[0])
    laid: Laid = []
    owner, start = cuts[0][1], 0
    for at, begins, i in marks:
        if at > start:
            laid.append((owner, text[start:at]))
            start = at
        if begins:
            owner = i
        else:
            laid.append((i, ""))
    if start < len(text):
        laid.append((owner, text[start:]))
    return laid
