"""What the sentiment adapter learns from: reviews, tweets and plain facts, made to look alike.

SST is tokenized, tweets are full of marks, and each has its own share of classes. Left as they are, a model learns
where a text comes from instead of what it says.
"""

import gzip
import random
import re
from dataclasses import dataclass
from pathlib import Path

from sentencex import segment

from models.catalog.bundled import LABELS
from train import everyday, squad

NEGATIVE, NEUTRAL, POSITIVE = range(len(LABELS))
SCORE_CLASSES = {"1": NEGATIVE, "2": NEGATIVE, "3": NEUTRAL, "4": POSITIVE, "5": POSITIVE}
FACTS = 8_000
STATEMENTS = 3_000
HELD_OUT_TWEETS = 3_000
HELD_OUT_REVIEWS = 1_000


@dataclass(frozen=True)
class Example:
    """A text and its class, an index into `LABELS`."""

    text: str
    label: int


@dataclass(frozen=True)
class Split:
    """Examples to train on, and tweets and reviews held out of them for the calibration."""

    train: list[Example]
    tweets: list[Example]
    reviews: list[Example]


def rows(path: Path) -> list[tuple[str, str]]:
    """The two columns of a tab-separated file, plain or gzipped, without its header."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    return [(first, second) for first, second in lines[1:]]


def tweets(path: Path) -> list[Example]:
    """The tweets in `path`, with the quotes that CSV writers piled up reduced to one."""
    return [Example(re.sub(r'[\\"]*"[\\"]*', '"', text), LABELS.index(label)) for label, text in rows(path)]


def reviews(path: Path) -> list[Example]:
    """SST sentences scored 1 to 5 as three classes."""
    return [Example(text, SCORE_CLASSES[score]) for score, text in rows(path)]


def phrases(path: Path) -> list[Example]:
    """SST-2 phrases, negative or positive."""
    return [Example(text.strip(), POSITIVE if label == "1" else NEGATIVE) for text, label in rows(path)]


def facts(path: Path, seed: int) -> list[Example]:
    """Sentences and questions of SQuAD: neutral, in the plain style that SST has only strong opinions in."""
    rng = random.Random(seed)
    questions = squad.read(path)
    chosen = [question.question.strip() for question in rng.sample(questions, min(FACTS // 4, len(questions)))]
    contexts = sorted({question.context for question in questions})
    for context in rng.sample(contexts, min(FACTS - len(chosen), len(contexts))):
        # A context that begins with white space would give an empty first sentence.
        chosen.append(rng.choice([sentence for sentence in segment("en", context.strip()) if sentence.strip()]).strip())
    return [Example(text, NEUTRAL) for text in chosen]


def detokenized(text: str) -> str:
    """An SST text as people write it: `do n't` as `don't`, commas and full stops at their word."""
    text = text.replace("-lrb-", "(").replace("-rrb-", ")").replace("-LRB-", "(").replace("-RRB-", ")")
    text = re.sub(r"\s*(``|'')\s*", ' " ', text)
    text = re.sub(r" (n't|'s|'re|'ve|'ll|'d|'m)\b", r"\1", text)
    return re.sub(r" +([.,!?;:])", r"\1", text).strip()


def unmarked(text: str) -> str:
    """A tweet without handles, links, hash signs and quotes."""
    return " ".join(re.sub(r'@user|\bhttp\b|[#"]', " ", text).split())


def read(data: Path, seed: int, statements: int = STATEMENTS) -> Split:
    """Read and mix all sources; negative tweets and neutral reviews, the rare ones, come twice, in another shape.

    `statements` of everyday life are made up, where there is as much else.
    """
    rng = random.Random(seed)
    all_tweets, all_reviews = tweets(data / "tweets-train.tsv.gz"), reviews(data / "sst5-train.tsv.gz")
    rng.shuffle(all_tweets)
    rng.shuffle(all_reviews)
    held_tweets, train_tweets = _cut(all_tweets, HELD_OUT_TWEETS)
    held_reviews, train_reviews = _cut(all_reviews, HELD_OUT_REVIEWS)
    # SST-2's phrases are parts of the same sentences: those of a held-out sentence are held out with it.
    hidden = "\n".join(review.text.lower() for review in held_reviews)
    train_phrases = [
        phrase
        for phrase in phrases(data / "sst2-train.tsv.gz")
        if len(phrase.text.split()) < 3 or phrase.text not in hidden
    ]
    train_facts = facts(data / "squad-train-v1.1.json.xz", seed)

    examples = [Example(unmarked(t.text) if rng.random() < 0.5 else t.text, t.label) for t in train_tweets]
    examples += [Example(unmarked(t.text), t.label) for t in train_tweets if t.label == NEGATIVE]
    examples += [Example(detokenized(r.text), r.label) for r in train_reviews]
    examples += [Example(_bare(detokenized(r.text)), r.label) for r in train_reviews if r.label == NEUTRAL]
    examples += [Example(detokenized(p.text) if rng.random() < 0.8 else p.text, p.label) for p in train_phrases]
    examples += [Example(f.text if rng.random() < 0.7 else _bare(f.text), f.label) for f in train_facts]
    examples += [Example(text, NEUTRAL) for text in everyday.statements(min(statements, len(examples)), rng)]
    examples = [example for example in examples if example.text]
    rng.shuffle(examples)
    shown = [Example(detokenized(review.text), review.label) for review in held_reviews]
    return Split(examples, held_tweets, shown)


def _cut(examples: list[Example], count: int) -> tuple[list[Example], list[Example]]:
    """The first `count` examples, a quarter of all at most, and the rest."""
    count = min(count, len(examples) // 4)
    return examples[:count], examples[count:]


def _bare(text: str) -> str:
    return text.rstrip(" .!?")
