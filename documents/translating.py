"""Translates the passages of a document and writes the new file."""

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from documents.apart import apart
from documents.reading import load
from documents.rewriting.laying import lay
from documents.rewriting.passage import Laid, Passage
from documents.rewriting.splicing import Written
from models.runtime.progress import Report, ignore
from models.tasks.translation.translated import Translation

# Translates texts, and gives the translations in their order, as soon as there are some.
Translate = Callable[[Sequence[str]], Generator[Translation, None, None]]


@dataclass(frozen=True)
class Progress:
    """How far a document is: characters `done` of `total`, and at the end the file that was `written`."""

    done: int
    total: int
    written: Written | None = None


def translated(
    path: Path,
    translate: Translate,
    report: Report = ignore,
    seconds: float = math.inf,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Progress]:
    """Translate the document in the file at `path`; closing the iterator, or a report that raises, ends the work.

    Text that is not translated after `seconds` is kept, with a note. Raises InputError.
    """
    deadline = clock() + seconds
    data, ending = load(path), path.suffix.lower()
    found, _ = apart("passages", data, ending, report=report)
    passages = [Passage.of(each) for each in found]
    texts = [passage.text for passage in passages]
    done, total = 0, sum(map(len, texts))
    laid: list[Laid] = []
    yield Progress(0, total)
    with closing(translate(texts)) as translations:
        for passage, translation in zip(passages, translations, strict=False):
            laid.append(lay(passage, translation))
            done += len(passage.text)
            yield Progress(done, total)
            if clock() > deadline:
                break
    notes = []
    if done < total:
        notes.append(f"Time ran out: {done:,} of {total:,} characters are translated, and the rest is as it was.")
    left = [list(enumerate(part.text for part in passage.parts)) for passage in passages[len(laid) :]]
    result, content = apart("rewrite", data, ending, [*laid, *left], report)
    yield Progress(done, total, Written(content, (*notes, *result["notes"])))
