"""What encoders would win by sharing batches across visitors, which they do not: `python -m bench.sharing`.

The work of several visitors, one after another beside all of it in shared batches, without a server.
"""

from collections.abc import Callable, Iterator
from functools import partial

from bench import ours
from bench.beside import Row, conclude, interleaved, method, settled
from bench.clients import CLIENTS, QUESTION, TEXT
from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT
from models.runtime.cache import ModelCache
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.text.words import words


def rows(cache: ModelCache) -> Iterator[Row]:
    """Milliseconds of all visitors' work: in shared batches, beside one by one."""
    reader, answerer = SentimentReader(cache, SENTIMENT), Answerer(cache, QUESTION_ANSWERING)
    # What `/sentiment` reads: the text, and the text without each of its words.
    read = [TEXT, *(TEXT[: word.start] + TEXT[word.end :] for word in words(TEXT))]
    asked = [(QUESTION, ours.example("bridge"))]
    for name, work in (
        (f"/sentiment, {len(read)} readings each", lambda visitors: reader.many(read * visitors)),
        ("/answer, one window each", lambda visitors: list(answerer.many(asked * visitors, 3))),
    ):
        together, alone = interleaved(*(settled(partial(ours.milliseconds, each)) for each in _sides(work)))
        yield Row(f"{name}, {CLIENTS} visitors", "ms", together, alone)


def _sides(work: Callable[[int], object]) -> tuple[Callable[[], object], Callable[[], object]]:
    return partial(work, CLIENTS), lambda: [work(1) for _ in range(CLIENTS)]


NOTES = [
    "",
    f"`python -m bench.sharing`: {method()} The same work of {CLIENTS} visitors in shared batches, in the column of",
    "Glassbox, beside one visitor after another. Encoders share none: this is what it would win at most.",
]


def main() -> None:
    """Print the table and keep it."""
    conclude("Encoders in shared batches", list(rows(ours.cache())), NOTES)


if __name__ == "__main__":
    main()
