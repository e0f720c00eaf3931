"""The own result of a model with some of its attention off; imported when a model is, since it needs torch."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from models.explain.attention_reading import cut, tokens
from models.explain.heads.heads_off import heads_off, layers_of
from models.explain.heads.layers import Stack
from models.explain.heads.outcome import Outcome
from models.explain.heads.results import Answers, Classes, NextToken, Result, Vectors
from models.explain.heads.resumed import Resumed
from models.explain.heads.switches import Off, Shape, Switch
from models.explain.tokens import boundary
from models.runtime.cache import Loaded
from models.runtime.limits import InputError
from models.text.sentences import Span

# Tokens in a batch at most: a caller can stop between batches.
BATCH_TOKENS = 2048
# With about so many tokens a batch, products of matrices reach their speed; short texts get there with several layers.
ENOUGH_TOKENS = 600


class Probe(Protocol):
    """A text in a model whose attention can be switched off."""

    @property
    def stack(self) -> Stack:
        """Which of the model's attentions."""

    @property
    def device(self) -> str:
        """Where the model is."""

    @property
    def shape(self) -> Shape:
        """Its layers, heads and tokens."""

    @property
    def dropped(self) -> int:
        """How many tokens were not read."""

    def outcome(self, off: Off) -> Outcome:
        """The result with all of the attention, and with some of it `off`."""

    def each_head(self) -> Iterator[list[tuple[int, int, float]]]:
        """What each head, switched off alone, does to the measure: (layer, head, after), batch by batch."""


@dataclass(frozen=True)
class Reader:
    """A model of Transformers over one text or a pair; `before` tokens stand before the text, out of sight."""

    loaded: Loaded
    stack: Stack
    inputs: Any
    before: int
    dropped: int
    result: Result

    @property
    def device(self) -> str:
        """Where the model is."""
        return self.loaded.device

    @property
    def tokens(self) -> int:
        """How many the model reads."""
        return int(self.inputs["input_ids"].shape[1])

    @property
    def shape(self) -> Shape:
        """Its layers, heads and the tokens of the text."""
        layers = layers_of(self.loaded.model, self.stack)
        seen = self.tokens - self.before
        return Shape(len(layers), layers[0].heads, seen, seen)

    @torch.inference_mode()
    def outcome(self, off: Off) -> Outcome:
        """See `Probe`."""
        before = self._run(self.loaded.model)
        after = self._run(self.loaded.model, [off]) if off else before
        return self.result.outcome(before[0], after[0])

    def each_head(self) -> Iterator[list[tuple[int, int, float]]]:
        """See `Probe`; what is alike before a layer is computed once for all of its heads."""
        at_once = max(1, BATCH_TOKENS // self.tokens)
        with torch.inference_mode():
            resumed = Resumed(self.loaded.model, self.stack, self._run)
        layers, heads = self.shape.layers, self.shape.heads
        together = max(1, ENOUGH_TOKENS // (heads * self.tokens))
        for lowest in range(0, layers, together):
            resumed.go_on_from(lowest)
            places = list(itertools.product(range(lowest, min(lowest + together, layers)), range(heads)))
            for first in range(0, len(places), at_once):
                batch = places[first : first + at_once]
                with torch.inference_mode():
                    found = self._run(resumed.model, [frozenset([Switch(*place)]) for place in batch])
                before = resumed.output[0]
                yield [(*place, self.result.measure(before, row)) for place, row in zip(batch, found, strict=True)]

    def _run(self, model: nn.Module, rows: Sequence[Off] = ()) -> Tensor:
        """What `read` makes of the text: one row, or one for each set of switches where these are of heads."""
        shifted = [frozenset(each.shifted(self.before) for each in off) for off in rows]
        with heads_off(model, self.stack, shifted):
            return self.result.read(model(**self.inputs, **self.result.options))


def reader(loaded: Loaded, head: str, text: str, text_pair: str) -> Reader:
    """A probe of a model of Transformers, loaded eager; `head` is that of its spec.

    Raises InputError where it needs a second text.
    """
    (first, second), dropped = cut(loaded.tokenizer, text, text_pair)
    if head == "question-answering" and not second:
        raise InputError("Second text", "The answer is looked for in a second text. Give the context there.")
    encoding = loaded.tokenizer(first, second or None, return_offsets_mapping=True, return_tensors="pt")
    offsets = [(start, end) for start, end in encoding.pop("offset_mapping")[0].tolist()]
    parts = encoding.sequence_ids(0)
    inputs, before = dict(encoding.to(loaded.device)), 0
    result: Result
    if head == "causal-lm":
        # As where the next token is asked for: after what stood between documents when the model was trained.
        beginning = torch.tensor([[boundary(loaded.tokenizer)]], device=loaded.device)
        inputs, before = {"input_ids": torch.cat([beginning, inputs["input_ids"]], 1)}, 1
        result = NextToken(loaded.tokenizer)
    elif head == "question-answering":
        places = [at for at, part in enumerate(parts) if part == 1]
        result = Answers(second, places[0], tuple(offsets[at] for at in places))
    elif head == "encoder":
        spans = [Span(*place) for place in offsets]
        result = Vectors(tuple(token.text for token in tokens((first, second), spans, parts, encoding.tokens())))
    else:
        config = loaded.model.config
        result = Classes(tuple(str(config.id2label[i]) for i in sorted(config.id2label)))
    return Reader(loaded, "decoder" if head == "causal-lm" else "encoder", inputs, before, dropped, result)
