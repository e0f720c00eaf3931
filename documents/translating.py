"""A document in another language: what of it is translated, by whatever translates, and the new file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
Translate = Callable[[Sequence[str]], Iterable[Translation]]


@dataclass(frozen=True)
class Progress:
    """How far a document is: characters `done` of `total`, and at the end the file that was `written`."""

    done: int
    total: int
    written: Written | None = None


def translated(path: Path, translate: Translate, report: Report = ignore) -> Iterator[Progress]:
    """Translate the document in the file at `path`; closing the iterator, or a report that raises, ends the work.

    Raises InputError.
    """
    data, ending = load(path), path.suffix.lower()
    found, _ = apart("passages", data, ending, report=report)
    passages = [Passage.of(each) for each in found]
    texts = [passage.text for passage in passages]
    done, total = 0, sum(map(len, texts))
    laid: list[Laid] = []
    yield Progress(0, total)
    for passage, translation in zip(passages, translate(texts), strict=True):
        laid.append(lay(passage, translation))
        done += len(passage.text)
        yield Progress(done, total)
    told, content = apart("rewrite", data, ending, laid, report)
    yield Progress(total, total, Written(content, tuple(told["notes"])))
