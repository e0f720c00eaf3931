"""Gives memory that was freed back to the system, where glibc keeps it."""

import ctypes
import sys


def trim() -> None:
    """Return what no model uses any more: glibc keeps what other threads freed for as long as the process lives."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
