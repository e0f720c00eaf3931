"""What the app adds to its own adapters: the endpoints beside the same calls without a server.

python -m bench.overhead
"""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench import ours, results
from bench.beside import THREADS, figures, interleaved, method, spread
from bench.server import APP, must, started
from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, QUESTION_ANSWERING, SENTIMENT, SMOLLM2
from models.explain.attention import Attender
from models.runtime.cache import ModelCache
from models.tasks.chat.adapter import Chatter
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.translation.adapter import Translator

SHARE, MILLISECONDS = 0.1, 20.0
TEXT = "The ferry was late again, but the crew could not have been kinder."
QUESTION = "When was the bridge opened?"
TOKENS = 16


@dataclass(frozen=True)
class Overhead:
    """An endpoint beside its adapter, in milliseconds."""

    name: str
    endpoint: Sequence[float]
    adapter: Sequence[float]

    @property
    def added(self) -> float:
        """What the app adds, by the medians."""
        return statistics.median(self.endpoint) - statistics.median(self.adapter)

    @property
    def share(self) -> float:
        """The same as a share of the adapter's time."""
        return self.added / statistics.median(self.adapter)

    @property
    def met(self) -> bool:
        """Whether it is a small share, or a short time."""
        return self.share <= SHARE or self.added <= MILLISECONDS

    def __str__(self) -> str:
        times = f"{spread(list(self.endpoint))} | {spread(list(self.adapter))}"
        return f"| /{self.name} | {times} | {self.added:+.1f} | {self.share:+.0%} |"


def calls(cache: ModelCache) -> Mapping[str, tuple[Sequence[Any], Callable[[], object]]]:
    """By endpoint its arguments, and the adapter's call with the same."""
    bridge, attender = ours.example("bridge"), Attender(cache, (MINILM,))
    chatter = Chatter(cache, SMOLLM2)
    return {
        "sentiment": ([TEXT], partial(SentimentReader(cache, SENTIMENT), TEXT)),
        "answer": ([QUESTION, bridge, 3], partial(Answerer(cache, QUESTION_ANSWERING), QUESTION, bridge, 3)),
        "translate": ([TEXT, "en", "pt"], partial(Translator(cache, ENGLISH_PORTUGUESE, "en"), TEXT)),
        "attention": ([TEXT, "", MINILM.name, -1, -1], partial(attender, MINILM.name, TEXT)),
        "chat": ([TEXT, [], "", TOKENS, 0], partial(chatter, TEXT, max_new_tokens=TOKENS)),
    }


def rows(cache: ModelCache) -> list[Overhead]:
    """Each endpoint beside its adapter, in turn: one in a server's process, the other in this one."""
    found = []
    with started(*APP, "--threads", str(THREADS), "--device", "cpu") as server, server.calls() as http:
        for name, (data, adapter) in calls(cache).items():
            endpoint = partial(ours.milliseconds, partial(must, http, name, data))
            times = interleaved(endpoint, partial(ours.milliseconds, adapter))
            found.append(Overhead(name, figures(times[0]), figures(times[1])))
    return found


HEADER = ["| | endpoint, ms | adapter, ms | added, ms | of the adapter's |", "|---|---|---|---|---|"]
NOTES = [
    "",
    f"`python -m bench.overhead`: {method()} Through HTTP, Gradio's queue and JSON, beside the bare adapter",
    f"on the same inputs. At most {SHARE:.0%} or {MILLISECONDS:g} ms are to be added.",
]


def main() -> None:
    """Print the table and keep it; exit with 1 where the app adds too much."""
    found = rows(ours.cache())
    lines = [*HEADER, *map(str, found)]
    print("\n".join(lines))
    results.write("The app's own overhead", [*lines, *NOTES])
    if not all(row.met for row in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
