"""Gives memory that nobody needs any more back to the system: what glibc keeps, and pages of files."""

import ctypes
import sys
from pathlib import Path

# In glibc's malloc.h.
M_ARENA_MAX = -8
# In Linux' mman.h, since 5.4; older kernels refuse it, which changes nothing.
MADV_PAGEOUT = 21
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


def page_out(file: Path) -> None:
    """Take the pages of `file`, where it is mapped read-only, out of memory; those still needed come back when read."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    for line in Path("/proc/self/maps").read_text().splitlines():
        # Addresses, permissions, offset, device, inode, path.
        parts = line.split(maxsplit=5)
        if len(parts) == 6 and parts[1].startswith("r--") and parts[5] == str(file.resolve()):
            start, end = (int(address, 16) for address in parts[0].split("-"))
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_PAGEOUT)
