"""What can be computed from attention weights alone: arrays of shape (..., queries, keys), each row summing to 1."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]
Aggregate = Literal["mean", "max"]
NAMED_ABOVE = 0.5


def aggregate(weights: Weights, how: Aggregate) -> Weights:
    """One matrix from several heads: (heads, queries, keys) -> (queries, keys)."""
    matrix: Weights = weights.mean(axis=0) if how == "mean" else weights.max(axis=0)
    return matrix


def by_norm(weights: Weights, value_norms: Weights) -> Weights:
    """Norm-based attention (Kobayashi et al. 2020): each weight times the length of its key's transformed value.

    `weights` are (layers, heads, queries, keys), `value_norms` (layers, heads, keys). Each row is scaled to sum to 1.
    """
    lengths = weights * value_norms[:, :, None]
    sums = lengths.sum(axis=-1, keepdims=True)
    scaled: Weights = np.divide(lengths, sums, out=lengths, where=sums > 0)
    return scaled


def passed_on(layers: Weights) -> Weights:
    """What each token is made of after a layer, (layers, n, n): half by attention, half by its residual connection."""
    identity: Weights = np.eye(layers.shape[-1], dtype=np.float32)
    mixed: Weights = ((layers + identity) / 2).astype(np.float32, copy=False)
    return mixed


def rollout(layers: Weights) -> Weights:
    """Attention rollout (Abnar and Zuidema 2020): (layers, n, n) -> (layers, n, n), each up to and with its layer."""
    first, *others = passed_on(layers)
    flows = [first]
    for layer in others:
        flows.append(layer @ flows[-1])
    return np.stack(flows)


def entropy(weights: Weights) -> NDArray[np.float32]:
    """How spread out the rows are, their mean in bits: 0 for one key alone, log2(keys) for all alike."""
    logs = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    bits: NDArray[np.float32] = -(weights * logs).sum(axis=-1).mean(axis=-1)
    return bits + 0.0  # never -0.0


def distance(weights: Weights) -> NDArray[np.float32]:
    """How far the rows look, their mean in tokens."""
    queries, keys = weights.shape[-2:]
    apart = np.abs(np.arange(queries)[:, None] - np.arange(keys)).astype(weights.dtype)
    mean: NDArray[np.float32] = (weights * apart).sum(axis=-1).mean(axis=-1)
    return mean


def share(weights: Weights, queries: Sequence[bool], keys: Sequence[bool]) -> NDArray[np.float32]:
    """How much of the weight of the marked `queries` is on the marked `keys`, the mean of these rows: 0 to 1."""
    rows = weights[..., np.asarray(queries, bool), :][..., np.asarray(keys, bool)].sum(axis=-1)
    mean: NDArray[np.float32] = rows.mean(axis=-1) if rows.shape[-1] else rows.sum(axis=-1)
    return mean


def names(weights: Weights, texts: Sequence[str], special: Sequence[bool]) -> NDArray[np.str_]:
    """The pattern of each head of self-attention (..., n, n) if most of its weight follows it, else an empty string.

    Special tokens are not counted. `texts` are those of the tokens, to find the same word.
    """
    marks = np.asarray(special, bool)
    voters = np.flatnonzero(~marks)
    if len(voters) < 2:
        return np.full(weights.shape[:-2], "")
    words = np.array([text.casefold() for text in texts])
    same = (words[:, None] == words) & ~marks[:, None]
    before, after = voters[voters > 0], voters[voters < len(texts) - 1]
    shares = {
        "next token": weights[..., after, after + 1].sum(axis=-1),
        "previous token": weights[..., before, before - 1].sum(axis=-1),
        "same word": np.einsum("...qk,qk->...", weights, same.astype(weights.dtype)),
        "separator": weights[..., voters, :][..., marks].sum(axis=(-2, -1)),
        "first token": weights[..., voters, 0].sum(axis=-1),
    }
    found = np.stack(list(shares.values())) / len(voters)
    best = np.array(list(shares))[found.argmax(axis=0)]
    return np.where(found.max(axis=0) > NAMED_ABOVE, best, "")
