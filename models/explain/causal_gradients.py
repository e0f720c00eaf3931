"""What the tokens of a prompt add to the probability of what follows, by integrated gradients; imports torch."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor
from transformers import DynamicCache

from models.explain.attribution import Attribution
from models.explain.gradients import integrated_gradients
from models.runtime.cache import Loaded

# A causal language model is several times as large as an encoder, and a caller must be able to stop it as soon.
BATCH_TOKENS = 96


def causal_gradients(
    loaded: Loaded,
    ids: Sequence[int],
    target: Sequence[int],
    moved: Sequence[int],
    rival: int | None = None,
) -> Iterator[Attribution | None]:
    """Attribute the log-probability of the tokens `target` after `ids` to the positions `moved` of `ids`.

    The baseline has the mean of all tokens' embeddings at these positions, which stands for no word in particular. With
    a `rival` of a single target token, the score is its lead: the difference of both logits, which is that of both
    log-probabilities (Yin and Neubig 2022). The values are those of all positions; the others' are 0. What stands
    before the first of `moved` is read once. Yields as `integrated_gradients`.
    """
    model, first = loaded.model, min(moved)
    before = DynamicCache(config=model.config)
    if first:
        with torch.no_grad():
            model(torch.tensor([ids[:first]], device=model.device), cache=before, use_cache=True, logits_to_keep=1)
    read = [*ids[first:], *target[:-1]]
    embed = model.get_input_embeddings()
    inputs = embed(torch.tensor(read, device=model.device))
    baseline = inputs.clone()
    # All words' embeddings share a large part. A special token may lack it, as the one between documents in SmolLM2
    # does: on the way from it to a word the score leaps to and fro, and more points are needed.
    baseline[[at - first for at in moved]] = embed.weight.mean(0)
    wanted = torch.tensor(target, device=inputs.device)

    def score(embeddings: Tensor) -> Tensor:
        cache = copy.deepcopy(before)
        if first:
            cache.batch_repeat_interleave(len(embeddings))
        output = model(inputs_embeds=embeddings, cache=cache, use_cache=True, logits_to_keep=len(target))
        logits = output.logits.float()
        if rival is not None:
            lead: Tensor = logits[:, 0, target[0]] - logits[:, 0, rival]
            return lead
        logs: Tensor = logits.log_softmax(-1).gather(2, wanted.expand(len(logits), -1)[..., None])
        return logs[..., 0].sum(-1)

    for found in integrated_gradients(score, inputs, baseline, batch_tokens=BATCH_TOKENS):
        yield found and replace(found, values=((0.0,) * first + found.values)[: len(ids)])
