"""The continuations of one prompt."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from models.engines.base import Sampling
from models.engines.llama_cpp.completions import Sampled


@dataclass
class Continuation:
    """The state of one sampling. `held` is a control token that may be an end token known only to llama.cpp."""

    sampling: Sampling
    tokens: list[int] = field(default_factory=list)
    held: Sampled | None = None
    over: bool = False

    @property
    def left(self) -> Sampling:
        """The sampling that continues on another server."""
        written = len(self.tokens)
        seed = None if self.sampling.seed is None else self.sampling.seed + written
        return replace(self.sampling, max_new_tokens=self.sampling.max_new_tokens - written, seed=seed)


def groups(samplings: Sequence[Sampling]) -> list[tuple[int, ...]]:
    """Group the indices of `samplings` that one request can serve: equal, with consecutive seeds."""
    found: list[list[int]] = []
    for number, sampling in enumerate(samplings):
        first = samplings[found[-1][0]] if found else None
        if first is not None and first.seed is not None:
            expected = replace(first, seed=first.seed + len(found[-1]))
            if sampling == expected:
                found[-1].append(number)
                continue
        found.append([number])
    return [tuple(group) for group in found]
