"""The training mixture for sentiment rounds: a fixed number of texts from each of several sources."""

import gzip
import random
from dataclasses import dataclass
from pathlib import Path

from sentencex import segment

from models.catalog.bundled import LABELS
from models.runtime.limits import DEFAULT_LIMITS
from models.text.emoji import spelled_out
from train import everyday, remarks, squad
from train.sentiment_data import (
    HELD_OUT_REVIEWS,
    HELD_OUT_TWEETS,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    Example,
    detokenized,
    facts,
    phrases,
    reviews,
    tweets,
    unmarked,
)

# Whole reviews of this domain are never used for training.
HELD_OUT_DOMAIN = "books"
HELD_OUT_WHOLE = 600
HELD_OUT_COMMENTS = 1_500
CALIBRATION_WHOLE = 400
COUNTS = {
    "tweets": 16_000,
    "comments": 16_000,
    "phrases": 12_000,
    "whole": 3_000,
    "facts": 2_000,
    "statements": 2_000,
    "remarks": 3_000,
}
PARAGRAPHS = 700
PHRASE_WORDS = 6


@dataclass(frozen=True)
class Mixture:
    """Training examples, and held-out examples of each source.

    `tweets`, `sentences`, `comments` and `whole` are for calibration, `test` (whole reviews) is for measurement.
    `whole` and `test` come from a domain that is not in `train`.
    """

    train: list[Example]
    tweets: list[Example]
    sentences: list[Example]
    comments: list[Example]
    whole: list[Example]
    test: list[Example]


def columns(path: Path) -> list[dict[str, str]]:
    """Read a gzipped tab-separated file as one mapping of column name to value per row."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        names, *rows = (line.rstrip("\n").split("\t") for line in file)
    return [dict(zip(names, row, strict=True)) for row in rows]


def comments(path: Path) -> list[Example]:
    """Read GoEmotions comments; emoji are spelled out and name masks replaced by a name."""
    return [
        Example(spelled_out(row["text"]).replace("[NAME]", "Sam"), LABELS.index(row["label"])) for row in columns(path)
    ]


def whole_reviews(path: Path) -> tuple[list[Example], list[Example]]:
    """Read whole reviews, as long as the page allows: those of the training domains, and of the held-out domain."""
    rows = columns(path)
    both = [
        [
            Example(row["text"][: DEFAULT_LIMITS.text], LABELS.index(row["label"]))
            for row in rows
            if (row["domain"] == HELD_OUT_DOMAIN) == out
        ]
        for out in (False, True)
    ]
    return both[0], both[1]


def read(data: Path, seed: int) -> Mixture:
    """Read all sources in `data` and sample the mixture; it depends only on `seed`."""
    rng = random.Random(seed)
    held_tweets, train_tweets = _cut(tweets(data / "tweets-train.tsv.gz"), HELD_OUT_TWEETS, rng)
    held_sentences, sentences = _cut(reviews(data / "sst5-train.tsv.gz"), HELD_OUT_REVIEWS, rng)
    held_comments, train_comments = _cut(comments(data / "comments-train.tsv.gz"), HELD_OUT_COMMENTS, rng)
    train_whole, held_whole = whole_reviews(data / "reviews-train.tsv.gz")
    rng.shuffle(held_whole)
    hidden = "\n".join(review.text.lower() for review in held_sentences)
    known = [
        phrase
        for phrase in phrases(data / "sst2-train.tsv.gz")
        if len(phrase.text.split()) >= PHRASE_WORDS and phrase.text not in hidden
    ]
    made = [Example(text, label) for text, label in remarks.remarks(_share("remarks", len(known)), rng)]
    plain = facts(data / "squad-train-v1.1.json.xz", seed)

    examples = [
        Example(unmarked(t.text) if rng.random() < 0.5 else t.text, t.label)
        for t in _draw(train_tweets, COUNTS["tweets"], rng, twice=NEGATIVE)
    ]
    examples += _draw(train_comments, COUNTS["comments"], rng, twice=NEGATIVE)
    examples += [Example(detokenized(review.text), review.label) for review in sentences]
    examples += [Example(detokenized(p.text), p.label) for p in _draw(known, COUNTS["phrases"], rng)]
    examples += _draw(train_whole, COUNTS["whole"], rng)
    examples += [Example(_middle(r.text, rng), r.label) for r in _draw(train_whole, COUNTS["whole"], rng)]
    examples += [
        Example(f.text if rng.random() < 0.7 else f.text.rstrip(" .!?"), f.label) for f in plain[: COUNTS["facts"]]
    ]
    examples += [Example(text, NEUTRAL) for text in paragraphs(data / "squad-train-v1.1.json.xz", rng)]
    count = _share("statements", len(examples))
    examples += [Example(text, NEUTRAL) for text in everyday.statements(count, rng)]
    examples += made
    examples = [Example(spelled_out(example.text), example.label) for example in examples if example.text.strip()]
    rng.shuffle(examples)
    return Mixture(
        examples,
        held_tweets,
        [Example(detokenized(review.text), review.label) for review in held_sentences],
        held_comments,
        held_whole[HELD_OUT_WHOLE : HELD_OUT_WHOLE + CALIBRATION_WHOLE],
        held_whole[:HELD_OUT_WHOLE],
    )


def paragraphs(path: Path, rng: random.Random) -> list[str]:
    """Sample SQuAD paragraphs: long neutral texts, because whole reviews are never neutral."""
    contexts = sorted({question.context for question in squad.read(path)})
    return rng.sample(contexts, min(PARAGRAPHS, len(contexts) // 4))


def _middle(text: str, rng: random.Random) -> str:
    """Two to four consecutive sentences of a review."""
    found = [sentence.strip() for sentence in segment("en", text.strip()) if sentence.strip()]
    count = rng.randint(2, 4)
    first = rng.randrange(max(1, len(found) - count + 1))
    return " ".join(found[first : first + count])


def _share(name: str, others: int) -> int:
    """How many synthetic texts to generate: no more than there are `others`."""
    return min(COUNTS[name], others)


def _draw(examples: list[Example], count: int, rng: random.Random, twice: int | None = None) -> list[Example]:
    """Sample `count` of `examples`; class `twice` is sampled twice as often."""
    pool = examples + [example for example in examples if example.label == twice]
    return rng.sample(pool, min(count, len(pool)))


def _cut(examples: list[Example], count: int, rng: random.Random) -> tuple[list[Example], list[Example]]:
    """Split off `count` random examples, at most a quarter of all."""
    rng.shuffle(examples)
    count = min(count, len(examples) // 4)
    return examples[:count], examples[count:]


__all__ = ["NEGATIVE", "NEUTRAL", "POSITIVE", "Mixture", "columns", "comments", "paragraphs", "read", "whole_reviews"]
