"""The files of an encoder converted to OpenVINO, in a folder beside its weights; read without torch.

The folder has the network (`encoder.xml`, `encoder.bin`), its tokenizer, and `encoder.json` with metadata.
"""

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models.engines.base import EncoderInfo
from models.engines.tokenizer import CONFIG
from models.weights.gguf import TOKENIZER

GRAPH, WEIGHTS, RECORD = "encoder.xml", "encoder.bin", "encoder.json"
FILES = (GRAPH, WEIGHTS, TOKENIZER, CONFIG)
# Increased whenever the output of a conversion changes, so that older ones are converted again.
LAYOUT = 1


@dataclass(frozen=True)
class Converted:
    """A converted encoder; if it cannot be converted, `failure` is the reason and `info` is None.

    `nbytes` is the size of its weights, on disk and in memory.
    """

    info: EncoderInfo | None
    nbytes: int = 0
    failure: str = ""


def read(folder: Path) -> Converted | None:
    """Read `folder`; None if it is missing, incomplete, or written by another version of OpenVINO."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if (record["layout"], record["openvino"]) != (LAYOUT, version("openvino")):
            return None
        if record["failure"]:
            return Converted(None, failure=str(record["failure"]))
        if record["files"] != _sizes(folder):
            return None
        info = EncoderInfo(**record["info"] | {"labels": tuple(record["info"]["labels"])})
        return Converted(info, int(record["nbytes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(folder: Path, converted: Converted) -> None:
    """Write the record of `converted` to `folder`, which already has the other files."""
    record: dict[str, Any] = asdict(converted) | {
        "layout": LAYOUT,
        "files": {} if converted.failure else _sizes(folder),
        **{package: version(package) for package in ("openvino", "torch", "transformers")},
    }
    (folder / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")


def _sizes(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_size for name in FILES}
