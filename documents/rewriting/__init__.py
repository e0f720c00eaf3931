"""The same file in another language: text, HTML, subtitles and Word documents, their layout kept."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from documents import kinds
from documents.rewriting.passage import Laid, Passage
from documents.rewriting.splicing import Written
from models.runtime.limits import InputError

# By kind the module that rewrites it, and is imported only then.
REWRITERS = {kinds.TEXT: "plain", kinds.HTML: "web", kinds.SUBTITLES: "subtitles", kinds.WORD: "word"}
# Characters of one file that are translated at most, and of one passage.
FILE_CHARACTERS, PASSAGE_CHARACTERS = 200_000, 10_000


def passages(data: bytes, ending: str) -> list[Passage]:
    """What of a file is to be translated, in order.

    Raises InputError where there is none or too much, or where a file of this kind cannot be rewritten.
    """
    found: list[Passage] = _rewriter(data, ending).passages(data)
    size = sum(len(passage.text) for passage in found)
    if not found:
        raise InputError("file", "The document holds no words to translate.")
    if size > FILE_CHARACTERS:
        message = (
            f"The document has {size:,} characters to translate; at most {FILE_CHARACTERS:,} are allowed. Split it."
        )
        raise InputError("file", message)
    if any(len(passage.text) > PASSAGE_CHARACTERS for passage in found):
        message = f"A paragraph of the document has more than {PASSAGE_CHARACTERS:,} characters. Divide it."
        raise InputError("file", message)
    return found


def rewritten(data: bytes, ending: str, laid: Sequence[Laid]) -> Written:
    """The file with each of its passages as it is `laid`. Raises InputError."""
    written: Written = _rewriter(data, ending).rewritten(data, laid)
    return written


def _rewriter(data: bytes, ending: str) -> Any:
    kind = kinds.kind_of(data, ending)
    if kind not in REWRITERS:
        message = (
            f"A {kind} file cannot be translated into the same file: only Word (.docx), HTML, subtitles and text can."
        )
        raise InputError("file", message)
    return import_module(f"documents.rewriting.{REWRITERS[kind]}")
