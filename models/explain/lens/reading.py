"""What the states of a model say when they are read as its last one is; imported when a model is: it needs torch."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from models.explain.lens.result import FOLLOWED, TOP
from models.explain.lens.states import States


class Look(NamedTuple):
    """As in `Lens`."""

    top: NDArray[np.int32]
    chances: NDArray[np.float32]
    followed: NDArray[np.int32]
    ranks: NDArray[np.int32]
    probabilities: NDArray[np.float32]


@torch.inference_mode()
def look(states: States, follow: int | None, between: Callable[[], None]) -> Look:
    """The likeliest tokens of each row of `states`, and how each row ranks what the last one finds likeliest.

    The token `follow` comes before those. `between` is called after each row, and may end the work by raising.
    """
    own = states.logits(-1)
    followed = own.topk(FOLLOWED).indices
    if follow is not None:
        followed = torch.stack([_first(row, follow) for row in followed])
    top, chances, ranks, probabilities = [], [], [], []
    for row in range(len(states.rows)):
        logits = own if row == len(states.rows) - 1 else states.logits(row)
        shares = logits.softmax(-1)
        best = shares.topk(TOP)
        values = logits.gather(1, followed)
        top.append(best.indices)
        chances.append(best.values)
        # One after the other: a comparison with all at once would need FOLLOWED times the memory of the logits.
        ranks.append(torch.stack([(logits > each[:, None]).sum(-1) + 1 for each in values.T], -1))
        probabilities.append(shares.gather(1, followed))
        between()
    return Look(
        torch.stack(top).cpu().numpy().astype(np.int32),
        torch.stack(chances).cpu().numpy(),
        followed.cpu().numpy().astype(np.int32),
        torch.stack(ranks).cpu().numpy().astype(np.int32),
        torch.stack(probabilities).cpu().numpy(),
    )


def _first(tokens: torch.Tensor, token: int) -> torch.Tensor:
    """`token`, then the others of `tokens`, as many as before."""
    others = tokens[tokens != token]
    return torch.cat([torch.tensor([token], device=tokens.device), others])[: len(tokens)]
