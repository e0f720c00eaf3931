"""How probable a model finds each token of a text; imported when a model is, since it needs torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from transformers import DynamicCache

from models.engines.base import RIVALS, Choice
from models.runtime.cache import Loaded

# Tokens read at once: a caller can stop between them.
CHUNK = 64


@dataclass(frozen=True)
class Score:
    """The natural log of a token's probability, its rank among all tokens (from 1), and the likeliest other ones."""

    log_probability: float
    rank: int
    rivals: tuple[Choice, ...]


def score(loaded: Loaded, ids: Sequence[int], before: int, window: int, stride: int) -> Iterator[list[Score]]:
    """Yield the scores of the next of `ids`, some at a time; the token `before` stands ahead of the first.

    A window has `window` tokens, and the next one begins `stride` tokens later. So every token beyond the first window
    is scored with at least `window` - `stride` tokens before it. Where only those are read, nothing is yet scored and
    the list is empty. Closing the generator ends the compute. The caller holds the lease.
    """
    scored = 0
    while scored < len(ids):
        first = max(0, scored - (window - stride))
        targets = ids[first : first + window]
        read = torch.tensor([[before, *targets[:-1]]], device=loaded.device)
        cache = DynamicCache(config=loaded.model.config)
        for start in range(0, len(targets), CHUNK):
            end = min(start + CHUNK, len(targets))
            new = max(0, first + end - scored)
            wanted = min(new, end - start)
            logits = _read(loaded, read[:, start:end], cache, max(1, wanted))
            scores = _scores(logits, targets[end - wanted : end]) if wanted else []
            scored += len(scores)
            yield scores


@torch.inference_mode()
def _read(loaded: Loaded, tokens: torch.Tensor, cache: DynamicCache, keep: int) -> torch.Tensor:
    """The logits after each of the last `keep` of `tokens`, (1, n): float32 of (keep, vocabulary)."""
    logits: torch.Tensor = loaded.model(tokens, cache=cache, use_cache=True, logits_to_keep=keep).logits
    return logits[0].float()


@torch.inference_mode()
def _scores(logits: torch.Tensor, targets: Sequence[int]) -> list[Score]:
    """One score for each of `targets`; `logits` have shape (targets, vocabulary)."""
    logs = logits.log_softmax(-1)
    own = logs.gather(1, torch.tensor(targets, device=logits.device)[:, None])
    ranks = (logs > own).sum(-1) + 1
    best = logs.topk(min(RIVALS + 1, logs.shape[-1]))
    rows = zip(
        targets,
        own[:, 0].tolist(),
        ranks.tolist(),
        best.indices.tolist(),
        best.values.exp().tolist(),
        strict=True,
    )
    return [
        Score(log, rank, tuple([Choice(t, p) for t, p in zip(tokens, ps, strict=True) if t != target][:RIVALS]))
        for target, log, rank, tokens, ps in rows
    ]
