"""Question answering beside the same model as a plain program runs it: speed at 384 tokens, and quality on SQuAD.

    python -m bench.answer [--data DIR]

DIR holds `squad-dev-v1.1.json.gz`; without it the quality is not measured.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import mean

from bench import ours, plain
from bench.beside import Row, Score, conclude, interleaved, method, not_measured, settled
from models.catalog.bundled import QUESTION_ANSWERING
from models.runtime.cache import ModelCache
from models.runtime.spec import ModelSpec
from models.tasks.question_answering.adapter import Answerer
from train import squad
from train.evaluate_question_answering import answer, text_of

TOKENS = 384
ASKED = "Who built the lighthouse?"
QUESTIONS, SEED = 500, 0
FASTER, POINTS = 2.5, 0.5


def speed(cache: ModelCache) -> Row:
    """Milliseconds of a question on a context that makes `TOKENS` tokens with it."""
    reader = Answerer(cache, QUESTION_ANSWERING)
    with cache.lease(QUESTION_ANSWERING) as loaded:
        around = len(loaded.tokenizer(ASKED, "")["input_ids"])
        context = ours.beginning(loaded.tokenizer, ours.example(), TOKENS - around)
    with plain.program(plain.answers) as rival:
        mine = partial(ours.milliseconds, partial(reader, ASKED, context))
        found = interleaved(settled(mine), settled(partial(rival.ask, [ASKED, context])))
    return Row(f"a question on a text, {TOKENS} tokens", "ms", found[0], found[1], at_least=FASTER)


def quality(cache: ModelCache, data: Path, limit: int) -> Iterator[Score]:
    """Exact match and F1 of our engine beside those of the float32 torch model, on the same questions and windows."""
    asked = squad.read(data / "squad-dev-v1.1.json.gz")
    asked = random.Random(SEED).sample(asked, min(limit, len(asked)))

    def scores(spec: ModelSpec) -> tuple[float, float]:
        found = answer(Answerer(cache, spec), asked)
        each = [squad.score(text_of(one), question) for one, question in zip(found, asked, strict=True)]
        return 100 * mean(exact for exact, _ in each), 100 * mean(f1 for _, f1 in each)

    mine, theirs = scores(QUESTION_ANSWERING), scores(replace(QUESTION_ANSWERING, engine="torch"))
    for name, one, other in zip(("exact match", "F1"), mine, theirs, strict=True):
        yield Score(f"{name}, {len(asked):,} questions of SQuAD v1.1 dev", one, other, POINTS)


NOTES = [
    "",
    f"`python -m bench.answer --data DIR`: {method()} Beside it the same weights in Transformers, float32 and eager:",
    "one pass over question and text, then the best span. Glassbox reads what is longer than 320 tokens in windows",
    "that overlap, and gives three answers with probabilities. Quality: our engine beside float32 torch.",
]


def main(arguments: Sequence[str]) -> None:
    """Print the table and keep it; exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder of squad-dev-v1.1.json.gz")
    parser.add_argument("--limit", type=int, default=QUESTIONS, help="so many questions (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    cache = ours.cache()
    rows: list[Row | Score] = [speed(cache)]
    rows += quality(cache, chosen.data, chosen.limit) if chosen.data else []
    missing = [] if chosen.data else [not_measured("exact match and F1", "no --data")]
    conclude("Question answering", rows, NOTES, missing)


if __name__ == "__main__":
    main(sys.argv[1:])
