"""A file on the disk becomes the same file in another language."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from documents.translating import Progress, translated
from models.runtime.limits import InputError
from models.tasks.translation.translated import Translation
from tests.documents.speech import capitals, in_capitals

SOURCE = "One line.\n\nAnother line.\n\nA third.\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of three blocks."""
    path = tmp_path / "a.txt"
    path.write_text(SOURCE)
    return path


def test_progress_counts_characters_and_ends_with_the_file(path: Path) -> None:
    """Of what there is to translate."""
    *before, last = translated(path, in_capitals)
    assert [(each.done, each.total) for each in before] == [(0, 30), (9, 30), (22, 30), (30, 30)]
    assert last.written is not None
    assert last.written.data.decode() == SOURCE.upper()
    assert last.written.notes == ()


def test_time_runs_out_in_words(path: Path) -> None:
    """What is not translated is as it was."""
    times = iter([0.0, 1.0, 99.0])
    last = list(translated(path, in_capitals, seconds=10, clock=lambda: next(times)))[-1]
    assert last.written is not None
    assert last.written.data.decode() == "ONE LINE.\n\nANOTHER LINE.\n\nA third.\n"
    assert last.written.notes == ("Time ran out: 22 of 30 characters are translated, and the rest is as it was.",)


def test_closing_ends_the_work(path: Path) -> None:
    """What translates is closed too."""
    closed: list[bool] = []

    def translate(texts: Sequence[str]) -> Generator[Translation, None, None]:
        try:
            yield from map(capitals, texts)
        finally:
            closed.append(True)

    work = translated(path, translate)
    assert [next(work), next(work)] == [Progress(0, 30), Progress(9, 30)]
    work.close()  # type: ignore[attr-defined]
    assert closed == [True]


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """In words."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError, match="PDF file cannot be translated"):
        next(translated(path, in_capitals))
