"""Verifies the files of a model by their hashes."""

import hashlib
from pathlib import Path

from models.runtime.progress import Report, Stage
from models.runtime.spec import WeightFile, Weights
from models.weights.gguf import ABOUT, SERVED, TOKENIZER, sha256_of


def is_complete(weights: Weights, folder: Path) -> bool:
    """Whether `folder` has all files of `weights`, which were checked when they came, and what is made of them."""
    made = (TOKENIZER, f"{SERVED}/{ABOUT}") if weights.gguf else ()
    return folder.is_dir() and all((folder / name).is_file() for name in (*(f.name for f in weights.files), *made))


def is_unchanged(weights: Weights, folder: Path, report: Report) -> bool:
    """Whether every file in `folder` still has the hash that is trusted."""
    for file in weights.files:
        report(Stage("Checking", f"{weights.name}, {file.name}"))
        path = folder / file.name
        if not path.is_file() or path.stat().st_size != file.nbytes or _sha256(weights, path) != file.sha256:
            return False
    return True


def missing_files(weights: Weights, folder: Path, report: Report) -> tuple[WeightFile, ...]:
    """The files not in `folder` with the right bytes; wrong ones are deleted."""
    missing = []
    for file in weights.files:
        path = folder / file.name
        if path.is_file():
            report(Stage("Checking", f"{weights.name}, {file.name}"))
            if _sha256(weights, path) == file.sha256:
                continue
            path.unlink()
        missing.append(file)
    return tuple(missing)


def _sha256(weights: Weights, path: Path) -> str:
    if path.name == weights.gguf:
        return sha256_of(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
