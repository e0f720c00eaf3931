"""Numerical functions over the last axis of an encoder's outputs."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def softmax(logits: Floats) -> Floats:
    """Probabilities from logits."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    shares: Floats = powers / powers.sum(-1, keepdims=True)
    return shares


def log_sum_exp(logs: Floats) -> Floats:
    """Return `log(sum(exp(logs)))`; minus infinity if every entry is minus infinity."""
    top = logs.max(-1, keepdims=True)
    # Without this, infinities would be subtracted from each other.
    top[np.isneginf(top)] = 0
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.exp(logs - top).sum(-1)) + top[..., 0]
    return total


def normalized(vectors: Floats) -> Floats:
    """Scale `vectors` to unit length; a zero vector is returned unchanged."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def sigmoid(logits: Floats) -> Floats:
    """The logistic function."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
