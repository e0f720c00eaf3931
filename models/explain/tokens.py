"""Tokens as people read them: what each adds to the text, how probable it was, and what else was likely."""

from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from models.engines.base import Choice, Step
from models.text.circles import circle, circle_of_items, whole_sentences

BETWEEN_DOCUMENTS = "<|endoftext|>"


@dataclass(frozen=True)
class Candidate:
    """A token as text, and its probability (0 to 1); a `control` token is no text, as the one that ends it."""

    id: int
    text: str
    probability: float
    control: bool


@dataclass(frozen=True)
class Token:
    """One token with the likeliest other ones, best first.

    `text` is what it adds to the text before it: nothing, where it only begins a character that others complete.
    """

    id: int
    text: str
    probability: float
    rivals: tuple[Candidate, ...]

    @property
    def step(self) -> Step:
        """The token as the model chose it."""
        return Step(self.id, self.probability, tuple(Choice(each.id, each.probability) for each in self.rivals))

    def replaced(self, rival: int) -> Step:
        """The `rival` of that id in the token's place, with the token among its rivals, best first.

        Raises KeyError where there is no such rival.
        """
        choices = [Choice(self.id, self.probability), *self.step.rivals]
        probability = {choice.token: choice.probability for choice in choices}[rival]
        others = sorted((choice for choice in choices if choice.token != rival), key=lambda one: -one.probability)
        return Step(rival, probability, tuple(others))


def candidates(tokenizer: Any, choices: tuple[Choice, ...]) -> tuple[Candidate, ...]:
    """`choices` as text; the bytes of a character's part show as the replacement character."""
    control = tokenizer.added_tokens_decoder
    return tuple(
        Candidate(
            choice.token,
            tokenizer.decode([choice.token], clean_up_tokenization_spaces=False),
            choice.probability,
            choice.token in control,
        )
        for choice in choices
    )


def control_tokens(tokenizer: Any) -> frozenset[int]:
    """The special tokens, which are not text, such as the one that ends a text."""
    return frozenset(id_ for id_, token in tokenizer.added_tokens_decoder.items() if token.special)


def boundary(tokenizer: Any) -> int:
    """The token that stood between documents when the model was trained, else the one that begins a text."""
    token: int = tokenizer.added_tokens_encoder.get(BETWEEN_DOCUMENTS, tokenizer.bos_token_id)
    return token


@dataclass
class Detokenizer:
    """Turns tokens into text as they come. It holds back a character until all its bytes are there."""

    tokenizer: Any
    _tokens: list[int] = field(default_factory=list)

    def add(self, token: int) -> str:
        """Take one more token and return the whole text so far, without a half character at its end."""
        self._tokens.append(token)
        return self.text().rstrip("\N{REPLACEMENT CHARACTER}")

    def text(self) -> str:
        """All of the text; NUL, and bytes that never became a character, show as the replacement character."""
        return self._decoded(self._tokens)

    def before_circle(self) -> str | None:
        """The text up to its last whole sentence before it goes round in circles; None if it does not."""
        kept = circle(self._tokens)
        if kept is None:
            return None
        return whole_sentences(self._decoded(self._tokens[:kept]).rstrip("\N{REPLACEMENT CHARACTER}"))

    def _decoded(self, tokens: list[int]) -> str:
        text: str = self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


@dataclass
class Transcript:
    """What a model has written so far, as `text` and as `tokens`."""

    tokenizer: Any
    text: str = ""
    tokens: tuple[Token, ...] = ()

    def __post_init__(self) -> None:
        self._detokenizer = Detokenizer(self.tokenizer)

    def add(self, step: Step) -> None:
        """Write one more token."""
        text = self._detokenizer.add(step.token)
        rivals = candidates(self.tokenizer, step.rivals)
        self.tokens = (*self.tokens, Token(step.token, text[len(self.text) :], step.probability, rivals))
        self.text = text

    def end(self) -> None:
        """Nothing more comes: show what never became a character too."""
        self.text = self._detokenizer.text()

    def circles(self) -> bool:
        """Whether the text goes round in circles; then it is cut at the last whole sentence of the first round."""
        kept = self._detokenizer.before_circle()
        if kept is None and self.tokens and "\n" in self.tokens[-1].text:
            kept = circle_of_items(self.text)
        if kept is None:
            return False
        self.text = kept
        ends = accumulate(len(token.text) for token in self.tokens)
        self.tokens = tuple(token for token, end in zip(self.tokens, ends, strict=True) if end <= len(self.text))
        return True
