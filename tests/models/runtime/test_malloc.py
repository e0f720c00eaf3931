"""Freed memory goes back to the system."""

import mmap
import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from models.runtime.malloc import ARENAS, page_out, trim

PIECES, PIECE = 1_000, 100_000
PAGE = 4_096
MANY_THREADS = """
import ctypes, sys, threading
from models.runtime.malloc import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
libc, kept = ctypes.CDLL(None), []
libc.malloc.restype = ctypes.c_void_p
all_at_once = threading.Barrier(8)
def allocate():
    all_at_once.wait()
    kept.append(libc.malloc(50_000))
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


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


def arenas(how: str) -> int:
    """How many pools glibc made for eight threads."""
    command = [sys.executable, "-c", MANY_THREADS, how]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.count("<heap nr=")


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has them")
def test_threads_share_few_pools() -> None:
    """Eight threads take their memory from two pools, where each would have one of its own."""
    assert arenas("shared") == ARENAS < arenas("own")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists mapped files")
def test_pages_of_a_file_leave_memory_and_come_back_when_read(tmp_path: Path) -> None:
    """Those of another file stay."""
    size = 40_000_000
    files = [tmp_path / name for name in ("one.bin", "other file.bin")]
    for file in files:
        with file.open("wb") as written:
            written.write(b"a" * size)
            # What is not on the disk yet has to stay.
            os.fsync(written.fileno())
    with files[0].open("rb") as one, files[1].open("rb") as other:
        mapped = [mmap.mmap(each.fileno(), 0, prot=mmap.PROT_READ) for each in (one, other)]
        assert all(set(each[::PAGE]) == {ord("a")} for each in mapped)
        before = psutil.Process().memory_info().rss
        page_out(files[1])
        assert size / 2 < before - psutil.Process().memory_info().rss < 1.5 * size
        assert set(mapped[1][::PAGE]) == {ord("a")}
        for each in mapped:
            each.close()
