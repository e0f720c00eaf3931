"""How often chat's greedy text on the CPU engine begins as float32's does: `python -m bench.chat_quality --data DIR`.

DIR holds `mt_bench_question.jsonl`: 80 questions, of which the first turn is asked.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from statistics import mean

import model_setup
import settings
from bench import results
from models.catalog.bundled import SMOLLM2
from models.runtime.cache import ModelCache
from models.tasks.chat.adapter import ChatReply, Chatter

TOKENS = 32
ALIKE_AT_LEAST = 0.7


def questions(data: Path) -> list[str]:
    """The first turn of each question."""
    lines = (data / "mt_bench_question.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["turns"][0] for line in lines]


def alike(one: ChatReply, other: ChatReply) -> int:
    """With how many of the same tokens two replies begin."""
    pairs = zip(one.tokens, other.tokens, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].id == pair[1].id, pairs))


def compare(cache: ModelCache, asked: Sequence[str]) -> Iterator[tuple[bool, int]]:
    """For each question whether the first `TOKENS` tokens are the same, and after how many the replies differ."""
    ours, exact = Chatter(cache, SMOLLM2), Chatter(cache, replace(SMOLLM2, engine="torch"))
    for question in asked:
        a, b = (chatter(question, max_new_tokens=TOKENS) for chatter in (ours, exact))
        same = alike(a, b)
        yield same == len(a.tokens) == len(b.tokens), same


def main(arguments: Sequence[str]) -> None:
    """Print the share and keep it; exit with 1 where it is below what it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of mt_bench_question.jsonl")
    asked = questions(parser.parse_args(arguments).data)
    whole: list[bool] = []
    begun: list[int] = []
    for same, tokens in compare(model_setup.make_cache(settings.read([])), asked):
        whole.append(same)
        begun.append(tokens)
        print(f"{sum(whole)} of {len(whole)} alike, {mean(begun):.1f} tokens on average", flush=True)
    share = sum(whole) / len(whole)
    lines = [
        f"`python -m bench.chat_quality`: greedy replies to {len(asked)} questions, on the CPU engine and in float32.",
        f"The first {TOKENS} tokens are the same in {sum(whole)} ({share:.0%}); replies first differ after "
        f"{mean(begun):.1f} tokens on average.",
    ]
    print("\n".join(lines))
    results.write("Chat: quality", lines)
    if share < ALIKE_AT_LEAST:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
