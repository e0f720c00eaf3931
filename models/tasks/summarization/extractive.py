"""Selects the sentences of a summary: central ones, early ones if order matters, and no near duplicates.

Centrality as in centroid-based summarization (Radev et al. 2004), redundancy by maximal marginal relevance
(Carbonell and Goldstein 1998).
"""

import math

import numpy as np

from models.runtime.arrays import Floats, normalized, sigmoid

# Chosen on every second of 200 news articles: ROUGE-1 0.9 points above the first three sentences there, 0.8 on the
# other half, and 1.5 on all of them shuffled. See bench/summary_quality.py.
POSITION = 1.6
REDUNDANCY = 0.1
# From this cosine on, two sentences say the same thing, and one of them is enough.
SAME = 0.95


def select(vectors: Floats, count: int) -> list[int]:
    """The indices of at most `count` sentences in the text's order; `vectors` are unit, of shape (sentences, width)."""
    similar = vectors @ vectors.T
    scores = centrality(vectors) + POSITION * trust_in_order(similar) * early(len(vectors))
    chosen: list[int] = []
    while len(chosen) < count:
        repeated = similar[:, chosen].max(1).clip(min=0) if chosen else np.zeros(len(vectors), np.float32)
        gain = scores - REDUNDANCY * repeated
        gain[repeated > SAME] = -math.inf
        best = int(gain.argmax())
        if gain[best] == -math.inf:
            break
        chosen.append(best)
    return sorted(chosen)


def centrality(vectors: Floats) -> Floats:
    """How near each sentence is to the middle of all, of shape (sentences,); the nearest has 1."""
    near = vectors @ normalized(vectors.mean(0))
    nearest: Floats = near / near.max().clip(min=1e-6)
    return nearest


def early(count: int) -> Floats:
    """1 for the first sentence, falling evenly towards 0 after the last: news says first what matters most."""
    return 1 - np.arange(count, dtype=np.float32) / np.float32(count)


def trust_in_order(similar: Floats) -> float:
    """How far the order of the sentences carries meaning, 0 to 1.

    In connected prose neighbours are more alike than any two sentences; in a shuffled list they are not, and there the
    first place says nothing. `similar` are cosines, of shape (sentences, sentences).
    """
    count = len(similar)
    if count < 4:
        return 1.0
    pairs = similar[~np.eye(count, dtype=bool)]
    surplus = similar.diagonal(1).mean() - pairs.mean()
    # The neighbours' mean strays by about this much in a random order; one such step is no evidence yet.
    error = pairs.std(ddof=1).clip(min=1e-6) / math.sqrt(count - 1)
    return float(sigmoid(surplus / error - 1))
