"""Freed memory goes back to the system."""

import sys
import threading

import psutil
import pytest

from models.trimming import trim

PIECES, PIECE = 1_000, 100_000


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc keeps it")
def test_what_a_thread_freed_is_given_back() -> None:
    """A load runs in a thread of its own: what it allocated on the way stays, until it is trimmed."""
    process, last = psutil.Process(), list[bytes]()

    def load() -> None:
        pieces = [b"a" * PIECE for _ in range(PIECES)]
        last.append(pieces[-1])

    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
    before = process.memory_info().rss
    trim()
    assert before - process.memory_info().rss > PIECES * PIECE / 2
