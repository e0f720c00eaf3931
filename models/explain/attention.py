"""The attention weights of a text, in any model of the catalog that returns them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from models.catalog.room import check_room
from models.explain.attention_math import Weights, aggregate, by_norm
from models.explain.reading import Token
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits, check_choice, check_text, check_whole
from models.runtime.memory import retried
from models.runtime.progress import Report, Stage, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import ModelSpec

FIELDS = ("Model", "Text", "Second text")
KINDS = {"causal-lm": "causal", "cross-attention": "cross"}
ENCODER_DECODERS = ("translation", "seq2seq")
READS_A_PAIR = ("encoder", "question-answering", "sentiment", "entailment")
Measure = Literal["weights", "norms"]
MEASURES: tuple[Measure, ...] = ("weights", "norms")
# No model of any size has more.
MOST_LAYERS, MOST_HEADS = 200, 200


@dataclass(frozen=True)
class Attention:
    """The weights of one text in one model, of shape (layers, heads, queries, keys); each row sums to 1.

    `kind` is "self", "causal" or "cross"; in cross-attention `target` is the translation whose tokens are the queries.
    `key_value_heads` is smaller than the number of heads where several query heads share one head of keys.
    `value_norms` (layers, heads, keys) are the lengths of what each weight is multiplied with, None where the parts of
    the model are not known; `measure` says whether the weights are norm-based already.
    """

    queries: tuple[Token, ...]
    keys: tuple[Token, ...]
    weights: Weights
    value_norms: Weights | None
    key_value_heads: int
    kind: str
    target: str
    run: Run
    measure: Measure = "weights"

    def measured(self, measure: str) -> "Attention":
        """The same by another `measure`: norm-based attention instead of the weights, each row scaled to sum to 1.

        Raises InputError where there is no such measure, or the model has no such view.
        """
        if check_choice(measure, "measure", MEASURES) == self.measure:
            return self
        if self.value_norms is None:
            raise InputError(
                "measure",
                f"The values of {self.run.model} are not known by their names: it has weights only. "
                "All bundled models have norms too.",
            )
        return replace(self, weights=by_norm(self.weights, self.value_norms), measure="norms")

    @property
    def resting(self) -> tuple[bool, ...]:
        """For each key whether it is where a head looks when it has nothing to do.

        These are the special tokens, and the first one of a model that reads left to right.
        """
        return tuple(token.special or (self.kind == "causal" and at == 0) for at, token in enumerate(self.keys))

    @property
    def layers(self) -> int:
        """How many layers the model has."""
        return int(self.weights.shape[0])

    @property
    def heads(self) -> int:
        """How many heads each layer has."""
        return int(self.weights.shape[1])

    def select(self, layer: int, head: int) -> Weights:
        """One matrix (queries, keys): `layer` -1 is the last one, `head` -1 the mean of all heads.

        Raises InputError where the model has no such layer or head.
        """
        check_whole(layer, "Layer", -1, self.layers - 1)
        check_whole(head, "Head", -1, self.heads - 1)
        return aggregate(self.weights[layer], "mean") if head == -1 else self.weights[layer, head]


@dataclass(frozen=True)
class Source:
    """One thing to look into: a model, and which of its attentions."""

    name: str
    spec: ModelSpec
    cross: bool = False


def sources(specs: tuple[ModelSpec, ...]) -> tuple[Source, ...]:
    """What there is to look into in `specs`; an encoder-decoder offers its encoder and its cross-attention."""
    found = []
    for spec in specs:
        if spec.head in ENCODER_DECODERS:
            found.append(Source(f"{spec.name} encoder", spec))
            found.append(Source(f"{spec.name} cross-attention", spec, cross=True))
        else:
            found.append(Source(spec.name, spec))
    return tuple(found)


@dataclass(frozen=True)
class Attender:
    """Reads a text with an eager copy of a model and returns all its attention weights."""

    cache: ModelCache
    specs: tuple[ModelSpec, ...]
    limits: Limits = DEFAULT_LIMITS

    def kind(self, model: str) -> str:
        """What that model is: the head of its spec, or "cross-attention"."""
        source = self.source(model)
        return "cross-attention" if source.cross else source.spec.head

    @property
    def names(self) -> tuple[str, ...]:
        """The models to choose from; the first is the default."""
        return tuple(source.name for source in sources(self.specs))

    def check(self, model: str, text: str, text_pair: str = "") -> None:
        """Raise InputError where `model` is unknown, a text cannot be read, or the model reads no second text."""
        source = self.source(model)
        check_text(text, "Text", self.limits.text)
        if text_pair != "":
            check_text(text_pair, "Second text", self.limits.text)
            if source.spec.head not in READS_A_PAIR:
                pairs = [each.name for each in sources(self.specs) if each.spec.head in READS_A_PAIR]
                if pairs:
                    message = f"{source.name} reads one text. Clear the second, or choose {pairs[0]}."
                    raise InputError("Second text", message)
                raise InputError("Second text", f"{source.name} reads one text. Clear the second.")

    def check_place(self, layer: object, head: object) -> None:
        """Raise InputError where no model at all has such a layer or head; the model's own limits hold later."""
        check_whole(layer, "Layer", -1, MOST_LAYERS - 1)
        check_whole(head, "Head", -1, MOST_HEADS - 1)

    def source(self, model: str) -> Source:
        """The source of that name; the empty string is the first. Raises InputError where there is none."""
        known = {source.name: source for source in sources(self.specs)}
        return known[check_choice(self.names[0] if model == "" else model, "Model", self.names)]

    def __call__(self, model: str, text: str, text_pair: str = "", report: Report = ignore) -> Attention:
        """The attention of `model` over `text`, and `text_pair` where the model reads pairs, up to 512 tokens."""
        return last(self.stream(model, text, text_pair, report), model, report)

    @retried
    def stream(self, model: str, text: str, text_pair: str = "", report: Report = ignore) -> Iterator[Attention]:
        """The same as a stream of one result, which `report` may end while a translator writes."""
        self.check(model, text, text_pair)
        source = self.source(model)
        from models.explain.attention_reading import read_transformer, read_translator

        check_room(self.cache, source.spec, self.specs, "Model")
        with self.cache.lease(source.spec.with_attention(), report) as loaded:
            elapsed = stopwatch()
            if source.spec.head == "translation":
                between = partial(report, Stage("Running", source.name))
                reading = read_translator(loaded, text, source.cross, between)
            elif source.spec.head == "seq2seq":
                from models.explain.seq2seq_reading import read_seq2seq

                between = partial(report, Stage("Running", source.name))
                reading = read_seq2seq(loaded, source.spec.prefix, text, source.cross, between)
            else:
                reading = read_transformer(loaded, text, text_pair)
            yield Attention(
                reading.queries,
                reading.keys,
                reading.weights,
                reading.value_norms,
                reading.key_value_heads,
                KINDS.get(self.kind(model), "self"),
                reading.target,
                Run(source.name, loaded.device, len(reading.keys), reading.dropped, elapsed()),
            )
