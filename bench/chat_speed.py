"""Chat beside transformers' own `generate` in float32, and a second turn beside reading all again.

    python -m bench.chat_speed

Both on the same weights and prompts in this process, in turn, with the same number of threads.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

import app
import settings
from bench import results
from models.cache import Loaded, ModelCache
from models.catalog import SMOLLM2
from models.chat import Chatter
from models.chat_prompt import fit
from models.messages import Message

QUESTION = "Write a long letter to a friend about a summer at the sea."
AGAIN = "And what was the weather like?"
TOKENS, REPLY = 96, 64
# Tokens of the conversation whose second turn is measured.
CONVERSATION = 1_000
THREADS, WARM_UPS, REPEATS = 2, 3, 5

Measure = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """One line of the table: ours beside theirs, in `unit`."""

    name: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float]
    more_is_better: bool

    @property
    def ratio(self) -> float:
        """How many times better ours is, by the medians."""
        times = statistics.median(self.ours) / statistics.median(self.theirs)
        return times if self.more_is_better else 1 / times

    def __str__(self) -> str:
        return f"| {self.name}, {self.unit} | {told(self.ours)} | {told(self.theirs)} | {self.ratio:.1f} |"


def told(values: Sequence[float]) -> str:
    """The median, with the least and the most."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def interleaved(*measures: Measure) -> list[list[float]]:
    """What each of `measures` gives, in turn: warm-ups, then repeats."""
    found: list[list[float]] = [[] for _ in measures]
    for turn in range(WARM_UPS + REPEATS):
        for measure, values in zip(measures, found, strict=True):
            value = measure()
            if turn >= WARM_UPS:
                values.append(value)
    return found


def decoding(cache: ModelCache) -> Row:
    """Tokens a second after the first, of a greedy reply of `TOKENS` tokens."""
    chatter = Chatter(cache, SMOLLM2)

    def ours() -> float:
        times = []
        for reply in chatter.stream(QUESTION, max_new_tokens=TOKENS):
            if reply.tokens and not reply.ended:
                times.append(time.perf_counter())
        return (len(times) - 1) / (times[-1] - times[0])

    def theirs() -> float:
        with cache.lease(replace(SMOLLM2, engine="torch")) as loaded:
            ids = torch.tensor([fit(loaded, "", [Message("user", QUESTION)], TOKENS).ids])
            clock = Clock()
            loaded.model.generate(ids, max_new_tokens=TOKENS, do_sample=False, streamer=clock)
        return (len(clock.times) - 2) / (clock.times[-1] - clock.times[1])

    mine, other = interleaved(ours, theirs)
    return Row("decoding", "tokens a second", mine, other, more_is_better=True)


class Clock:
    """A streamer of `generate` that notes when each token came; the first that comes is the prompt."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, value: Any) -> None:
        """Take the prompt, or a token."""
        self.times.append(time.perf_counter())

    def end(self) -> None:
        """Take the end."""


def second_turn(cache: ModelCache) -> Row:
    """Seconds to the first token of a second turn, with the first one kept, and with nothing kept."""
    chatter = Chatter(cache, SMOLLM2)
    with cache.lease(SMOLLM2) as loaded:
        message = of_length(loaded, (app.ASSETS / "examples" / "lighthouse.txt").read_text(encoding="utf-8"))
    reply = chatter(message, max_new_tokens=REPLY)
    conversation = [{"role": "user", "content": message}, {"role": "assistant", "content": reply.text}]

    def first_token() -> float:
        start = time.perf_counter()
        stream = chatter.stream(AGAIN, conversation, max_new_tokens=1)
        # With the whole prompt read, the first token is known.
        next(reply for reply in stream if reply.read == reply.run.tokens)
        seconds = time.perf_counter() - start
        stream.close()
        return seconds

    def forgotten() -> float:
        with cache.lease(SMOLLM2) as loaded:
            assert loaded.blocks is not None
            loaded.blocks.clear()
        return first_token()

    def kept() -> float:
        chatter(message, max_new_tokens=REPLY)
        return first_token()

    forgot, found = interleaved(forgotten, kept)
    tokens = CONVERSATION + len(reply.tokens)
    return Row(f"first token of a second turn after {tokens:,} tokens", "seconds", found, forgot, more_is_better=False)


def of_length(loaded: Loaded, text: str) -> str:
    """The beginning of `text`, over and over, that makes a prompt of `CONVERSATION` tokens."""
    words = (text + "\n\n") * 20
    around = len(fit(loaded, "", [Message("user", "a")], 1).ids) - 1
    encoded = loaded.tokenizer(words, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    end: int = encoded["offset_mapping"][CONVERSATION - around - 1][1]
    return words[:end]


HEADER = ["| | Glassbox | beside it | times better |", "|---|---|---|---|"]
NOTES = [
    "",
    f"`python -m bench.chat_speed`: {THREADS} threads each, in turn, medians of {REPEATS} (the least and the most",
    f"beside them) after {WARM_UPS} warm-ups. Decoding: beside `generate` of Transformers in float32, the same",
    "weights, prompt and greedy choice; Glassbox also tells each token's rivals. Second turn: beside nothing kept.",
]


def main() -> None:
    """Print the table and keep it."""
    torch.set_num_threads(THREADS)
    cache = app.make_cache(settings.read(["--threads", str(THREADS)]))
    rows = [*HEADER]
    for measure in (decoding, second_turn):
        rows.append(str(measure(cache)))
        print(rows[-1], flush=True)
    results.write("Chat: speed", [*rows, *NOTES])


if __name__ == "__main__":
    main()
