"""Reads a text and returns what each layer would write next: the logit lens (nostalgebraist 2020)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.explain.lens.result import LIMIT, SHOWN, Lens
from models.explain.tokens import boundary
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits, check_choice, check_text
from models.runtime.memory import retried
from models.runtime.progress import MEGABYTE, Report, Stage, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import ModelSpec

READABLE = ("causal-lm", "translation", "seq2seq")
# A word that is followed is no longer than this many characters.
LONGEST_WORD = 100


@dataclass(frozen=True)
class LogitLens:
    """Reads texts with a torch copy of a model of `specs`: a causal one, or one with a decoder, which is shown."""

    cache: ModelCache
    specs: tuple[ModelSpec, ...]
    limits: Limits = DEFAULT_LIMITS

    @property
    def readable(self) -> dict[str, ModelSpec]:
        """The models to choose from by their names; the first is the default."""
        return {spec.name: spec for spec in self.specs if spec.head in READABLE}

    def spec(self, model: str) -> ModelSpec:
        """The model of that name; the empty string is the first. Raises InputError where it has no lens."""
        names = tuple(self.readable)
        return self.readable[check_choice(names[0] if model == "" else model, "model", names)]

    def check(self, text: object, word: object = "", model: str = "") -> None:
        """Raise InputError where an argument cannot be used."""
        check_text(text, "text", self.limits.text)
        if word != "":
            check_text(word, "word", LONGEST_WORD)
        self.spec(model)

    def check_room(self, spec: ModelSpec) -> None:
        """Raise InputError where the model's copy in torch does not fit into the memory for models."""
        needed, budget = spec.with_attention().nbytes / MEGABYTE, self.cache.budget / MEGABYTE
        if needed > budget:
            raise InputError(
                "model",
                f"The lens reads a copy of {spec.name} that takes {needed:,.0f} MB, more than the {budget:,.0f} MB for "
                "models here (--memory). SmolLM2 and the translators have the lens.",
            )

    def __call__(self, text: str, word: str = "", model: str = "", report: Report = ignore) -> Lens:
        """The lens over the last positions of `text`; the first token of `word` is followed, if there is one."""
        return last(self.stream(text, word, model, report), self.spec(model).name, report)

    @retried
    def stream(self, text: str, word: str = "", model: str = "", report: Report = ignore) -> Iterator[Lens]:
        """The same as a stream of one result, which `report` may end after each layer."""
        self.check(text, word, model)
        spec = self.spec(model)
        self.check_room(spec)
        with self.cache.lease(spec.with_attention(), report) as loaded:
            if spec.head == "translation":
                yield self._translated(spec, loaded, text, word, report)
            elif spec.head == "seq2seq":
                yield self._written(spec, loaded, text, word, report)
            else:
                ids = loaded.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
                follow = first_token(loaded.tokenizer, text, word) if word else None
                yield self._read(spec, loaded, [boundary(loaded.tokenizer), *ids], follow, report)

    @retried
    def after(self, model: str, ids: Sequence[int], follow: int, report: Report = ignore) -> Iterator[Lens]:
        """The lens over `ids` as they are, as a stream of one result, with the token `follow` that came next.

        `model` is a causal one. Raises InputError where it has no lens.
        """
        spec = self.spec(model)
        if spec.head != "causal-lm":
            raise InputError("model", f"{spec.name} writes translations or summaries. Choose a language model.")
        self.check_room(spec)
        with self.cache.lease(spec.with_attention(), report) as loaded:
            yield self._read(spec, loaded, ids, follow, report)

    def _read(self, spec: ModelSpec, loaded: Loaded, ids: Sequence[int], follow: int | None, report: Report) -> Lens:
        from models.explain.lens.reading import look
        from models.explain.lens.states import causal_states

        elapsed = stopwatch()
        kept = ids[-LIMIT:]
        states = causal_states(loaded, kept, SHOWN)
        found = look(states, follow, partial(report, Stage("Running", spec.name)))
        read = kept[-SHOWN:]
        run = Run(spec.name, loaded.device, len(kept), len(ids) - len(kept), elapsed())
        return Lens(
            tuple(_text(loaded.tokenizer, each) for each in read),
            len(kept) - len(read),
            True,
            *found,
            {each: _text(loaded.tokenizer, each) for each in _unique(found.top, found.followed)},
            "",
            run,
        )

    def _translated(self, spec: ModelSpec, loaded: Loaded, text: str, word: str, report: Report) -> Lens:
        from models.explain.lens.reading import look
        from models.explain.lens.states import student_states

        elapsed = stopwatch()
        between = partial(report, Stage("Running", spec.name))
        source, written, states = student_states(loaded, text, LIMIT, SHOWN, between)
        tokenizer = loaded.tokenizer
        follow = tokenizer.encode(word)[0] if word else None
        found = look(states, follow, between)
        pieces = ["", *map(partial(_piece, tokenizer), written)]
        first = len(written) - found.top.shape[1]
        texts = {each: _piece(tokenizer, each) for each in _unique(found.top, found.followed)}
        run = Run(spec.name, loaded.device, len(source), 0, elapsed())
        read = tuple(pieces[first : len(written)])
        return Lens(read, first, False, *found, texts, tokenizer.decode(written), run)

    def _written(self, spec: ModelSpec, loaded: Loaded, text: str, word: str, report: Report) -> Lens:
        from models.explain.lens.reading import look
        from models.explain.lens.written import seq2seq_states, text_of, token_of

        elapsed = stopwatch()
        between = partial(report, Stage("Running", spec.name))
        source, written, target, states = seq2seq_states(loaded, spec.prefix, text, SHOWN, between)
        found = look(states, token_of(loaded.tokenizer, word) if word else None, between)
        first = len(written) - found.top.shape[1]
        read = ["", *(text_of(loaded.tokenizer, each) for each in written)][first : len(written)]
        texts = {each: text_of(loaded.tokenizer, each) for each in _unique(found.top, found.followed)}
        run = Run(spec.name, loaded.device, len(source.ids), source.dropped, elapsed())
        return Lens(tuple(read), first, True, *found, texts, target, run)


def first_token(tokenizer: Any, text: str, word: str) -> int:
    """The token that `word` begins with after `text`: with the space before it, unless it takes fewer tokens without.

    Raises InputError where the word has none.
    """

    def ids(words: str) -> list[int]:
        found: list[int] = tokenizer(words, add_special_tokens=False, verbose=False)["input_ids"]
        return found

    spaced = word if text[-1:].isspace() or word[:1].isspace() else f" {word}"
    return min((ids(spaced), ids(word)), key=len)[0]


def _text(tokenizer: Any, token: int) -> str:
    text: str = tokenizer.decode([token], clean_up_tokenization_spaces=False)
    return text


def _piece(tokenizer: Any, token: int) -> str:
    """A token of SentencePiece, whose decoder would leave out the space before it."""
    piece: str = tokenizer.id_to_piece(token)
    return piece.replace("\u2581", " ")


def _unique(*ids: NDArray[np.int32]) -> list[int]:
    found: list[int] = np.unique(np.concatenate([each.ravel() for each in ids])).tolist()
    return found
