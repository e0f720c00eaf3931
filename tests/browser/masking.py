"""Hiding tokens and merging subwords in NumPy, to check the results of the page's scripts."""

from collections.abc import Sequence

import numpy as np

from models.explain.attention_math import Weights


def hide(weights: Weights, queries: Sequence[bool], keys: Sequence[bool]) -> Weights:
    """Leave out the rows and columns marked in `queries` and `keys`; what remains of a row sums to 1 again.

    A row whose whole weight was on hidden keys stays 0: it says nothing about the others.
    """
    kept = weights[..., ~np.asarray(queries, bool), :][..., ~np.asarray(keys, bool)]
    sums = kept.sum(axis=-1, keepdims=True)
    shown: Weights = np.divide(kept, sums, out=np.zeros_like(kept), where=sums > 0)
    return shown


def merge(weights: Weights, queries: Sequence[int], keys: Sequence[int]) -> Weights:
    """Words from subwords, so that rows still sum to 1: a word receives the sum of its keys, sends its queries' mean.

    `queries` and `keys` hold each token's group, counting up from 0.
    """
    by_key = _membership(keys)
    by_query = _membership(queries)
    mean = by_query / by_query.sum(axis=0)
    merged: Weights = mean.T @ (weights @ by_key)
    return merged


def _membership(groups: Sequence[int]) -> Weights:
    """(tokens, groups), 1 where a token is in a group."""
    return np.eye(max(groups) + 1, dtype=np.float32)[list(groups)]
