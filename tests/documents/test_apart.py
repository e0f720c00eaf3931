"""Documents are read in a process of their own, which ends whatever the file does."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from documents.apart import ROOT, apart, read_document
from documents.reading import FILE_LIMIT, parse
from models.runtime.limits import InputError
from models.runtime.progress import Stage, Stopped
from tests.documents.packages import with_password
from tests.documents.test_word import simple


def test_the_same_is_read_as_here(tmp_path: Path) -> None:
    """With its places and notes."""
    path = tmp_path / "letter.docx"
    path.write_bytes(simple("One.", "Two."))
    assert read_document(path) == parse(path.read_bytes(), ".docx")


def test_a_large_file_arrives(tmp_path: Path) -> None:
    """More than a pipe holds, at a time when the process is slow to begin."""
    path = tmp_path / "large.txt"
    path.write_text("A line of the log.\n" * 40_000)
    assert len(read_document(path).text) == 19 * 40_000 - 1


def test_a_refusal_keeps_its_words(tmp_path: Path) -> None:
    """And names the field."""
    path = tmp_path / "letter.docx"
    path.write_bytes(with_password(simple()))
    with pytest.raises(InputError, match="password") as caught:
        read_document(path)
    assert caught.value.field == "file"


def test_a_file_that_is_too_large_is_never_read(tmp_path: Path) -> None:
    """The message has both numbers."""
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(FILE_LIMIT + 1)
    with pytest.raises(InputError, match=r"20\.0 MB; at most 20 MB"):
        read_document(path)


def test_the_work_ends_when_time_is_up() -> None:
    """In words."""
    with pytest.raises(InputError, match="longer than 0 s"):
        apart("read", b"Hello " * 1_000_000, ".txt", seconds=0)


def test_the_work_ends_when_nobody_waits() -> None:
    """At once, though the file is not yet read."""

    def stop(stage: Stage) -> None:
        raise Stopped

    began = time.monotonic()
    with pytest.raises(Stopped):
        apart("read", b"Hello", ".txt", report=stop)
    assert time.monotonic() - began < 5


def test_a_process_that_breaks_down_is_reported_in_words() -> None:
    """Its own complaint is in the log alone."""
    with pytest.raises(InputError, match="could not be read") as caught:
        apart("unheard-of", b"", "")
    assert "Traceback" not in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such limit")
def test_memory_has_a_bound() -> None:
    """More than that is refused to the process by the system."""
    code = "from documents.child import limit_itself; limit_itself(); bytearray(1_100_000_000)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert b"MemoryError" in done.stderr
