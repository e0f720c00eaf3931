"""Reads several files as one."""

import io
import os
from collections.abc import Sequence
from pathlib import Path


class JoinedFile(io.RawIOBase):
    """A read-only, seekable view of several files as one."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = list(paths)
        self._starts, end = [], 0
        for path in paths:
            self._starts.append(end)
            end += path.stat().st_size
        self._end, self._place, self._deleted = end, 0, 0
        self._files = [path.open("rb") for path in paths]

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """The current position."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Change the position and return it."""
        self._place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._end}[whence]
        return self._place

    def read(self, size: int | None = -1) -> bytes:
        """Read up to `size` bytes, by default all that are left."""
        left = self._end - self._place if size is None or size < 0 else size
        found = []
        while left > 0 and self._place < self._end:
            number = max(i for i, start in enumerate(self._starts) if start <= self._place)
            self._files[number].seek(self._place - self._starts[number])
            chunk = self._files[number].read(left)
            found.append(chunk)
            self._place += len(chunk)
            left -= len(chunk)
        return b"".join(found)

    def delete_read(self) -> None:
        """Delete the files that lie entirely before the current position."""
        while self._deleted + 1 < len(self._paths) and self._starts[self._deleted + 1] <= self._place:
            self._files[self._deleted].close()
            self._paths[self._deleted].unlink()
            self._deleted += 1

    def close(self) -> None:
        """Close all files."""
        for file in self._files:
            file.close()
        super().close()
