"""Natural language inference: whether a text entails a sentence, by a classifier that reads both together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.cache import Loaded
from models.reading import marks, tells_texts_apart

# Of a text and of a sentence; together they stay below the 512 that such models read.
PREMISE_TOKENS, HYPOTHESIS_TOKENS = 254, 96
# Small enough that Stop is heard soon.
BATCH_TOKENS = 1_024


@dataclass(frozen=True)
class Entailed:
    """Logits of shape (premises, hypotheses, 2): against, and for. The tokens of both sides, and those cut off."""

    logits: Tensor
    tokens: int
    dropped: int


def outputs(model: Any) -> tuple[int, int]:
    """At which outputs of `model` stand contradiction (or no entailment) and entailment, by their names.

    Raises ValueError where it has no such classes.
    """
    names = {str(name).lower(): int(i) for i, name in model.config.id2label.items()}
    against, entails = (
        next((i for name, i in names.items() if name.startswith(starts)), None)
        for starts in (("contradict", "not"), ("entail",))
    )
    if against is None or entails is None:
        raise ValueError(f"its classes are {', '.join(names)}; inference has entailment and contradiction.")
    return against, entails


@torch.inference_mode()
def entail_in_steps(loaded: Loaded, premises: Sequence[str], hypotheses: Sequence[str]) -> Iterator[Entailed]:
    """Read each of `premises` with each of `hypotheses`; what is yielded after each batch has zeros for the rest.

    A caller that stops reading stops the work.
    """
    tokenize = loaded.tokenizer
    texts = tokenize(list(premises), add_special_tokens=False, verbose=False)["input_ids"] if premises else []
    said = tokenize(list(hypotheses), add_special_tokens=False, verbose=False)["input_ids"]
    before, between, after = marks(tokenize)
    kept = [ids[:PREMISE_TOKENS] for ids in texts]
    claims = [ids[:HYPOTHESIS_TOKENS] for ids in said]
    tokens = sum(map(len, [*kept, *claims]))
    dropped = sum(map(len, [*texts, *said])) - tokens
    logits = torch.zeros(len(kept), len(claims), 2)
    yield Entailed(logits, tokens, dropped)
    columns = list(outputs(loaded.model))
    blank = tokenize.pad_token_id or 0
    pairs = sorted(
        ((i, j) for i in range(len(kept)) for j in range(len(claims))), key=lambda at: len(kept[at[0]] + claims[at[1]])
    )
    while pairs:
        longest = len(before + kept[pairs[-1][0]] + between + claims[pairs[-1][1]] + after)
        batch = pairs[-max(1, BATCH_TOKENS // longest) :]
        del pairs[-len(batch) :]
        rows = [[*before, *kept[i], *between, *claims[j], *after] for i, j in batch]
        positions = torch.arange(longest)
        inputs = {
            "input_ids": torch.tensor([row + [blank] * (longest - len(row)) for row in rows]),
            "attention_mask": (positions < torch.tensor([[len(row)] for row in rows])).long(),
        }
        if tells_texts_apart(loaded.model):
            seconds = torch.tensor([[len(before + kept[i] + between)] for i, _ in batch])
            inputs["token_type_ids"] = (positions >= seconds).long()
        found = loaded.model(**{name: each.to(loaded.device) for name, each in inputs.items()}).logits
        at = torch.tensor(batch)
        logits[at[:, 0], at[:, 1]] = found[:, columns].float().cpu()
        yield Entailed(logits, tokens, dropped)
