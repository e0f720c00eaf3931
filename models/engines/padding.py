"""Rows of token ids as the padded arrays that an encoder reads."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.engines.base import EncoderInfo


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
