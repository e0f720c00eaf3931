"""Runs `models.engines.convert` in a process of its own, so that the process that serves imports no torch."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import models

ROOT = Path(models.__file__).parent.parent


class ConversionFailed(RuntimeError):
    """A conversion broke off; the message is its own last line."""


def run(arguments: Sequence[str]) -> None:
    """Run the command with `arguments` in another process, and wait for its end. Raises ConversionFailed."""
    command = [sys.executable, "-m", "models.engines.convert", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise ConversionFailed(lines[-1] if lines else f"it ended with {done.returncode}")
