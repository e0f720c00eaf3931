"""Natural language inference: whether a text entails a sentence, by a classifier that reads both together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.catalog.classes import entailment_outputs
from models.engines.encoder_batches import batches
from models.engines.tokenizer import marks
from models.runtime.arrays import Floats
from models.runtime.cache import Loaded

# Of a text and of a sentence; together they stay below the 512 that such models read.
PREMISE_TOKENS, HYPOTHESIS_TOKENS = 254, 96


@dataclass(frozen=True)
class Entailed:
    """Logits of shape (premises, hypotheses, 2): against, and for. The tokens of both sides, and those cut off."""

    logits: Floats
    tokens: int
    dropped: int


def entail_in_steps(loaded: Loaded, premises: Sequence[str], hypotheses: Sequence[str]) -> Iterator[Entailed]:
    """Read each of `premises` with each of `hypotheses`; what is yielded after each batch has zeros for the rest.

    A caller that stops reading stops the work.
    """
    tokenize = loaded.tokenizer
    texts = tokenize(list(premises), add_special_tokens=False, verbose=False)["input_ids"] if premises else []
    claimed = tokenize(list(hypotheses), add_special_tokens=False, verbose=False)["input_ids"]
    before, between, after = marks(tokenize)
    kept = [ids[:PREMISE_TOKENS] for ids in texts]
    claims = [ids[:HYPOTHESIS_TOKENS] for ids in claimed]
    tokens = sum(map(len, [*kept, *claims]))
    dropped = sum(map(len, [*texts, *claimed])) - tokens
    logits = np.zeros((len(kept), len(claims), 2), np.float32)
    yield Entailed(logits, tokens, dropped)
    columns = list(entailment_outputs(loaded.model.info))
    pairs = [(i, j) for i in range(len(kept)) for j in range(len(claims))]
    marked = len(before + between + after)
    for batch in batches([len(kept[i]) + len(claims[j]) + marked for i, j in pairs]):
        places = [pairs[at] for at in batch]
        rows = [[*before, *kept[i], *between, *claims[j], *after] for i, j in places]
        seconds = [len(before + kept[i] + between) for i, _ in places]
        [found] = loaded.model(rows, seconds)
        logits[[i for i, _ in places], [j for _, j in places]] = found[:, columns]
        yield Entailed(logits, tokens, dropped)
