"""What a model has read of recent texts, kept in blocks: a text that begins like one of them is not read again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

# Tokens in a block. A text is read block by block, each in one pass over the same tokens however long the text is, so
# that what was kept is to the last bit what reading again would give. Small enough that Stop is heard between two
# blocks, large enough to keep the cores busy.
BLOCK = 64


@dataclass
class Blocks:
    """The blocks of the most recently read texts, at most `budget` bytes of them.

    A block is found by all tokens from the beginning of its text to its own end: only who brings the same beginning
    gets it, and it holds nothing that reading that beginning would not give.
    """

    budget: int
    _kept: OrderedDict[tuple[int, ...], Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, ids: Sequence[int]) -> list[Any]:
        """The blocks that `ids` begin with; at least one token is left to read, since something must follow."""
        with self._lock:
            found = []
            for end in range(BLOCK, len(ids), BLOCK):
                block = self._kept.get(tuple(ids[:end]))
                if block is None:
                    break
                found.append(block)
            self._touch(ids, len(found) * BLOCK)
            return found

    def keep(self, ids: Sequence[int], cut: Callable[[], Any]) -> None:
        """Keep what `cut` gives as the last block of `ids`, unless it is kept already; the oldest ones make room."""
        key = tuple(ids)
        with self._lock:
            known = key in self._kept
        if not known:
            block = cut()
            with self._lock:
                self._kept[key] = block
        with self._lock:
            self._touch(ids, len(ids))
            while self._kept and sum(block.nbytes for block in self._kept.values()) > self.budget:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()

    def _touch(self, ids: Sequence[int], end: int) -> None:
        """Note that the blocks of `ids` up to `end` are used; the last will go first, being no use without the rest."""
        for at in range(end, 0, -BLOCK):
            if tuple(ids[:at]) in self._kept:
                self._kept.move_to_end(tuple(ids[:at]))
