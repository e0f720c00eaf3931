"""A model that is on this machine already: in a folder, or one GGUF file. It is read where it is, and never changed."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from models.runtime.spec import DiskWeights

CONFIG = "config.json"
# Files whose opening can run code.
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")


def found(path: Path, name: str, licence: str) -> DiskWeights:
    """The weights at `path`. Raises ValueError where there are none that can be loaded without running code."""
    try:
        path = path.expanduser().resolve()
    except RuntimeError as error:
        raise ValueError(f"{path} begins with a user that this machine does not know") from error
    if path.is_file():
        if path.suffix != ".gguf":
            raise ValueError(f"{path} is a file, but no .gguf: name the folder that has config.json and *.safetensors")
        return DiskWeights(name, path.parent, licence, path.name)
    if not (path / CONFIG).is_file():
        raise ValueError(f"{path} has no {CONFIG}: name a folder as save_pretrained writes it, or a .gguf file")
    if not any(path.glob("*.safetensors")):
        pickled = sorted(each.name for each in path.iterdir() if each.suffix in PICKLES)
        has = f"{pickled[0]} can run code when it is opened" if pickled else "there are no weights in it"
        raise ValueError(f"{path} has no *.safetensors, and {has}. Save it again with Transformers' save_pretrained")
    for file in (CONFIG, "tokenizer_config.json"):
        if "auto_map" in settings_of(path, file):
            raise ValueError(f"{path}: {file} asks to run code of the model's own (auto_map), which no model here may")
    return DiskWeights(name, path, licence)


def settings_of(folder: Path, name: str = CONFIG) -> dict[str, Any]:
    """What a file of JSON in a model's folder says; nothing where there is none. Raises ValueError."""
    path = folder / name
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if not isinstance(content, dict):
        raise ValueError(f"{path} is no JSON object")
    return content


def ready(weights: DiskWeights, home: Path, prepare: Callable[[Path], None]) -> Path:
    """The folder to load `weights` from. A GGUF file is copied below `home` first, since `prepare` changes it.

    Raises OSError, and ValueError where the files have gone.
    """
    source = weights.path / weights.gguf
    if not source.exists():
        raise ValueError(f"{source} is not there any more")
    if not weights.gguf:
        return weights.path
    state = source.stat()
    digest = hashlib.sha256(f"{source}\n{state.st_size}\n{state.st_mtime_ns}".encode()).hexdigest()[:8]
    folder = home / "weights" / f"{source.stem}-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            partial = folder.with_name(folder.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            shutil.copyfile(source, partial / source.name)
            prepare(partial)
            os.replace(partial, folder)
    return folder
