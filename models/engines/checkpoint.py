"""The files of a Transformers module."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from models.runtime.spec import Attention, Head


@dataclass(frozen=True)
class Checkpoint:
    """The files in `folder`, and what they become: as in `ModelSpec`; `adapter` is a folder or None."""

    name: str
    folder: Path
    head: Head
    attention: Attention = "sdpa"
    labels: tuple[str, ...] = ()
    adapter: Path | None = None

    @property
    def key(self) -> str:
        """A hash that distinguishes it from others of the same files; it includes the adapter's files."""
        adapter = sorted(path for path in self.adapter.iterdir() if path.is_file()) if self.adapter else []
        hashes = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in adapter]
        parts = json.dumps([self.head, self.attention, self.labels, hashes])
        return f"{self.head}-{hashlib.sha256(parts.encode()).hexdigest()[:8]}"
