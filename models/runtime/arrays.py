"""What the adapters compute from an encoder's outputs, along the last axis of an array."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def softmax(logits: Floats) -> Floats:
    """Probabilities from logits."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    shares: Floats = powers / powers.sum(-1, keepdims=True)
    return shares


def log_sum_exp(logs: Floats) -> Floats:
    """The logarithm of the sum of what `logs` are the logarithms of; minus infinity where all of them are."""
    top = logs.max(-1, keepdims=True)
    # Without this, infinities would be subtracted from each other.
    top[np.isneginf(top)] = 0
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.exp(logs - top).sum(-1)) + top[..., 0]
    return total


def normalized(vectors: Floats) -> Floats:
    """`vectors` at length one; one of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def sigmoid(logits: Floats) -> Floats:
    """Probabilities of two classes from the logit of one."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
