"""What each kind of model gives for a text, as rows of numbers; imported when a model is, since it needs torch."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor

from models.explain.heads.outcome import BALANCE, NO_ANSWER, Bar, Outcome

SHOWN = 8
LONGEST_ANSWER = 30


class Result(Protocol):
    """What a kind of model gives for a text."""

    @property
    def options(self) -> dict[str, Any]:
        """What the model is called with besides."""

    def read(self, output: Any) -> Tensor:
        """A row of numbers for each text in a batch."""

    def measure(self, before: Tensor, after: Tensor) -> float:
        """The one number that is compared, of the row `after`."""

    def outcome(self, before: Tensor, after: Tensor) -> Outcome:
        """All that is shown of two rows."""


@dataclass(frozen=True)
class NextToken:
    """The probabilities of all next tokens."""

    tokenizer: Any
    options: dict[str, Any] = field(default_factory=lambda: {"logits_to_keep": 1, "use_cache": False})

    def read(self, output: Any) -> Tensor:
        """The probabilities (rows, vocabulary)."""
        probabilities: Tensor = output.logits[:, -1].float().softmax(-1)
        return probabilities

    def measure(self, before: Tensor, after: Tensor) -> float:
        """That of the token which was the likeliest."""
        return float(after[before.argmax()])

    def outcome(self, before: Tensor, after: Tensor) -> Outcome:
        """See `Result`."""
        best = int(before.argmax())
        bars = _bars(before, after, self._text)
        return Outcome("next token", self._text(best), float(before[best]), float(after[best]), bars)

    def _text(self, token: int) -> str:
        return str(self.tokenizer.decode([token], clean_up_tokenization_spaces=False))


@dataclass(frozen=True)
class Classes:
    """The probabilities of a classifier's labels."""

    labels: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)

    def read(self, output: Any) -> Tensor:
        """The probabilities (rows, labels)."""
        probabilities: Tensor = output.logits.float().softmax(-1)
        return probabilities

    @property
    def _ends(self) -> tuple[int, int] | None:
        """Where the negative and the positive class are."""
        lower = [label.lower() for label in self.labels]
        return (lower.index("negative"), lower.index("positive")) if {"negative", "positive"} <= set(lower) else None

    def measure(self, before: Tensor, after: Tensor) -> float:
        """The balance, or the probability of the class which was the likeliest."""
        if self._ends is None:
            return float(after[before.argmax()])
        negative, positive = self._ends
        return float(after[positive] - after[negative])

    def outcome(self, before: Tensor, after: Tensor) -> Outcome:
        """See `Result`."""
        of = BALANCE if self._ends else self.labels[int(before.argmax())]
        bars = tuple(map(Bar, self.labels, before.tolist(), after.tolist()))
        said = (self.labels[int(before.argmax())], self.labels[int(after.argmax())])
        return Outcome("classes", of, self.measure(before, before), self.measure(before, after), bars, said)


@dataclass(frozen=True)
class Answers:
    """The probabilities of all answers in `context`, of tokens with these `offsets` there, and of none."""

    context: str
    first: int
    offsets: tuple[tuple[int, int], ...]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def _spans(self) -> tuple[Tensor, Tensor]:
        """The first and the last token of every answer; those of none are both the first token of all."""
        pairs = torch.triu_indices(len(self.offsets), len(self.offsets))
        pairs = pairs[:, pairs[1] - pairs[0] < LONGEST_ANSWER] + self.first
        starts, ends = torch.cat([torch.zeros(2, 1, dtype=torch.long), pairs], 1)
        return starts, ends

    def read(self, output: Any) -> Tensor:
        """The probabilities (rows, answers), first that of none."""
        starts, ends = self._spans
        scores = output.start_logits.float()[:, starts] + output.end_logits.float()[:, ends]
        probabilities: Tensor = scores.softmax(-1)
        return probabilities

    def measure(self, before: Tensor, after: Tensor) -> float:
        """That of the answer which was the best."""
        return float(after[before.argmax()])

    def outcome(self, before: Tensor, after: Tensor) -> Outcome:
        """See `Result`."""
        best, then = int(before.argmax()), int(after.argmax())
        bars = _bars(before, after, self._text, SHOWN // 2)
        texts = self._text(best), self._text(then)
        return Outcome("answer", texts[0], float(before[best]), float(after[best]), bars, texts)

    def _text(self, answer: int) -> str:
        starts, ends = self._spans
        if answer == 0:
            return NO_ANSWER
        start, end = self.offsets[starts[answer] - self.first][0], self.offsets[ends[answer] - self.first][1]
        return self.context[start:end]


@dataclass(frozen=True)
class Vectors:
    """The final states of all tokens, of one length, and last their mean: the vector of the text."""

    names: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)

    def read(self, output: Any) -> Tensor:
        """Unit vectors (rows, tokens and 1, width)."""
        states = output.last_hidden_state.float()
        return torch.nn.functional.normalize(torch.cat([states, states.mean(1, keepdim=True)], 1), dim=-1)

    def measure(self, before: Tensor, after: Tensor) -> float:
        """The cosine of both vectors of the text."""
        return float((before[-1] * after[-1]).sum())

    def outcome(self, before: Tensor, after: Tensor) -> Outcome:
        """See `Result`."""
        alike = (before * after).sum(-1)[:-1]
        moved = alike.argsort()[:SHOWN].sort().values.tolist()
        bars = tuple(Bar(self.names[token], 1.0, float(alike[token])) for token in moved)
        return Outcome("vector", "", 1.0, self.measure(before, after), bars)


def _bars(before: Tensor, after: Tensor, name: Any, shown: int = SHOWN) -> tuple[Bar, ...]:
    """The likeliest before and after, by what they were before."""
    each = min(shown, len(before))
    places = {*before.topk(each).indices.tolist(), *after.topk(max(1, each // 2)).indices.tolist()}
    ranked = sorted(places, key=lambda place: -float(before[place]))
    return tuple(Bar(name(place), float(before[place]), float(after[place])) for place in ranked)
