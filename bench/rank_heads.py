"""How long all heads of SmolLM2 take to be switched off, one by one, over 20 tokens: `python -m bench.rank_heads`.

The target is 5 seconds on two idle cores; the load average beside the figure says how idle they were.
"""

import os
import sys
import time

from bench import ours
from bench.beside import THREADS
from models.catalog.bundled import ATTENTION, SMOLLM2
from models.explain.attention import Attender
from models.explain.heads.ablation import Ablator
from models.runtime.progress import ignore, last

# 20 tokens of SmolLM2.
TEXT = "When Mary and John went to the shop, John gave a drink to the old man and then left"
TARGET, TRIES = 5.0, 3


def main() -> None:
    """Print the times; exit with 1 where the best of them misses the target."""
    ablator = Ablator(Attender(ours.cache(), ATTENTION))
    found = ablator(SMOLLM2.name, TEXT, "", [])
    print(f"{found.run.tokens} tokens, {THREADS} threads, load average {os.getloadavg()[0]:.1f} before", flush=True)
    times = []
    for _ in range(TRIES):
        began = time.process_time()
        ranking = last(ablator.rank(SMOLLM2.name, TEXT, ""), SMOLLM2.name, ignore)
        times.append(ranking.run.seconds)
        spent = time.process_time() - began
        print(f"{ranking.measured} heads in {times[-1]:.2f} s, {spent:.2f} s of CPU", flush=True)
    print(f"best {min(times):.2f} s, target {TARGET:.0f} s, load average {os.getloadavg()[0]:.1f} after")
    if min(times) > TARGET:
        sys.exit(1)


if __name__ == "__main__":
    main()
