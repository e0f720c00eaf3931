"""How tokenizers cut a text: the tokens of several side by side, without any model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tokenizers import decoders, pre_tokenizers
from tokenizers.models import WordPiece

from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, QWEN, SMOLLM2
from models.catalog.offers import Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError, check_choice, check_text
from models.runtime.placing import placed
from models.runtime.progress import Report, ignore
from models.runtime.provenance import stopwatch
from models.runtime.spec import ModelSpec

Kind = Literal["WordPiece", "BPE", "SentencePiece"]

# As many as a page can draw while somebody types.
LONGEST = 2_000
# How SentencePiece writes a space.
SPACE = "\u2581"


@dataclass(frozen=True)
class Piece:
    """One token: its `id`, what it stands for as `text` and in `data`, and the characters `start` to `end` it covers.

    `text` is empty where the bytes are no whole characters. An `unknown` token stands for characters that the
    vocabulary cannot write.
    """

    id: int
    text: str
    data: bytes
    start: int
    end: int
    unknown: bool


@dataclass(frozen=True)
class Split:
    """A text as the tokens of one model, whose vocabulary has so many, and how long that took."""

    model: str
    kind: Kind
    vocabulary: int
    pieces: tuple[Piece, ...]
    seconds: float


def offered(offers: Offers) -> tuple[ModelSpec, ...]:
    """Bundled models with different tokenizers; the large one where it is the default, and so is on disk."""
    large = (QWEN,) if offers.chat[:1] == (QWEN,) else ()
    return (MINILM, SMOLLM2, *large, ENGLISH_PORTUGUESE)


@dataclass(frozen=True)
class Tokenizing:
    """Cuts texts of at most `longest` characters with the tokenizers of `specs`, which `cache` holds without models."""

    cache: ModelCache
    specs: tuple[ModelSpec, ...]
    longest: int = LONGEST

    @property
    def names(self) -> tuple[str, ...]:
        """The models to choose from."""
        return tuple(spec.name for spec in self.specs)

    def check(self, text: object, models: object = ()) -> None:
        """Raise InputError where `text` is too long or no text, or where a model is unknown; it may be empty."""
        if isinstance(text, str) and len(text) <= self.longest:
            # Spaces and marks alone are worth a look here.
            check_text(f"{text}x", "text", self.longest + 1)
        else:
            check_text(text, "text", self.longest)
        if not isinstance(models, list | tuple):
            raise InputError("models", f"models must be a list, not {type(models).__name__}.")
        for model in models:
            check_choice(model, "models", self.names)

    @placed
    def __call__(self, text: str, models: Sequence[str] = (), report: Report = ignore) -> tuple[Split, ...]:
        """`text` as tokens of each of `models`, all of them where none is named."""
        self.check(text, models)
        found = []
        for spec in self.specs:
            if spec.name in (models or self.names):
                with self.cache.lease(spec.with_tokenizer_only(), report) as loaded:
                    found.append(split(spec.name, loaded.tokenizer, text))
        return tuple(found)


def split(model: str, tokenizer: Any, text: str) -> Split:
    """`text` as the tokens of `tokenizer`, a SentencePiece processor or a `models.engines.tokenizer.Tokenizer`."""
    elapsed = stopwatch()
    if hasattr(tokenizer, "id_to_piece"):
        found = _sentence_pieces(tokenizer, text)
        return Split(model, "SentencePiece", len(tokenizer), found, elapsed())
    backend = tokenizer.backend
    encoding = backend.encode(text, add_special_tokens=False)
    parts = list(zip(encoding.ids, encoding.tokens, encoding.offsets, strict=True))
    if isinstance(backend.decoder, decoders.ByteLevel):
        kind: Kind = "BPE"
        pieces = tuple(_byte_piece(id_, name, *span) for id_, name, span in parts)
    else:
        kind = "WordPiece" if isinstance(backend.model, WordPiece) else "BPE"
        unknown = getattr(backend.model, "unk_token", None)
        pieces = tuple(_word_piece(text, id_, name, span, name == unknown) for id_, name, span in parts)
    return Split(model, kind, backend.get_vocab_size(with_added_tokens=True), pieces, elapsed())


def _sentence_pieces(tokenizer: Any, text: str) -> tuple[Piece, ...]:
    encoded = tokenizer.encode(text, return_type="offset_mapping")
    parts = zip(encoded["ids"], encoded["pieces"], encoded["offsets"], strict=True)
    return tuple(
        _word_piece(text, id_, piece.replace(SPACE, " "), span, tokenizer.is_unknown(id_)) for id_, piece, span in parts
    )


def _word_piece(text: str, id_: int, name: str, span: tuple[int, int], unknown: bool) -> Piece:
    start, end = span
    covered = text[start:end]
    return Piece(id_, covered if unknown else name, covered.encode(), start, end, unknown)


def _byte_piece(id_: int, name: str, start: int, end: int) -> Piece:
    """A token of byte-level BPE, whose name has a letter for each byte."""
    known = letters()
    data = bytes(known[letter] for letter in name)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = ""
    return Piece(id_, text, data, start, end, False)


@cache
def letters() -> dict[str, int]:
    """The byte that each letter of byte-level BPE stands for (Radford et al. 2019).

    Bytes that can be printed stand for themselves, the others for the letters from 256 on.
    """
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    own = {letter: ord(letter) for letter in alphabet if ord(letter) < 256}
    others = [byte for byte in range(256) if byte not in own.values()]
    return own | {chr(256 + place): byte for place, byte in enumerate(others)}
