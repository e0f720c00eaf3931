"""What the logit lens shows: the tokens that each layer finds likeliest, and how it ranks those that come out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.provenance import Run

# Of a longer text the last tokens are read; of those, so many positions are shown.
LIMIT, SHOWN = 512, 32
# Tokens of a cell, best first, and tokens of a position that are followed through all layers.
TOP, FOLLOWED = 5, 5


@dataclass(frozen=True)
class Lens:
    """What each layer would write next, with the last norm and the unembedding on its state.

    Arrays begin with (layers, positions): `top` and `chances` are the TOP likeliest tokens and their probabilities,
    `ranks` (1 is the likeliest) and `probabilities` are of the tokens in `followed`, of shape (positions, FOLLOWED).
    The first of these is the word that was asked for, or what the model itself finds likeliest there. `read` are the
    texts of the tokens that were last read at each position, after `before` others. The first row of the arrays is the
    state before any layer where `embedding`, else the first layer; the last row is the model's own answer. `texts` has
    each token by its id, `target` what a translator wrote.
    """

    read: tuple[str, ...]
    before: int
    embedding: bool
    top: NDArray[np.int32]
    chances: NDArray[np.float32]
    followed: NDArray[np.int32]
    ranks: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    texts: Mapping[int, str]
    target: str
    run: Run

    def layer(self, row: int) -> int:
        """The number of the layer in that row; 0 is the state before the first."""
        return row if self.embedding else row + 1

    def appears(self, position: int, which: int = 0) -> int | None:
        """The first layer in which a followed token is the likeliest at `position`, None where it is in none."""
        rows = np.flatnonzero(self.ranks[:, position, which] == 1)
        return self.layer(int(rows[0])) if len(rows) else None
