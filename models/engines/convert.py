"""Conversions that need torch, as a command of its own, so that the process that serves needs none.

python -m models.engines.convert tokenizer MODEL.gguf FOLDER
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import models

ROOT = Path(models.__file__).parent.parent


class ConversionFailed(RuntimeError):
    """A conversion broke off; the message is its own last line."""


def run(arguments: Sequence[str]) -> None:
    """Run this command with `arguments` in another process, and wait for its end. Raises ConversionFailed."""
    command = [sys.executable, "-m", "models.engines.convert", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise ConversionFailed(lines[-1] if lines else f"it ended with {done.returncode}")


def main(arguments: Sequence[str]) -> None:
    """Convert what the command line says. Raises what the conversion raises."""
    parser = argparse.ArgumentParser(prog="python -m models.engines.convert", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="KIND")
    _add_gguf(commands)
    chosen = parser.parse_args(arguments)
    chosen.convert(chosen)


def _add_gguf(commands: Any) -> None:
    from models.engines import gguf_conversion

    for kind, convert, help in (
        ("tokenizer", gguf_conversion.write_tokenizer, "the tokenizer in a GGUF file, as JSON"),
        ("torch", gguf_conversion.write_module, "the model in a GGUF file, as safetensors for Transformers"),
    ):
        parser = commands.add_parser(kind, help=help)
        parser.add_argument("gguf", type=Path, help="the GGUF file")
        parser.add_argument("folder", type=Path, help="the folder to write")
        parser.set_defaults(convert=lambda chosen, convert=convert: convert(chosen.gguf, chosen.folder))


if __name__ == "__main__":
    main(sys.argv[1:])
