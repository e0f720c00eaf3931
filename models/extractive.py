"""Which sentences of a text stand for the rest: central ones, early ones where order matters, no two alike.

Centrality as in centroid-based summarization (Radev et al. 2004), redundancy by maximal marginal relevance
(Carbonell and Goldstein 1998).
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import normalize

# Chosen on 200 news articles, in their own order and shuffled: see bench/summary_quality.py.
POSITION = 1.2
REDUNDANCY = 0.3
# From this cosine on, two sentences say the same thing, and one of them is enough.
SAME = 0.95


def select(vectors: Tensor, count: int) -> list[int]:
    """The indices of at most `count` sentences in the text's order; `vectors` are unit, of shape (sentences, width)."""
    similar = vectors @ vectors.T
    scores = centrality(vectors) + POSITION * trust_in_order(similar) * early(len(vectors))
    chosen: list[int] = []
    while len(chosen) < count:
        repeated = similar[:, chosen].amax(1).clamp(min=0) if chosen else torch.zeros(len(vectors))
        gain = scores - REDUNDANCY * repeated
        gain[repeated > SAME] = -math.inf
        best = int(gain.argmax())
        if gain[best] == -math.inf:
            break
        chosen.append(best)
    return sorted(chosen)


def centrality(vectors: Tensor) -> Tensor:
    """How near each sentence is to the middle of all, of shape (sentences,); the nearest has 1."""
    near = vectors @ normalize(vectors.mean(0), dim=0)
    return near / near.max().clamp(min=1e-6)


def early(count: int) -> Tensor:
    """1 for the first sentence, falling evenly towards 0 after the last: news says first what matters most."""
    return 1 - torch.arange(count) / count


def trust_in_order(similar: Tensor) -> float:
    """How far the order of the sentences carries meaning, 0 to 1.

    In connected prose neighbours are more alike than any two sentences; in a shuffled list they are not, and there the
    first place says nothing. `similar` are cosines, of shape (sentences, sentences).
    """
    count = len(similar)
    if count < 4:
        return 1.0
    pairs = similar[~torch.eye(count, dtype=torch.bool)]
    surplus = similar.diagonal(1).mean() - pairs.mean()
    # The neighbours' mean strays by about this much in a random order; one such step is no evidence yet.
    error = pairs.std().clamp(min=1e-6) / math.sqrt(count - 1)
    return float(torch.sigmoid(surplus / error - 1))
