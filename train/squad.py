"""SQuAD: reading the files, and the official scores (Rajpurkar et al. 2016, 2018)."""

import gzip
import json
import lzma
import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPENERS: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}


@dataclass(frozen=True)
class Question:
    """One question on one paragraph; `answers` are (text, start) and empty where the paragraph has none."""

    id: str
    title: str
    question: str
    context: str
    answers: tuple[tuple[str, int], ...]


def read(path: Path, exact_only: bool = False) -> list[Question]:
    """Read a SQuAD JSON file; `exact_only` leaves out questions whose answer's place is a guess."""
    with OPENERS[path.suffix](path, "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    return list(_questions(articles, exact_only))


def _questions(articles: list[dict[str, Any]], exact_only: bool) -> Iterator[Question]:
    for article in articles:
        for paragraph in article["paragraphs"]:
            for entry in paragraph["qas"]:
                if exact_only and any("n_occurrences" in answer for answer in entry["answers"]):
                    continue
                answers = tuple((answer["text"], answer["answer_start"]) for answer in entry["answers"])
                yield Question(entry["id"], article["title"], entry["question"], paragraph["context"], answers)


def normalize(text: str) -> str:
    """Lower-case `text` without punctuation, articles and repeated spaces, as the official script does."""
    text = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(prediction: str, truth: str) -> float:
    """1.0 where both are the same once normalized, else 0.0."""
    return float(normalize(prediction) == normalize(truth))


def f1(prediction: str, truth: str) -> float:
    """The harmonic mean of token precision and recall, 0 to 1; without tokens on a side, 1.0 only if on both."""
    predicted, true = normalize(prediction).split(), normalize(truth).split()
    if not predicted or not true:
        return float(predicted == true)
    common = sum((Counter(predicted) & Counter(true)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(predicted), common / len(true)
    return 2 * precision * recall / (precision + recall)


def score(prediction: str, question: Question) -> tuple[float, float]:
    """The best (exact match, F1) of `prediction` over the answers of `question`; no answer is the empty text."""
    truths = [text for text, _ in question.answers if normalize(text)] or [""]
    return (
        max(exact_match(prediction, truth) for truth in truths),
        max(f1(prediction, truth) for truth in truths),
    )
