"""The tokenizer of OPUS-MT's Marian models: SentencePiece for the source, the model's own numbers for the pieces."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentencepiece import SentencePieceProcessor

from models.engines.codec import END
from models.engines.spelling import UNKNOWN

# What SentencePiece writes for a space.
SPACE = "\N{LOWER ONE EIGHTH BLOCK}"


@dataclass(frozen=True)
class OpusTokenizer:
    """Has the interface of SentencePieceProcessor; `names` are the pieces by id."""

    source: SentencePieceProcessor
    numbers: dict[str, int]
    names: dict[int, str]

    @classmethod
    def of(cls, folder: Path, token: str = "") -> "OpusTokenizer":
        """The tokenizer in `folder`. Raises ValueError where it is none of a Marian model, or does not know `token`."""
        if not (folder / "source.spm").is_file() or not (folder / "vocab.json").is_file():
            raise ValueError("only Marian models (source.spm and vocab.json) translate here.")
        numbers: dict[str, int] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        if numbers.get("</s>") != END or numbers.get("<unk>") != UNKNOWN:
            raise ValueError(f"its vocabulary does not have </s> at {END} and <unk> at {UNKNOWN}, as Marian's do.")
        if token and token not in numbers:
            raise ValueError(f"its vocabulary has no token {token!r}.")
        processor = SentencePieceProcessor(model_file=str(folder / "source.spm"))
        return cls(processor, numbers, {number: piece for piece, number in numbers.items()})

    def encode(self, text: str, return_type: str = "offset_mapping") -> dict[str, Any]:
        """The numbers of the pieces of `text`, and each one's place in it; there is no other `return_type`."""
        found = self.source.encode(text, return_type="offset_mapping")
        pieces = [self.source.id_to_piece(number) for number in found["ids"]]
        return {"ids": [self.piece_to_id(piece) for piece in pieces], "offsets": found["offsets"]}

    def decode(self, ids: Sequence[int], return_type: str = "offset_mapping") -> dict[str, Any]:
        """The text of `ids`, and each one's place in it."""
        text, offsets = "", []
        for number in ids:
            piece = self.names.get(number, "").replace(SPACE, " ")
            piece = piece if text else piece.lstrip()
            offsets.append((len(text), len(text) + len(piece)))
            text += piece
        return {"text": text, "offsets": offsets}

    def piece_to_id(self, piece: str) -> int:
        """The number of `piece`, or of the unknown one."""
        return self.numbers.get(piece, UNKNOWN)
