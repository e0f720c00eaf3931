"""Question answering beside the same model as a plain program runs it: speed at 384 tokens, and quality on SQuAD.

    python -m bench.answer [--data DIR]

DIR holds `squad-dev-v1.1.json.gz`; without it the quality is not measured.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import mean

import torch

from bench import ours, results
from bench.beside import HEADER, Row, Score, all_met, interleaved, method, not_measured
from models.cache import Loaded, ModelCache
from models.catalog import QUESTION_ANSWERING, ModelSpec
from models.question_answering import Answerer
from train import squad
from train.evaluate_question_answering import answer, text_of

TOKENS = 384
ASKED = "Who built the lighthouse?"
# A plain program's longest answer, in tokens, as ours.
LONGEST = 30
QUESTIONS, SEED = 500, 0
FASTER, POINTS = 2.5, 0.5


def plain(loaded: Loaded, question: str, context: str) -> str:
    """The best answer, by one pass over question and context and the best pair of start and end."""
    encoded = loaded.tokenizer(question, context, return_tensors="pt", return_offsets_mapping=True, verbose=False)
    offsets = encoded.pop("offset_mapping")[0].tolist()
    inside = torch.tensor([of == 1 for of in encoded.sequence_ids(0)])
    with torch.inference_mode():
        output = loaded.model(**encoded)
        start, end = (logits[0].masked_fill(~inside, -torch.inf) for logits in (output.start_logits, output.end_logits))
        pairs = start[:, None] + end[None, :]
        # What is no answer is as unlikely as can be, not zero: every sum may be below it.
        allowed = torch.ones_like(pairs, dtype=torch.bool).triu().tril(LONGEST - 1)
        first, last = divmod(int(pairs.masked_fill(~allowed, -torch.inf).argmax()), len(offsets))
    return context[offsets[first][0] : offsets[last][1]]


def speed(cache: ModelCache) -> Row:
    """Milliseconds of a question on a context that makes `TOKENS` tokens with it."""
    reader = Answerer(cache, QUESTION_ANSWERING)
    with cache.lease(QUESTION_ANSWERING.with_attention()) as whole:
        around = len(whole.tokenizer(ASKED, "")["input_ids"])
        context = ours.beginning(whole.tokenizer, ours.example(), TOKENS - around)
        found = interleaved(
            partial(ours.milliseconds, partial(reader, ASKED, context)),
            partial(ours.milliseconds, partial(plain, whole, ASKED, context)),
        )
    return Row(f"a question on a text, {TOKENS} tokens", "ms", found[0], found[1], at_least=FASTER)


def quality(cache: ModelCache, data: Path, limit: int) -> Iterator[Score]:
    """Exact match and F1 of our engine beside those of the float32 torch model, on the same questions and windows."""
    asked = squad.read(data / "squad-dev-v1.1.json.gz")
    asked = random.Random(SEED).sample(asked, min(limit, len(asked)))

    def scores(spec: ModelSpec) -> tuple[float, float]:
        found = answer(Answerer(cache, spec), asked)
        each = [squad.score(text_of(one), question) for one, question in zip(found, asked, strict=True)]
        return 100 * mean(exact for exact, _ in each), 100 * mean(f1 for _, f1 in each)

    mine, theirs = scores(QUESTION_ANSWERING), scores(QUESTION_ANSWERING.with_attention())
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
    lines = [*HEADER, *map(str, rows)]
    lines += [] if chosen.data else [not_measured("exact match and F1", "no --data")]
    print("\n".join(lines))
    results.write("Question answering", [*lines, *NOTES])
    if not all_met(rows):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
