"""Counts the parameters of a model from the headers of its safetensors files."""

import json
import struct
from math import prod
from pathlib import Path


def elements(folder: Path) -> int:
    """How many numbers the safetensors files in `folder` hold, whatever their format. Raises ValueError, OSError."""
    return sum(map(_in_file, folder.glob("*.safetensors")))


def _in_file(path: Path) -> int:
    """The format begins with the length of a JSON table, which has the shape of each tensor."""
    with path.open("rb") as file:
        try:
            (length,) = struct.unpack("<Q", file.read(8))
            table = json.loads(file.read(length))
            return sum(prod(tensor["shape"]) for name, tensor in table.items() if name != "__metadata__")
        except (struct.error, AttributeError, KeyError, TypeError, RecursionError, OverflowError, MemoryError) as error:
            raise ValueError(f"{path.name} is no whole safetensors file") from error
