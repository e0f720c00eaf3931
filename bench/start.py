"""From the start to the first page and the first answer, beside the same app that loads every model first.

python -m bench.start
"""

import time
from functools import partial

import httpx

from bench.beside import REPEATS, THREADS, Row, conclude, interleaved, method
from bench.server import APP, WARMING, must, started

OPTIONS = ("--threads", str(THREADS), "--device", "cpu")
LOADS_FIRST = ("-m", "bench.load_first", *APP[1:])
QUESTION = ("Who sleeps?", "The dog sleeps in the garden.", 1)
SOONER = 3.0


def start(command: tuple[str, ...], pages: list[float]) -> float:
    """Seconds from the start of `command` to its first answer; those to its first page are added to `pages`."""
    began = time.monotonic()
    with started(*command, *OPTIONS) as server:
        httpx.get(server.url, timeout=60).raise_for_status()
        pages.append(time.monotonic() - began)
        with server.calls() as http:
            must(http, "answer", QUESTION)
        return time.monotonic() - began


def rows() -> list[Row]:
    """Seconds to the page, and to the answer to a short question."""
    pages: tuple[list[float], list[float]] = ([], [])
    answers = interleaved(partial(start, WARMING, pages[0]), partial(start, LOADS_FIRST, pages[1]))
    mine, other = (each[-REPEATS:] for each in pages)
    return [
        Row("start to first page", "seconds", mine, other, at_least=SOONER),
        Row("start to first answer", "seconds", answers[0], answers[1], at_least=SOONER),
    ]


NOTES = [
    "",
    f"`python -m bench.start`: {method()} Processes of their own, the weights on disk and in the system's cache. The",
    "answer is asked for once the page is there. Beside it the same app, which loads all default models at first.",
]


def main() -> None:
    """Print the table and keep it; exit with 1 where a target is missed."""
    conclude("Starting", rows(), NOTES)


if __name__ == "__main__":
    main()
