"""What a translator or summarizer writes with some of its attention off; needs torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from models.engines import codec, spelling
from models.engines.base import Decoded
from models.engines.torch.seq2seq import Seq2Seq
from models.engines.torch.student import Student, pad
from models.explain.attention_reading import student_source, student_written
from models.explain.heads.heads_off import heads_off, layers_of
from models.explain.heads.layers import Stack
from models.explain.heads.outcome import Bar, Outcome
from models.explain.heads.results import SHOWN
from models.explain.heads.switches import FIELD, Off, Shape, Switch
from models.explain.seq2seq_reading import Source, read_source, read_target, written_for
from models.runtime.cache import Loaded
from models.runtime.limits import InputError

# Rows of a batch: the same text with another head off in each.
AT_ONCE = 16


class Writing(Protocol):
    """A text in an encoder-decoder."""

    @property
    def source(self) -> Sequence[int]:
        """The tokens that it reads."""

    @property
    def dropped(self) -> int:
        """How many tokens were not read."""

    def write(self) -> Decoded:
        """What it writes."""

    def texts(self, written: Decoded) -> tuple[str, list[str]]:
        """That as a text, and its tokens, without the one that ends it."""

    def probabilities(self, targets: Sequence[int], rows: int) -> Tensor:
        """The probability (rows, targets) of each of `targets` after those before it, in a batch of equal rows."""


@dataclass(frozen=True)
class Writer:
    """A probe of a translator or summarizer: its measure is how probable it finds what it wrote before."""

    model: nn.Module
    stack: Stack
    device: str
    writing: Writing

    @property
    def dropped(self) -> int:
        """How many tokens were not read."""
        return self.writing.dropped

    @property
    def shape(self) -> Shape:
        """Its layers, heads and the tokens of the text."""
        layers = layers_of(self.model, self.stack)
        tokens = len(self.writing.source)
        return Shape(len(layers), layers[0].heads, tokens, tokens)

    @cached_property
    def _before(self) -> Decoded:
        return self.writing.write()

    def outcome(self, off: Off) -> Outcome:
        """See `Probe`."""
        if self.stack == "cross" and any(each.is_look for each in off):
            raise InputError(FIELD, "Of cross-attention only heads and layers can be switched off, no single looks.")
        before = self._before
        with heads_off(self.model, self.stack, [off]):
            after = self.writing.write()
        (text, names), (then, _) = self.writing.texts(before), self.writing.texts(after)
        one, other = self._probabilities([frozenset(), off])
        moved = (other - one)[: len(names)].abs().argsort(descending=True)[:SHOWN].sort().values.tolist()
        bars = tuple(Bar(names[token], float(one[token]), float(other[token])) for token in moved)
        return Outcome("translation", text, _mean(one), _mean(other), bars, (text, then))

    def each_head(self) -> Iterator[list[tuple[int, int, float]]]:
        """See `Probe`."""
        shape = self.shape
        places = [(layer, head) for layer in range(shape.layers) for head in range(shape.heads)]
        for first in range(0, len(places), AT_ONCE):
            batch = places[first : first + AT_ONCE]
            rows = self._probabilities([frozenset([Switch(*place)]) for place in batch])
            yield [(*place, _mean(row)) for place, row in zip(batch, rows, strict=True)]

    def _probabilities(self, rows: Sequence[Off]) -> Tensor:
        targets = [*self._before.ids, *self._end]
        with torch.inference_mode(), heads_off(self.model, self.stack, rows):
            return self.writing.probabilities(targets, len(rows))

    @property
    def _end(self) -> list[int]:
        end = self.model.end if isinstance(self.model, Seq2Seq) else codec.END
        return [end] if self._before.finished else []


def _mean(probabilities: Tensor) -> float:
    """Their geometric mean."""
    return float(probabilities.clamp_min(1e-30).log().mean().exp())


@dataclass(frozen=True)
class StudentWriting:
    """A text in the Firefox student."""

    student: Student
    tokenizer: Any
    source: Sequence[int]
    dropped: int
    between: Callable[[], None]

    def write(self) -> Decoded:
        """See `Writing`."""
        return student_written(self.student, self.source, self.between)

    def texts(self, written: Decoded) -> tuple[str, list[str]]:
        """See `Writing`."""
        decoded = self.tokenizer.decode(written.ids, return_type="offset_mapping")
        return decoded["text"], [decoded["text"][start:end] for start, end in decoded["offsets"]]

    def probabilities(self, targets: Sequence[int], rows: int) -> Tensor:
        """See `Writing`."""
        state = self.student.start(self.student.encode(*pad([self.source] * rows, self.student.timescales.device)))
        found = []
        for target in targets:
            self.between()
            states, cells, _ = self.student.step(state)
            logits = self.student.output(states)
            logits[:, spelling.UNKNOWN] = -torch.inf
            found.append(logits.softmax(-1)[:, target])
            following = torch.full_like(state.tokens, target)
            state = state._replace(tokens=following, written=state.written + 1, cells=cells)
        return torch.stack(found, 1)


@dataclass(frozen=True)
class Seq2SeqWriting:
    """A text in an encoder-decoder of Transformers."""

    loaded: Loaded
    read: Source
    between: Callable[[], None]

    @property
    def source(self) -> Sequence[int]:
        """See `Writing`."""
        return self.read.ids

    @property
    def dropped(self) -> int:
        """See `Writing`."""
        return self.read.dropped

    def write(self) -> Decoded:
        """See `Writing`."""
        return written_for(self.loaded, self.read, self.between)

    def texts(self, written: Decoded) -> tuple[str, list[str]]:
        """See `Writing`."""
        text, tokens = read_target(self.loaded, written)
        return text, [token.text for token in tokens[: len(written.ids)]]

    def probabilities(self, targets: Sequence[int], rows: int) -> Tensor:
        """See `Writing`."""
        self.between()
        network: Seq2Seq = self.loaded.model
        device = self.loaded.device
        ids = torch.tensor([self.source] * rows, device=device)
        said = torch.tensor([[network.start, *targets[:-1]]] * rows, device=device)
        logits = network.model(input_ids=ids, decoder_input_ids=said, use_cache=False).logits.float()
        wanted = torch.tensor([targets] * rows, device=device)
        probabilities: Tensor = logits.softmax(-1).gather(-1, wanted[..., None])[..., 0]
        return probabilities


def writer(loaded: Loaded, prefix: str, text: str, cross: bool, between: Callable[[], None]) -> Writer:
    """A probe of the encoder, or the cross-attention, of an encoder-decoder; `between` may end its work by raising."""
    stack: Stack = "cross" if cross else "encoder"
    if isinstance(loaded.model, Student):
        source, dropped = student_source(loaded.tokenizer, text)
        student = StudentWriting(loaded.model, loaded.tokenizer, source.ids, dropped, between)
        return Writer(loaded.model, stack, loaded.device, student)
    return Writer(
        loaded.model, stack, loaded.device, Seq2SeqWriting(loaded, read_source(loaded, prefix, text), between)
    )
