"""Sentence embeddings: the mean of an encoder's last states over a sentence's tokens, at length one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from models.cache import Loaded

BATCH = 32
# The encoder was trained on texts of up to 256 tokens; few sentences come near it.
TOKEN_LIMIT = 256


@dataclass(frozen=True)
class Embeddings:
    """Unit vectors of shape (sentences, width), so that a product is a cosine; the tokens read, and those cut off."""

    vectors: Tensor
    tokens: int
    dropped: int


def embed(loaded: Loaded, sentences: Sequence[str]) -> Embeddings:
    """Embed `sentences` with an encoder."""
    *_, embeddings = embed_in_steps(loaded, sentences)
    return embeddings


@torch.inference_mode()
def embed_in_steps(loaded: Loaded, sentences: Sequence[str]) -> Iterator[Embeddings]:
    """Embed `sentences` in batches; what is yielded after each has zeros for the sentences that are still to come.

    A caller that stops reading stops the work.
    """
    ids = loaded.tokenizer(list(sentences), verbose=False)["input_ids"] if sentences else []
    kept = [row if len(row) <= TOKEN_LIMIT else [*row[: TOKEN_LIMIT - 1], row[-1]] for row in ids]
    tokens = sum(map(len, kept))
    dropped = sum(map(len, ids)) - tokens
    vectors = torch.zeros(len(kept), loaded.model.config.hidden_size)
    yield Embeddings(vectors, tokens, dropped)
    # Sentences of like length share a batch, so that little is spent on padding.
    order = sorted(range(len(kept)), key=lambda i: len(kept[i]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        batch = loaded.tokenizer.pad({"input_ids": [kept[i] for i in rows]}, return_tensors="pt").to(loaded.device)
        states = loaded.model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1)
        vectors[rows] = normalize((states * mask).sum(1) / mask.sum(1), dim=-1).float().cpu()
        yield Embeddings(vectors, tokens, dropped)
