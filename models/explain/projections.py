"""The queries, keys and values of one attention head: what its weights are made of."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.explain.attention_math import Weights
from models.explain.reading import Projections, Token
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits, check_choice, check_text, check_whole
from models.runtime.memory import retried
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import ModelSpec

FIELDS = ("Model", "Text")
# Those whose layers have one linear map for each of the three; the translator keeps its own.
READABLE = ("encoder", "question-answering", "sentiment", "causal-lm")


@dataclass(frozen=True)
class Head:
    """One head of one layer over a text; `weights`, of shape (tokens, tokens), are the model's own.

    `key_value_heads` is smaller than `heads` where several heads share their keys and values.
    """

    tokens: tuple[Token, ...]
    projections: Projections
    weights: Weights
    layer: int
    head: int
    layers: int
    heads: int
    key_value_heads: int
    run: Run


@dataclass(frozen=True)
class HeadReader:
    """Reads a text with an eager copy of a model and returns all that one head computes."""

    cache: ModelCache
    specs: tuple[ModelSpec, ...]
    limits: Limits = DEFAULT_LIMITS

    @property
    def readable(self) -> dict[str, ModelSpec]:
        """The models to choose from by their names; the first is the default."""
        return {spec.name: spec for spec in self.specs if spec.head in READABLE}

    def check(self, model: str, text: str) -> None:
        """Raise InputError where `model` is unknown or `text` cannot be read."""
        check_choice(model, "Model", tuple(self.readable))
        check_text(text, "Text", self.limits.text)

    def __call__(self, model: str, text: str, layer: int, head: int, report: Report = ignore) -> Head:
        """What `layer` and `head` of `model`, both from 0, make of `text`, up to 512 tokens.

        Raises InputError, also where the model has no such layer or head.
        """
        return last(self.stream(model, text, layer, head, report), model, report)

    @retried
    def stream(self, model: str, text: str, layer: int, head: int, report: Report = ignore) -> Iterator[Head]:
        """The same as a stream of one result."""
        self.check(model, text)
        from models.explain.projection_reading import read_head

        with self.cache.lease(self.readable[model].with_attention(), report) as loaded:
            config = loaded.model.config
            check_whole(layer, "Layer", 0, config.num_hidden_layers - 1)
            check_whole(head, "Head", 0, config.num_attention_heads - 1)
            elapsed = stopwatch()
            reading, projections = read_head(loaded, text, layer, head)
            yield Head(
                reading.keys,
                projections,
                reading.weights[layer, head],
                layer,
                head,
                config.num_hidden_layers,
                config.num_attention_heads,
                reading.key_value_heads,
                Run(model, loaded.device, len(reading.keys), reading.dropped, elapsed()),
            )
