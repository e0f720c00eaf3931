"""Short texts with a model's next-token probabilities, to detect a server that runs other weights."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.engines.base import Choice
from models.engines.llama_cpp.completions import Sampled


@dataclass(frozen=True)
class KnownText:
    """A text, its token ids, and the likeliest tokens after it with their probabilities (0 to 1)."""

    text: str
    ids: tuple[int, ...]
    next: Mapping[int, float]

    def distance(self, found: Sampled) -> float:
        """Half the sum of the absolute differences to the probabilities in `found`, 0 to 1."""
        probabilities = {
            choice.token: choice.probability for choice in (*found.likeliest, Choice(found.token, found.probability))
        }
        # A server with few alternatives reports only the likeliest tokens.
        compared = list(self.next)[: max(1, len(found.likeliest))]
        return sum(abs(self.next[token] - probabilities.get(token, 0.0)) for token in compared) / 2


# The mean distance up to which weights count as the same. For SmolLM2, measured in torch: 0.002 in bfloat16, 0.013
# with 8 bits a weight; 0.08 and more without one of its 30 layers, and 0.22 with 4 bits, which count as different.
TOLERANCE = 0.05
# By the model's name in the catalog.
KNOWN: dict[str, tuple[KnownText, ...]] = {
    "SmolLM2-135M-Instruct": (
        KnownText(
            "Water boils at a temperature of",
            (12615, 36411, 418, 253, 2779, 282),
            {1130: 0.448, 4723: 0.2362, 216: 0.1896, 563: 0.0901, 8553: 0.0049},
        ),
        KnownText(
            "The capital of France is",
            (504, 3575, 282, 4649, 314),
            {7042: 0.7719, 260: 0.063, 4528: 0.0136, 1315: 0.0101, 2250: 0.0097},
        ),
        KnownText(
            "The opposite of hot is",
            (504, 7011, 282, 3380, 314),
            {4011: 0.6982, 3122: 0.0723, 48808: 0.0403, 3091: 0.0128, 3498: 0.0102},
        ),
        KnownText(
            "Once upon a time, there was a",
            (6403, 1980, 253, 655, 28, 665, 436, 253),
            {1165: 0.0564, 3102: 0.0544, 1805: 0.0418, 4166: 0.0405, 1109: 0.0331},
        ),
        KnownText(
            "Two plus two is",
            (10345, 8055, 827, 314),
            {4037: 0.1824, 216: 0.1365, 253: 0.0681, 6757: 0.0457, 2531: 0.0404},
        ),
    )
}
