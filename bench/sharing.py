"""What encoders win by sharing batches across visitors, as on a replica: `python -m bench.sharing`.

The work of several visitors at once, in threads as a replica has them, beside one after another, without a server.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
    """Milliseconds of all visitors' work: at once, beside one by one."""
    reader, answerer = SentimentReader(cache, SENTIMENT), Answerer(cache, QUESTION_ANSWERING)
    # What `/sentiment` reads: the text, and the text without each of its words.
    read = [TEXT, *(TEXT[: word.start] + TEXT[word.end :] for word in words(TEXT))]
    asked = [(QUESTION, ours.example("bridge"))]
    for name, work in (
        (f"/sentiment, {len(read)} readings each", lambda: reader.many(read)),
        ("/answer, one window each", lambda: list(answerer.many(asked, 3))),
    ):
        at_once, alone = interleaved(*(settled(partial(ours.milliseconds, each)) for each in _sides(work)))
        yield Row(f"{name}, {CLIENTS} visitors", "ms", at_once, alone)


def _sides(work: Callable[[], object]) -> tuple[Callable[[], object], Callable[[], object]]:
    def at_once() -> None:
        with ThreadPoolExecutor(CLIENTS) as pool:
            for done in [pool.submit(work) for _ in range(CLIENTS)]:
                done.result()

    return at_once, lambda: [work() for _ in range(CLIENTS)]


NOTES = [
    "",
    f"`python -m bench.sharing`: {method()} The same work of {CLIENTS} visitors at once, in the column of Glassbox,",
    "whose threads share the batches of the encoder, beside one visitor after another.",
]


def main() -> None:
    """Print the table and keep it."""
    conclude("Encoders in shared batches", list(rows(ours.cache())), NOTES)


if __name__ == "__main__":
    main()
