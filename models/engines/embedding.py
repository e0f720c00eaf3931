"""Sentence embeddings: the mean of an encoder's last states over a sentence's tokens, at length one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.engines.encoder_batches import batches
from models.runtime.arrays import Floats, normalized
from models.runtime.cache import Loaded

# The encoder was trained on texts of up to 256 tokens; few sentences come near it.
TOKEN_LIMIT = 256


@dataclass(frozen=True)
class Embeddings:
    """Unit vectors of shape (sentences, width), so that a product is a cosine; the tokens read, and those cut off."""

    vectors: Floats
    tokens: int
    dropped: int


def embed(loaded: Loaded, sentences: Sequence[str]) -> Embeddings:
    """Embed `sentences` with an encoder."""
    *_, embeddings = embed_in_steps(loaded, sentences)
    return embeddings


def embed_in_steps(loaded: Loaded, sentences: Sequence[str]) -> Iterator[Embeddings]:
    """Embed `sentences` in batches; what is yielded after each has zeros for the sentences that are still to come.

    A caller that stops reading stops the work.
    """
    ids = loaded.tokenizer(list(sentences), verbose=False)["input_ids"] if sentences else []
    kept = [row if len(row) <= TOKEN_LIMIT else [*row[: TOKEN_LIMIT - 1], row[-1]] for row in ids]
    tokens = sum(map(len, kept))
    dropped = sum(map(len, ids)) - tokens
    vectors = np.zeros((len(kept), loaded.model.info.width), np.float32)
    yield Embeddings(vectors, tokens, dropped)
    for batch in batches([len(row) for row in kept]):
        [states] = loaded.model([kept[i] for i in batch])
        vectors[batch] = normalized(
            np.stack([row[: len(kept[i])].mean(0) for i, row in zip(batch, states, strict=True)])
        )
        yield Embeddings(vectors, tokens, dropped)
