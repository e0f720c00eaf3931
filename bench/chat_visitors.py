"""What visitors of the language model wait for: `python -m bench.chat_visitors [--model NAME] [--repeats N]`.

Tokens a second, the first token of a prompt of 100 tokens and of a second turn, and two visitors at once beside one.
The load of the machine before the run is part of the result: the targets hold for two idle cores.
"""

import argparse
import itertools
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import model_setup
import settings
from bench import ours, results
from models.catalog.bundled import QWEN, SMOLLM2
from models.runtime.progress import ignore
from models.tasks.chat.adapter import ChatReply, Chatter

QUESTION = "Write a long letter to a friend about a summer at the sea."
AGAIN = "And what was the weather like?"
TOKENS, PROMPT = 64, 100


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured each time, and the most or the least that it should be."""

    name: str
    values: Sequence[float]
    most: float = float("inf")
    least: float = 0.0

    @property
    def met(self) -> bool:
        """Whether the median is within its bounds."""
        return self.least <= statistics.median(self.values) <= self.most

    def __str__(self) -> str:
        target = f"at most {self.most:g}" if self.least == 0 else f"at least {self.least:g}"
        low, high = min(self.values), max(self.values)
        return f"| {self.name} | {statistics.median(self.values):.2f} ({low:.2f} to {high:.2f}) | {target} |"


class Visitors:
    """Asks a chat model as visitors do; each question begins in its own way, so that nothing of it was read before."""

    def __init__(self, chatter: Chatter) -> None:
        self._chatter, self._new = chatter, itertools.count(1)

    def rate(self) -> float:
        """Tokens a second of a reply, after the first."""
        times = [time.perf_counter() for reply in self._stream(self._fresh(QUESTION)) if reply.tokens]
        return (len(times) - 1) / (times[-1] - times[0])

    def first_token(self) -> float:
        """Seconds to the first token of a prompt of `PROMPT` tokens."""
        with self._chatter.cache.lease(self._chatter.spec) as loaded:
            text = ours.beginning(loaded.tokenizer, self._fresh(ours.example()), PROMPT)
        return self._until_first(text, [])

    def second_turn(self) -> float:
        """Seconds to the first token of a second turn."""
        message = self._fresh(QUESTION)
        *_, reply = self._stream(message)
        said = [{"role": "user", "content": message}, {"role": "assistant", "content": reply.text}]
        return self._until_first(AGAIN, said)

    def together(self) -> float:
        """How many times one visitor's time two take at once, each with a reply of `TOKENS` tokens."""
        alone = ours.seconds(self._whole)
        threads = [threading.Thread(target=self._whole) for _ in range(2)]

        def both() -> None:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        return ours.seconds(both) / alone

    def _fresh(self, text: str) -> str:
        return f"Number {next(self._new)}. {text}"

    def _stream(self, message: str, history: Sequence[object] = (), tokens: int = TOKENS) -> Iterator[ChatReply]:
        return self._chatter.stream(message, history, self._chatter.spec.system, tokens)

    def _whole(self) -> None:
        for _ in self._stream(self._fresh(QUESTION)):
            pass

    def _until_first(self, message: str, history: Sequence[object]) -> float:
        began = time.perf_counter()
        next(reply for reply in self._stream(message, history) if reply.tokens)
        return time.perf_counter() - began


def main(arguments: Sequence[str]) -> None:
    """Print the table and keep it; exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.chat_visitors", description=__doc__)
    parser.add_argument("--model", default=QWEN.name, choices=(QWEN.name, SMOLLM2.name))
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    cache = model_setup.make_cache(settings.read(["--device", "cpu", "--memory", "3000"]))
    spec = QWEN if chosen.model == QWEN.name else SMOLLM2
    with cache.lease(spec, ignore):
        pass
    visitors = Visitors(Chatter(cache, spec))
    visitors.rate()
    figures = [
        Figure("tokens a second", _times(chosen.repeats, visitors.rate), least=10),
        Figure(f"first token of a prompt of {PROMPT} tokens, seconds", _times(chosen.repeats, visitors.first_token), 3),
        Figure("first token of a second turn, seconds", _times(chosen.repeats, visitors.second_turn), 1),
        Figure("two visitors at once, times one's time", _times(chosen.repeats, visitors.together), 1.8),
    ]
    table = [f"| {spec.name} | median | target |", "|---|---|---|", *map(str, figures)]
    table += [
        "",
        f"`python -m bench.chat_visitors`: replies of {TOKENS} tokens. Load of the machine before: {load:.1f}.",
    ]
    print("\n".join(table))
    results.write(f"Chat: visitors, {spec.name}", table)
    if not all(figure.met for figure in figures):
        sys.exit(1)


def _times(repeats: int, measure: Callable[[], float]) -> list[float]:
    return [measure() for _ in range(repeats)]


if __name__ == "__main__":
    main(sys.argv[1:])
