"""Reads Marian's binary model files, version 1: little endian, int8 weights beside float32 ones."""

import struct
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

VERSION = 1
FLOAT32, INT8, BYTES = 0x404, 0x4101, 0x101
CONFIGURATION = "special:model.yml"


def read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The weights in `path` as float32, each under its name and in its named shape, and the training configuration.

    Raises ValueError where the file is no such model. The activation scales of int8 kernels are left out.
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

    tensors, configuration = {}, {}
    for (_, kind, _, nbytes), name, shape in zip(headers, names, shapes, strict=True):
        block = data[offset : offset + nbytes]
        offset += nbytes
        if name == CONFIGURATION:
            configuration = _flat_yaml(block.rstrip(b"\0").decode())
        elif not name.endswith("_QuantMultA"):
            tensors[name] = torch.from_numpy(_values(block, kind, shape, transposed=name != "Wemb"))
    return tensors, configuration


def _values(block: bytes, kind: int, shape: tuple[int, ...], transposed: bool) -> NDArray[np.float32]:
    size = int(np.prod(shape))
    if kind == FLOAT32:
        return np.frombuffer(block, "<f4", size).reshape(shape).astype(np.float32)
    if kind != INT8:
        raise ValueError(f"Type {kind:#x} of Marian's format is not known here.")
    # The multiplier follows the values. A matrix (in, out) is stored as (out, in), the embedding as it reads.
    multiplier = np.frombuffer(block, "<f4", 1, offset=size)[0]
    values = np.frombuffer(block, "i1", size).astype(np.float32) / multiplier
    matrix: NDArray[np.float32] = values.reshape(shape[::-1]).T if transposed else values.reshape(shape)
    return matrix


def _flat_yaml(text: str) -> dict[str, str]:
    """The `key: value` lines; lists and nested keys are of no use here."""
    pairs = (line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return {key: value.strip().strip('"') for key, value in pairs}
