"""Rows of token ids in batches of similar lengths, and the arrays that an encoder reads."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.engines.base import EncoderInfo

# Small enough that Stop is heard within half a second even on a busy CPU, where larger batches are no faster, and that
# what a batch takes besides its weights stays at some tens of megabytes.
BATCH_TOKENS = 512


def batches(lengths: Sequence[int], most: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """The indices of rows of these `lengths`, longest first, in batches of at most `most` tokens with the padding.

    A row of more than `most` tokens has a batch of its own.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        longest = lengths[batch[0]] if batch else 0
        # A row of less than half the length would be mostly padding.
        if batch and ((len(batch) + 1) * longest > most or 2 * lengths[i] < longest):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def padded(
    rows: Sequence[Sequence[int]], info: EncoderInfo, firsts: Sequence[int] | None = None
) -> dict[str, NDArray[np.int64]]:
    """`rows` as the inputs of an encoder by their names, each of shape (rows, tokens of the longest).

    Where the encoder has token types, they are 1 from the position in `firsts` on, and 0 everywhere without it.
    """
    lengths = np.array([len(row) for row in rows])
    positions = np.arange(lengths.max())
    mask = positions < lengths[:, None]
    ids = np.full(mask.shape, info.padding, np.int64)
    ids[mask] = np.concatenate([np.asarray(row, np.int64) for row in rows])
    inputs = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
    if info.token_types:
        second = np.zeros_like(mask) if firsts is None else positions >= np.array(firsts)[:, None]
        inputs["token_type_ids"] = second.astype(np.int64)
    return inputs
