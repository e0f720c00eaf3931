"""Chat beside transformers' own `generate` in float32 and llama.cpp, and a second turn beside reading all again.

    python -m bench.chat_speed

All on the same weights and prompts, in turn, with the same number of threads, each rival in a process of its own.
llama.cpp has the GGUF file that the weights come from.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from functools import partial

from bench import ours, plain, results
from bench.beside import HEADER, Row, all_met, interleaved, method
from bench.llama import llama
from models.catalog.bundled import SMOLLM2
from models.runtime.cache import ModelCache
from models.tasks.chat.adapter import Chatter
from models.tasks.chat.messages import Message
from models.tasks.chat.prompt import fit

QUESTION = "Write a long letter to a friend about a summer at the sea."
AGAIN = "And what was the weather like?"
TOKENS, REPLY = 96, 64
# Tokens of the conversation whose second turn is measured.
CONVERSATION = 1_000
FASTER, AS_FAST, SOONER = 2.0, 1.0, 5.0


def decoding(cache: ModelCache) -> Iterator[Row]:
    """Tokens a second after the first, of a greedy reply of `TOKENS` tokens."""
    with cache.lease(SMOLLM2) as loaded:
        request = {"ids": fit(loaded, "", [Message("user", QUESTION)], TOKENS).ids, "tokens": TOKENS}
    with plain.program(plain.chat) as generate, llama() as bare:
        found = interleaved(
            partial(tokens_a_second, cache),
            partial(generate.ask, request),
            lambda: float(bare.ask(request)["rate"]),
        )
    for name, theirs, target in zip(
        ("Transformers in float32", "llama.cpp"), found[1:], (FASTER, AS_FAST), strict=True
    ):
        yield Row(f"decoding, beside {name}", "tokens a second", found[0], theirs, True, target)


def tokens_a_second(cache: ModelCache) -> float:
    """The rate of our greedy reply of `TOKENS` tokens, after the first."""
    times = []
    for reply in Chatter(cache, SMOLLM2).stream(QUESTION, max_new_tokens=TOKENS):
        if reply.tokens and not reply.ended:
            times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0])


def second_turn(cache: ModelCache) -> Row:
    """Seconds to the first token of a second turn, with the first one kept, and with nothing kept."""
    chatter = Chatter(cache, SMOLLM2)
    with cache.lease(SMOLLM2) as loaded:
        text = ours.beginning(loaded.tokenizer, ours.example(), CONVERSATION)
    new = itertools.count()

    def first_token(message: str, reply: str) -> float:
        conversation = [{"role": "user", "content": message}, {"role": "assistant", "content": reply}]
        start = time.perf_counter()
        stream = chatter.stream(AGAIN, conversation, max_new_tokens=1)
        # With the whole prompt read, the first token is known.
        next(reply for reply in stream if reply.read == reply.run.tokens)
        seconds = time.perf_counter() - start
        stream.close()
        return seconds

    # Each conversation begins in its own way, so that nothing of it was read before.
    def forgotten() -> float:
        return first_token(f"Tale {next(new)}. {text}", ours.beginning(loaded.tokenizer, text, REPLY))

    def kept() -> float:
        message = f"Story {next(new)}. {text}"
        return first_token(message, chatter(message, max_new_tokens=REPLY).text)

    forgot, found = interleaved(forgotten, kept)
    tokens = CONVERSATION + REPLY
    return Row(f"first token of a second turn after {tokens:,} tokens", "seconds", found, forgot, at_least=SOONER)


NOTES = [
    "",
    f"`python -m bench.chat_speed`: {method()} Decoding: beside `generate` of Transformers in float32 with the same",
    "weights, and llama.cpp with the GGUF file they come from, the same prompt and greedy choice. Glassbox also lists",
    "each token's rivals. Second turn: beside nothing kept.",
]


def main() -> None:
    """Print the table and keep it; exit with 1 where a target is missed."""
    formatter = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(description=__doc__, formatter_class=formatter).parse_args()
    cache = ours.cache()
    rows = []
    for row in (*decoding(cache), second_turn(cache)):
        print(row, flush=True)
        rows.append(row)
    results.write("Chat: speed", [*HEADER, *map(str, rows), *NOTES])
    if not all_met(rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
