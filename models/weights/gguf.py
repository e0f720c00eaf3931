"""Reads the metadata of a GGUF file, and prepares the file for llama.cpp."""

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from mmap import ACCESS_COPY, mmap
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
# What is made from a GGUF beside it: its tokenizer, and the folder of what serving it needs.
TOKENIZER = "tokenizer.json"
SERVED, MODEL, ABOUT, OWN_TYPES = "llama.cpp", "model.gguf", "model.json", "token_types.bin"


@dataclass(frozen=True)
class Numbers:
    """An array of numbers in a file: where it begins, in bytes, and what it holds."""

    offset: int
    values: tuple[int, ...]


@dataclass(frozen=True)
class About:
    """The metadata that serving needs: sizes, the end token, the control tokens, and the format of the weights.

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
        """Read the metadata from a GGUF file. Raises ValueError if it is incomplete or names no vocabulary."""
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
    """Let llama.cpp serve `gguf`, and note what serving needs in a folder beside it, which is returned.

    llama.cpp sends no token before the text so far is whole UTF-8, and never sends those that it held back: half of a
    Chinese reply, with its probabilities, would be missing. Control tokens have no text, so all tokens become control
    tokens, in the file itself: the disk holds no second copy. Their own types are kept in the folder, for `restore` and
    `sha256_of`. Texts are made from the ids by our own tokenizer. Raises ValueError where the file cannot be used, and
    OSError.
    """
    folder = gguf.parent / SERVED
    if (folder / ABOUT).is_file():
        return folder
    restore(gguf)
    about = About.of(gguf)
    types = metadata(gguf)[TOKEN_TYPES]
    folder.mkdir(exist_ok=True)
    # Whole before the file changes.
    own = struct.pack(f"<Q{about.vocabulary}i", types.offset, *types.values)
    _write(folder / OWN_TYPES, own)
    _overwrite(gguf, types.offset, struct.pack(f"<{about.vocabulary}i", *[CONTROL] * about.vocabulary))
    # Written last: its presence marks the rest as complete.
    _write(folder / ABOUT, json.dumps({**asdict(about), "file": gguf.name}).encode())
    return folder


def restore(gguf: Path) -> None:
    """Give the tokens of `gguf` their own types back, where `prepare` took them."""
    folder = gguf.parent / SERVED
    (folder / ABOUT).unlink(missing_ok=True)
    if (folder / OWN_TYPES).is_file():
        _overwrite(gguf, *_own_types(folder))
        (folder / OWN_TYPES).unlink()


def sha256_of(gguf: Path) -> str:
    """The hash of the file as it was before `prepare`."""
    folder, digest = gguf.parent / SERVED, sha256()
    offset, own = _own_types(folder) if (folder / OWN_TYPES).is_file() else (0, b"")
    with gguf.open("rb") as file:
        digest.update(file.read(offset))
        digest.update(own)
        file.seek(offset + len(own))
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _own_types(folder: Path) -> tuple[int, bytes]:
    """Where the types of the tokens begin, and what they were."""
    content = (folder / OWN_TYPES).read_bytes()
    return struct.unpack_from("<Q", content)[0], content[8:]


def _write(path: Path, content: bytes) -> None:
    """Write a file that appears whole."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    os.replace(new, path)


def _overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def served(folder: Path) -> Path:
    """The file that llama.cpp serves, from the folder that `prepare` made; an earlier version kept a copy there."""
    name = _noted(folder).get("file")
    return folder.parent / name if name else folder / MODEL


def prepared(folder: Path) -> About:
    """Read the metadata that `prepare` wrote to its folder."""
    values = {key: value for key, value in _noted(folder).items() if key != "file"}
    return About(**{**values, "control": tuple(values["control"])})


def _noted(folder: Path) -> dict[str, Any]:
    noted: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return noted
