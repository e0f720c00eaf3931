"""The encoders that adapters are trained on."""

from dataclasses import dataclass

from models.catalog import MINILM_WEIGHTS, MPNET_WEIGHTS, Weights


@dataclass(frozen=True)
class Base:
    """An encoder: its weights, its name on the Hub, and the ends of the names of the layers that a LoRA changes."""

    weights: Weights
    repository: str
    layers: tuple[str, ...]


MINILM = Base(MINILM_WEIGHTS, "sentence-transformers/all-MiniLM-L6-v2", ("query", "key", "value", "dense"))
MPNET = Base(
    MPNET_WEIGHTS,
    "sentence-transformers/all-mpnet-base-v2",
    ("attn.q", "attn.k", "attn.v", "attn.o", "intermediate.dense", "output.dense"),
)
BASES = {"minilm": MINILM, "mpnet": MPNET}
