"""The encoders that adapters are trained on."""

from dataclasses import dataclass

from models.catalog.bundled import (
    MINILM_WEIGHTS,
    MPNET_WEIGHTS,
    QUESTION_ANSWERING,
    QUESTION_ANSWERING_ACCURATE,
    SENTIMENT,
    SENTIMENT_ACCURATE,
)
from models.runtime.spec import ModelSpec, Weights


@dataclass(frozen=True)
class Base:
    """An encoder, and the app's specs of its adapters.

    `layers` are the ends of the names of the layers that a LoRA changes, `output` a sentiment head's last layer.
    """

    weights: Weights
    repository: str
    layers: tuple[str, ...]
    output: str
    question_answering: ModelSpec
    sentiment: ModelSpec

    def spec(self, task: str) -> ModelSpec:
        """The app's spec of the adapter for `task`."""
        return self.sentiment if task == "sentiment" else self.question_answering


MINILM = Base(
    MINILM_WEIGHTS,
    "sentence-transformers/all-MiniLM-L6-v2",
    ("query", "key", "value", "dense"),
    "classifier",
    QUESTION_ANSWERING,
    SENTIMENT,
)
MPNET = Base(
    MPNET_WEIGHTS,
    "sentence-transformers/all-mpnet-base-v2",
    ("attn.q", "attn.k", "attn.v", "attn.o", "intermediate.dense", "output.dense"),
    "classifier.out_proj",
    QUESTION_ANSWERING_ACCURATE,
    SENTIMENT_ACCURATE,
)
BASES = {"minilm": MINILM, "mpnet": MPNET}
