"""Runs `models.engines.convert` in a subprocess, so that the serving process does not import torch."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import models
from models.weights.gguf import TOKENIZER

ROOT = Path(models.__file__).parent.parent
Kind = Literal["tokenizer", "torch"]
# Converts a GGUF file into files in a folder.
Convert = Callable[[Kind, Path, Path], None]


class ConversionFailed(RuntimeError):
    """A conversion failed; the message is its last line of output."""


def run(arguments: Sequence[str]) -> None:
    """Run the command with `arguments` in another process, and wait for its end. Raises ConversionFailed."""
    command = [sys.executable, "-m", "models.engines.convert", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise ConversionFailed(lines[-1] if lines else f"it ended with {done.returncode}")


def convert_gguf(kind: Kind, gguf: Path, folder: Path) -> None:
    """Convert a GGUF file in another process, which may import torch. Raises ConversionFailed."""
    run([kind, str(gguf.resolve()), str(folder.resolve())])


def convert_whole(convert: Convert, kind: Kind, gguf: Path, target: Path) -> None:
    """Convert `gguf` into the folder `target`, which appears once it is complete."""
    unfinished = target.with_name(target.name + ".partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    convert(kind, gguf, unfinished)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(unfinished, target)


def add_tokenizer(convert: Convert, gguf: Path) -> None:
    """Write the files of the tokenizer of `gguf` beside it, TOKENIZER last: the others are there once it is."""
    made = gguf.with_name("tokenizer")
    convert_whole(convert, "tokenizer", gguf, made)
    for path in sorted(made.iterdir(), key=lambda path: path.name == TOKENIZER):
        os.replace(path, gguf.with_name(path.name))
    made.rmdir()
