"""A tiny translation student with random weights, its tokenizer, and a writer of Marian's file format."""

import functools
import io
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

from models.engines.base import Decoded, Translator
from models.engines.torch.firefox import names
from models.engines.torch.student import Student
from models.weights.marian import BYTES, CONFIGURATION, FLOAT32, INT8, VERSION
from models.weights.student import StudentConfig

YAML = "dec-cell: ssru\ndec-depth: {0.decoder_layers}\nenc-depth: {0.encoder_layers}\ntransformer-heads: {0.heads}\n"
YAML += "dim-vocabs:\n  - {0.vocabulary}\ntransformer-ffn-activation: relu\ntransformer-postprocess: dan\n"
TEXT = "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs, please! (1234567890)?"

# Sources of several lengths.
SOURCES = ([5, 9, 12, 0], [7, 0], [3, 4, 5, 6, 7, 8, 20, 30, 0])


@functools.cache
def vocabulary() -> bytes:
    """A SentencePiece model of single characters, with the ids that the students use."""
    written = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter([TEXT, TEXT.upper(), TEXT.lower(), "\"'-:;"] * 4),
        model_writer=written,
        model_type="char",
        vocab_size=90,
        hard_vocab_limit=False,
        eos_id=0,
        unk_id=1,
        bos_id=-1,
        pad_id=-1,
        minloglevel=2,
    )
    return written.getvalue()


def tokenizer() -> SentencePieceProcessor:
    """The processor of that model."""
    return SentencePieceProcessor(model_proto=vocabulary())


def student(seed: int = 0) -> Student:
    """A student with random but fixed weights."""
    torch.manual_seed(seed)
    config = StudentConfig(len(tokenizer()), width=16, hidden=32, heads=4, encoder_layers=2, decoder_layers=2)
    model = Student(config).eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter), alpha=0.1)
    return model


def translated(translator: Translator, sources: Sequence[Sequence[int]]) -> list[Decoded]:
    """The translations of `sources`, in their order."""
    found: dict[int, Decoded] = {}
    for finished in translator.translate(sources):
        found |= finished
    return [found[index] for index in range(len(sources))]


def write(model: Student, folder: Path) -> None:
    """Write `model` and the vocabulary as a Firefox Translations folder: int8 matrices, the rest float32."""
    ours = model.state_dict()
    blocks = [_block(name, theirs, ours[name].numpy()) for name, theirs in names(model.config).items()]
    configuration = YAML.format(model.config).encode()
    blocks.append((CONFIGURATION, BYTES, (len(configuration),), configuration))
    blocks.insert(1, ("Wemb_QuantMultA", FLOAT32, (1, 1), struct.pack("<f", 1.0)))
    encoded = [name.encode() + b"\0" for name, *_ in blocks]
    file: bytes = struct.pack("<2Q", VERSION, len(blocks))
    for name, (_, kind, shape, data) in zip(encoded, blocks, strict=True):
        file += struct.pack("<4Q", len(name), kind, len(shape), len(data))
    file += b"".join(encoded)
    file += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, _, shape, _ in blocks)
    file += struct.pack("<Q", 5) + bytes(5)
    (folder / "model.bin").write_bytes(file + b"".join(data for *_, data in blocks))
    (folder / "vocab.spm").write_bytes(vocabulary())


def _block(ours: str, theirs: str, values: np.ndarray) -> tuple[str, int, tuple[int, ...], bytes]:
    if values.ndim == 1:
        return theirs, FLOAT32, (1, len(values)), values.astype("<f4").tobytes()
    multiplier = np.float32(127 / np.abs(values).max())
    data = np.rint(values * multiplier).astype("i1").tobytes() + struct.pack("<f", multiplier) + bytes(252)
    # Torch keeps a matrix as Marian's files do, as (out, in); Marian names its shape (in, out).
    return theirs, INT8, values.shape if ours == "embedding.weight" else values.shape[::-1], data
