"""What a row is measured with."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.engines.found import Found, Table, by_line, in_turn
from bench.engines.sides import BESIDE, App, Side, warm
from models.engines.tokenizer import Tokenizer
from models.runtime.spec import Weights
from models.weights.store import WeightStore

# In seconds.
PAUSE = 5.0
Measures = Mapping[tuple[str, str], Callable[[int], float]]


@dataclass(frozen=True)
class Context:
    """The commits that are measured, by their names, and whether what stands beside them is measured too.

    `tokens` is the folder of this commit's downloads, whose tokenizers count. `already` is how many requests of the
    row were measured before, so that no request is repeated; `until` is when the row must have ended.
    """

    commits: dict[str, Side]
    beside: bool
    tokens: Path
    data: Path | None
    repeats: int
    until: float
    already: int = 0
    _tokenizers: dict[str, Tokenizer] = field(default_factory=dict)

    def tokenizer(self, weights: Weights) -> Tokenizer:
        """The tokenizer that lies beside `weights`."""
        if weights.name not in self._tokenizers:
            self._tokenizers[weights.name] = Tokenizer.load(WeightStore(self.tokens).ensure(weights))
        return self._tokenizers[weights.name]

    @contextmanager
    def apps(self) -> Iterator[dict[str, App]]:
        """The apps of the commits, warm."""
        with warm(self.commits) as apps:
            yield apps

    def measured(self, measures: Measures, repeats: int | None = None) -> Table:
        """What `measures` find, by the key of a line and the name of a side, in turn."""
        wanted = {key: each for key, each in measures.items() if key[1] != BESIDE or self.beside}
        numbers = range(self.already, repeats or self.already + self.repeats)
        found: dict[tuple[str, str], Found] = in_turn(
            {key: _settled(each) for key, each in wanted.items()}, numbers, self.until
        )
        return by_line(found)


def _settled(measure: Callable[[int], float]) -> Callable[[int], float]:
    """`measure` after a pause.

    An engine that follows the load has seen the other side's work until now, and would begin with fewer threads.
    """

    def after_pause(number: int) -> float:
        time.sleep(PAUSE)
        return measure(number)

    return after_pause
