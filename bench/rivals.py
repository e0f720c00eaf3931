"""Rivals, each in an environment of its own below build/rivals/, and a process that answers one request a line."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "rivals"
# The app's own choice for OpenMP, which is not to slow a rival down.
OURS = ("GOMP_SPINCOUNT",)
# Before a rival's own program, which calls `serve` with what answers a request.
SERVE = """
import json, sys
def serve(answer):
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
"""


class NoRival(RuntimeError):
    """A rival cannot be had here; the message says why."""


def python_of(name: str, packages: Sequence[str]) -> Path:
    """The interpreter of an environment with `packages`, which are installed at first. Raises NoRival."""
    folder = FOLDER / name
    python, installed = folder / "bin" / "python", folder / "installed"
    if not installed.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            pip = [str(python), "-m", "pip", "install", "--quiet", *packages]
            subprocess.run(pip, check=True, stderr=subprocess.PIPE, text=True)
        except subprocess.CalledProcessError as error:
            last = (error.stderr or "").strip().rpartition("\n")[2]
            raise NoRival(f"{' '.join(packages)} cannot be installed ({last or error})") from error
        installed.touch()
    return python


def environment() -> dict[str, str]:
    """The environment of this process, without what the app has set in it."""
    return {name: value for name, value in os.environ.items() if name not in OURS}


@dataclass(frozen=True)
class Rival:
    """A rival's process, which stays between requests: no start of it is ever measured."""

    process: subprocess.Popen[str]

    def ask(self, request: Any) -> Any:
        """Its answer to `request`, both as JSON. Raises NoRival where it has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        if not (line := self.process.stdout.readline()):
            raise NoRival(f"it ended with {self.process.wait()}")
        return json.loads(line)


@contextmanager
def running(python: Path, program: str, *arguments: str) -> Iterator[Rival]:
    """A rival that runs `program` with `arguments` in the environment of `python`."""
    command = [str(python), "-c", SERVE + program, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Rival(process)
        finally:
            process.terminate()
