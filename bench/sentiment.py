"""Sentiment beside a `pipeline("text-classification")` of the same weights: its speed on one text, and its quality.

    python -m bench.sentiment [--data DIR]

DIR holds `sst2-dev.tsv` and `tweets-dev.tsv.gz`; without it the quality is not measured.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import ours, plain
from bench.beside import Row, Score, conclude, interleaved, method, not_measured, settled
from models.catalog.bundled import SENTIMENT
from models.runtime.cache import ModelCache
from models.tasks.sentiment.adapter import SentimentReader
from train.evaluate_sentiment import measure

LENGTHS = (32, 128)
FASTER, POINTS = 3.0, 0.5


def speed(cache: ModelCache) -> Iterator[Row]:
    """Milliseconds of one text: its classes alone, and those of its sentences too, as the page shows first."""
    reader = SentimentReader(cache, SENTIMENT)
    with cache.lease(SENTIMENT) as loaded:
        texts = [ours.beginning(loaded.tokenizer, ours.example(), tokens - 2) for tokens in LENGTHS]
    with plain.program(plain.sentiment) as pipeline:
        for tokens, text in zip(LENGTHS, texts, strict=True):
            alone, page, theirs = interleaved(
                settled(partial(ours.milliseconds, partial(reader.many, [text]))),
                settled(partial(ours.milliseconds, partial(first_result, reader, text))),
                settled(partial(pipeline.ask, text)),
            )
            yield Row(f"one text of {tokens} tokens", "ms", alone, theirs, at_least=FASTER)
            yield Row(f"the same and its sentences, {tokens} tokens", "ms", page, theirs)


def first_result(reader: SentimentReader, text: str) -> None:
    """Wait for what the page shows first."""
    stream = reader.stream(text)
    next(stream)
    stream.close()


def quality(cache: ModelCache, data: Path, limit: int | None) -> Iterator[Score]:
    """The scores of our engine beside those of the float32 torch model, on the same texts."""
    found = [
        measure(SentimentReader(cache, spec), data, limit) for spec in (SENTIMENT, replace(SENTIMENT, engine="torch"))
    ]
    accuracy = [100 * each.accuracy for each in found]
    recall = [100 * each.mean_recall for each in found]
    yield Score(f"accuracy, {found[0].reviews:,} reviews of SST-2 dev", accuracy[0], accuracy[1], POINTS)
    yield Score(f"mean recall, {found[0].tweets:,} tweets of SemEval 2016", recall[0], recall[1], POINTS)


NOTES = [
    "",
    f"`python -m bench.sentiment --data DIR`: {method()} Beside it a `pipeline` of Transformers, float32 and eager, on",
    "the same weights, the adapter merged into them. Quality: our engine beside float32 torch, on the same texts.",
]


def main(arguments: Sequence[str]) -> None:
    """Print the table and keep it; exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder of sst2-dev.tsv and tweets-dev.tsv.gz")
    parser.add_argument("--limit", type=int, help="so many texts of each set, to try it")
    chosen = parser.parse_args(arguments)
    cache = ours.cache()
    rows: list[Row | Score] = list(speed(cache))
    rows += quality(cache, chosen.data, chosen.limit) if chosen.data else []
    missing = [] if chosen.data else [not_measured("accuracy and mean recall", "no --data")]
    conclude("Sentiment", rows, NOTES, missing)


if __name__ == "__main__":
    main(sys.argv[1:])
