"""What of a file is translated at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any


@dataclass(frozen=True)
class Part:
    """A stretch of a passage: parts with the same `look` are formatted alike. One without text only holds a place."""

    text: str
    look: str = ""


@dataclass(frozen=True)
class Passage:
    """Parts that are translated as one text; where they are `ordered`, as cues are, they stay in their order."""

    parts: tuple[Part, ...]
    ordered: bool = False

    @property
    def text(self) -> str:
        """What is translated."""
        return "".join(part.text for part in self.parts)

    @property
    def starts(self) -> list[int]:
        """Where in the text each part begins, and where the last one ends."""
        return list(accumulate((len(part.text) for part in self.parts), initial=0))

    @staticmethod
    def of(plain: Mapping[str, Any]) -> "Passage":
        """The passage that `dataclasses.asdict` made `plain`."""
        return Passage(tuple(Part(**part) for part in plain["parts"]), plain["ordered"])


# Stretches of a translation in their order, each with the index of the part whose place or look it takes.
Laid = list[tuple[int, str]]
