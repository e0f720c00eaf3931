"""Returns unused memory to the system: free memory held by glibc, and pages of mapped files."""

import ctypes
import os
import sys
from pathlib import Path

# In glibc's malloc.h.
M_ARENA_MAX = -8
# In mman.h since Linux 5.4; older kernels reject it, which is harmless.
MADV_PAGEOUT = 21
ARENAS = 2


def share_arenas() -> None:
    """Limit glibc to `ARENAS` memory arenas; call before the first thread starts.

    By default there are up to eight per core, and memory that is free in one cannot be used by another.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_ARENA_MAX, ARENAS)


def trim() -> None:
    """Return free memory to the system; glibc would keep what other threads freed."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


def page_out(file: Path) -> None:
    """Drop the pages of `file`, if it is mapped read-only, from memory; they are read again when needed."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    # A path may be in any encoding.
    for line in os.fsdecode(Path("/proc/self/maps").read_bytes()).splitlines():
        # Addresses, permissions, offset, device, inode, path.
        parts = line.split(maxsplit=5)
        if len(parts) == 6 and parts[1].startswith("r--") and parts[5] == str(file.resolve()):
            start, end = (int(address, 16) for address in parts[0].split("-"))
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_PAGEOUT)
