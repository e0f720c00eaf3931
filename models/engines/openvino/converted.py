"""An encoder's files as OpenVINO reads them, in a folder beside its weights; read without torch.

The folder has the network (`encoder.xml`, `encoder.bin`), its tokenizer, and `encoder.json`, which tells the rest.
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
# Raised whenever what a conversion writes changes; older ones are then made anew.
LAYOUT = 1


@dataclass(frozen=True)
class Converted:
    """What is known of a converted encoder, or why there is none: then `failure` says so, and `info` is None.

    `nbytes` is the size of its weights, which take as much in memory.
    """

    info: EncoderInfo | None
    nbytes: int = 0
    failure: str = ""


def read(folder: Path) -> Converted | None:
    """What `folder` holds; None where nothing is there, not all of it, or what another version of OpenVINO made."""
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
    """Complete `folder`, whose other files are there, with the record of `converted`."""
    record: dict[str, Any] = asdict(converted) | {
        "layout": LAYOUT,
        "files": {} if converted.failure else _sizes(folder),
        **{package: version(package) for package in ("openvino", "torch", "transformers")},
    }
    (folder / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")


def _sizes(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_size for name in FILES}
