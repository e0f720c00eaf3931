"""Sentences as vectors of the words they share, for scripts that the encoder hardly knows."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from models.runtime.arrays import Floats, normalized
from models.text.words import words


def vectors(texts: Sequence[str]) -> Floats:
    """Unit vectors of shape (texts, words): how often each word and pair of neighbours is there, rare ones heavier.

    In Chinese, where every letter counts as a word, the pairs are most of its words.
    """
    bags = [Counter(_terms(text)) for text in texts]
    spread = Counter(term for bag in bags for term in bag)
    columns = {term: at for at, term in enumerate(spread)}
    found = np.zeros((len(texts), max(1, len(columns))), np.float32)
    for row, bag in zip(found, bags, strict=True):
        for term, count in bag.items():
            row[columns[term]] = math.sqrt(count) * math.log(1 + len(texts) / spread[term])
    return normalized(found)


def _terms(text: str) -> list[str]:
    found = [word.of(text).casefold() for word in words(text) if word.of(text)[0].isalnum()]
    return [*found, *(f"{a} {b}" for a, b in pairwise(found))]
