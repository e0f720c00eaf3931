"""The files of a Firefox Translations student: its weights, its sizes and its tokenizer."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

from models.weights import marian

KIND = {"dec-cell": "ssru", "transformer-postprocess": "dan", "transformer-ffn-activation": "relu"}
EMBEDDING, OUTPUT_BIAS = "Wemb", "decoder_ff_logit_out_b"
END, UNKNOWN = 0, 1


@dataclass(frozen=True)
class StudentConfig:
    """The sizes of a student; `hidden` is the feed-forward layers' width."""

    vocabulary: int
    width: int
    hidden: int
    heads: int
    encoder_layers: int
    decoder_layers: int

    @property
    def timescales(self) -> NDArray[np.float32]:
        """By how much a position turns each pair of sine and cosine, (width / 2)."""
        half = self.width // 2
        scales: NDArray[np.float32] = np.exp(np.arange(half) * (-math.log(10_000) / (half - 1))).astype(np.float32)
        return scales


def read(folder: Path) -> tuple[dict[str, marian.Weight], StudentConfig]:
    """The weights in `folder`/model.bin by Marian's names.

    Raises ValueError where the file holds another kind of network.
    """
    weights, configuration = marian.read(folder / "model.bin")
    if {key: configuration.get(key) for key in KIND} != KIND:
        raise ValueError(f"{folder / 'model.bin'} is no Firefox Translations student.")
    vocabulary, width = weights[EMBEDDING].values.shape
    config = StudentConfig(
        vocabulary=vocabulary,
        width=width,
        hidden=len(weights["encoder_l1_ffn_W1"].values),
        heads=int(configuration["transformer-heads"]),
        encoder_layers=int(configuration["enc-depth"]),
        decoder_layers=int(configuration["dec-depth"]),
    )
    return weights, config


def tokenizer(folder: Path) -> SentencePieceProcessor:
    """The tokenizer in `folder`/vocab.spm."""
    return SentencePieceProcessor(model_file=str(folder / "vocab.spm"))
