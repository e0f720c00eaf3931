"""Reads Marian's binary model files, version 1: little endian, int8 weights beside float32 ones."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VERSION = 1
FLOAT32, INT8, BYTES = 0x404, 0x4101, 0x101
CONFIGURATION = "special:model.yml"


@dataclass(frozen=True)
class Weight:
    """A weight as it is stored: `values`, int8 or float32, times `scale`.

    A matrix that multiplies from the right has shape (outputs, inputs), a vector (size,), the embedding
    (vocabulary, width).
    """

    values: NDArray[np.int8] | NDArray[np.float32]
    scale: float = 1.0

    @property
    def floats(self) -> NDArray[np.float32]:
        """The weight in float32."""
        return np.multiply(self.values, np.float32(self.scale), dtype=np.float32)


def read(path: Path) -> tuple[dict[str, Weight], dict[str, str]]:
    """The weights in `path` by their names, and the training configuration.

    Raises ValueError where the file is no such model. The activation scales of Marian's own kernels are left out.
    """
    data = path.read_bytes()
    version, count = struct.unpack_from("<2Q", data)
    if version != VERSION:
        raise ValueError(f"{path.name} has version {version} of Marian's format, not {VERSION}.")
    offset = 16
    headers = [struct.unpack_from("<4Q", data, offset + 32 * i) for i in range(count)]
    offset += 32 * count
    names, shapes = [], []
    for name_length, *_ in headers:
        names.append(data[offset : offset + name_length].rstrip(b"\0").decode())
        offset += name_length
    for _, _, dimensions, _ in headers:
        shapes.append(struct.unpack_from(f"<{dimensions}i", data, offset))
        offset += 4 * dimensions
    (padding,) = struct.unpack_from("<Q", data, offset)
    offset += 8 + padding

    weights, configuration = {}, {}
    for (_, kind, _, nbytes), name, shape in zip(headers, names, shapes, strict=True):
        block = data[offset : offset + nbytes]
        offset += nbytes
        if name == CONFIGURATION:
            configuration = _flat_yaml(block.rstrip(b"\0").decode())
        elif not name.endswith("_QuantMultA"):
            # A matrix that Marian calls (inputs, outputs) is stored as (outputs, inputs), the embedding as named.
            weights[name] = _weight(block, kind, shape if name == "Wemb" else shape[::-1])
    return weights, configuration


def _weight(block: bytes, kind: int, shape: tuple[int, ...]) -> Weight:
    size = int(np.prod(shape))
    if kind == FLOAT32:
        return Weight(np.frombuffer(block, "<f4", size).copy())
    if kind != INT8:
        raise ValueError(f"Type {kind:#x} of Marian's format is not known here.")
    # The multiplier follows the values.
    multiplier = np.frombuffer(block, "<f4", 1, offset=size)[0]
    return Weight(np.frombuffer(block, "i1", size).reshape(shape).copy(), 1 / float(multiplier))


def _flat_yaml(text: str) -> dict[str, str]:
    """The `key: value` lines; lists and nested keys are of no use here."""
    pairs = (line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return {key: value.strip().strip('"') for key, value in pairs}
