"""How a cost grows with the work: a table of sizes, and the exponent of the power that fits it."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.beside import spread

# What a straight line may seem to be where figures scatter.
LINEAR = 1.1


@dataclass(frozen=True)
class Growth:
    """What was measured in `unit` at each of `sizes`, which count `work`; `most` is the greatest exponent that is good.

    `base` is what the cost is without any work.
    """

    name: str
    work: str
    unit: str
    sizes: Sequence[int]
    values: Sequence[Sequence[float]]
    most: float = LINEAR
    base: float = 0.0

    @property
    def exponent(self) -> float:
        """The power of the size with which the medians grow."""
        return exponent(self.sizes, [statistics.median(each) - self.base for each in self.values])

    @property
    def met(self) -> bool:
        """Whether it grows no faster than is good."""
        return self.exponent <= self.most

    def table(self) -> list[str]:
        """The lines of a table, one for each size, and the exponent."""
        rows = [f"| {size:,} | {spread(list(each))} |" for size, each in zip(self.sizes, self.values, strict=True)]
        without = f" of what is above {self.base:.0f}" if self.base else ""
        last = f"Exponent{without}: {self.exponent:.2f} (at most {self.most:g})."
        return [f"**{self.name}**", "", f"| {self.work} | {self.unit} |", "|---|---|", *rows, "", last]


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The slope of the line that fits the logarithms of `values` over those of `sizes`, by least squares.

    Raises ValueError where one is not above zero, or all sizes are the same.
    """
    return statistics.linear_regression(list(map(math.log, sizes)), list(map(math.log, values))).slope
