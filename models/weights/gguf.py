"""What a GGUF file says of its model, and the copy of it that llama.cpp serves."""

import json
import os
import shutil
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from mmap import ACCESS_COPY, ACCESS_WRITE, mmap
from pathlib import Path
from typing import Any

MAGIC, VERSIONS = b"GGUF", (2, 3)
# The types of GGUF's values, by their number.
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
TOKEN_TYPES = "tokenizer.ggml.token_type"
CONTROL = 3
# What most of the weights are in, by the number that `general.file_type` has.
QUANTIZATIONS = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 15: "Q4_K_M", 32: "BF16"}
# What is made from a GGUF beside it: its tokenizer, and the folder of what llama.cpp serves.
TOKENIZER = "tokenizer.json"
SERVED, MODEL, ABOUT = "llama.cpp", "model.gguf", "model.json"


@dataclass(frozen=True)
class Numbers:
    """An array of numbers in a file: where it begins, in bytes, and what it holds."""

    offset: int
    values: tuple[int, ...]


@dataclass(frozen=True)
class About:
    """What serving needs to know of a model: sizes, the end token, the control tokens, and the form of its weights.

    `cache_bytes` are the bytes of the keys and values of one token.
    """

    architecture: str
    vocabulary: int
    context: int
    end: int
    control: tuple[int, ...]
    cache_bytes: int
    quantization: str

    @classmethod
    def of(cls, gguf: Path) -> "About":
        """Read from the GGUF itself. Raises ValueError where it is not whole or names no vocabulary."""
        values = metadata(gguf)
        try:
            kind = values["general.architecture"]
            heads = values[f"{kind}.attention.head_count"]
            pairs = values.get(f"{kind}.attention.head_count_kv", heads)
            width = values.get(f"{kind}.attention.key_length", values[f"{kind}.embedding_length"] // heads)
            types = values[TOKEN_TYPES].values
            return cls(
                kind,
                len(types),
                values[f"{kind}.context_length"],
                values["tokenizer.ggml.eos_token_id"],
                tuple(token for token, each in enumerate(types) if each == CONTROL),
                # Keys and values, two bytes each.
                values[f"{kind}.block_count"] * pairs * width * 2 * 2,
                QUANTIZATIONS.get(values.get("general.file_type", 0), "quantized"),
            )
        except (KeyError, AttributeError, TypeError) as error:
            raise ValueError(f"{gguf.name} lacks {error}, or it is not a language model's.") from error


def metadata(gguf: Path) -> dict[str, Any]:
    """The keys and values of a GGUF file; texts, numbers and arrays of numbers. Raises ValueError."""
    if not gguf.stat().st_size:
        raise ValueError(f"{gguf.name} is empty.")
    with gguf.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_COPY) as data:
        try:
            return dict(_pairs(data))
        except (struct.error, KeyError, IndexError, ValueError) as error:
            raise ValueError(f"{gguf.name} cannot be read: {error}.") from error


def _pairs(data: mmap) -> Iterator[tuple[str, Any]]:
    magic, version, _, count = struct.unpack_from("<4sIQQ", data)
    if magic != MAGIC or version not in VERSIONS:
        raise ValueError("it is no GGUF file of a known version")
    at = struct.calcsize("<4sIQQ")
    for _ in range(count):
        key, at = _text(data, at)
        (kind,) = struct.unpack_from("<I", data, at)
        value, at = _value(data, at + 4, kind)
        yield key, value


def _value(data: mmap, at: int, kind: int) -> tuple[Any, int]:
    if kind == STRING:
        return _text(data, at)
    if kind != ARRAY:
        size = struct.calcsize(SCALARS[kind])
        return struct.unpack_from(f"<{SCALARS[kind]}", data, at)[0], at + size
    kind, count = struct.unpack_from("<IQ", data, at)
    at += 12
    if kind == STRING:
        for _ in range(count):
            at += 8 + struct.unpack_from("<Q", data, at)[0]
        return None, at
    form = f"<{count}{SCALARS[kind]}"
    return Numbers(at, struct.unpack_from(form, data, at)), at + struct.calcsize(form)


def _text(data: mmap, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<Q", data, at)
    at += 8
    return data[at : at + length].decode(), at + length


def prepare(gguf: Path) -> Path:
    """Make what llama.cpp serves of `gguf` in a folder beside it, unless it is there; returns that folder.

    llama.cpp sends no token before the text so far is whole UTF-8, and never sends those that it held back: half of a
    Chinese reply, with its probabilities, would be missing. Control tokens have no text, so in the copy all are.
    Texts are made from the ids by our own tokenizer. Raises ValueError where the file cannot be used, and OSError.
    """
    folder = gguf.parent / SERVED
    if (folder / ABOUT).is_file():
        return folder
    about = About.of(gguf)
    folder.mkdir(exist_ok=True)
    copy = folder / f"{MODEL}.new"
    shutil.copyfile(gguf, copy)
    types = metadata(gguf)[TOKEN_TYPES]
    with copy.open("r+b") as file, mmap(file.fileno(), 0, access=ACCESS_WRITE) as data:
        struct.pack_into(f"<{about.vocabulary}i", data, types.offset, *[CONTROL] * about.vocabulary)
    os.replace(copy, folder / MODEL)
    # Last, since it tells that the rest is whole.
    new = folder / f"{ABOUT}.new"
    new.write_text(json.dumps(asdict(about)), encoding="utf-8")
    os.replace(new, folder / ABOUT)
    return folder


def prepared(folder: Path) -> About:
    """What `prepare` found out, from the folder that it made."""
    values = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return About(**{**values, "control": tuple(values["control"])})
