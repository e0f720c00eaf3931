"""Gives memory that was freed back to the system, where glibc keeps it."""

import ctypes
import sys

# In glibc's malloc.h.
M_ARENA_MAX = -8
ARENAS = 2


def share_arenas() -> None:
    """Let all threads take their memory from `ARENAS` pools, before the first of them asks.

    glibc gives each thread a pool of its own, up to eight for each core, and what one keeps free no other may use.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_ARENA_MAX, ARENAS)


def trim() -> None:
    """Return what no model uses any more: glibc keeps what other threads freed for as long as the process lives."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
