"""The sides of a comparison: the app of either commit in a process of its own, and processes that keep cores busy."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench import ours
from bench.server import Server, must, started

BEFORE, NOW, BESIDE = "before", "now", "beside"
SIDES = (BEFORE, NOW, BESIDE)
BUSY = "while True: pass"
LOAD_FIRST = ("-m", "bench.load_first")
# A request for each default model.
EVERY_MODEL: Sequence[tuple[str, Sequence[Any]]] = (
    ("answer", ["When was the bridge opened?", ours.example("bridge"), 3]),
    ("translate", ["The ferry was late again.", "en", "pt"]),
    ("translate", ["A balsa atrasou outra vez.", "pt", "en"]),
    ("sentiment", ["The ferry was late again."]),
    ("summarize", [ours.example("bridge"), "extractive", "short"]),
    ("chat", ["Hi.", [], "", 8, 0]),
)


@dataclass(frozen=True)
class App:
    """A running app, and what calls its endpoints."""

    server: Server
    http: httpx.Client

    def warm(self) -> None:
        """Let every default model answer once. A failure is printed: an older commit may not run everything here."""
        for endpoint, data in EVERY_MODEL:
            try:
                must(self.http, endpoint, data)
            except RuntimeError as error:
                print(f"{self.server.url}: {error}", flush=True)


@dataclass(frozen=True)
class Side:
    """A commit: the folder of its checkout, and the folder that holds its downloads."""

    folder: Path
    home: Path

    @contextmanager
    def app(self, *options: str, command: Sequence[str] = ("app.py",)) -> Iterator[App]:
        """Its app with default settings, except for the limit of requests a minute, and `options`."""
        arguments = (*command, "--port", "0", "--rate", "0", "--home", str(self.home), *options)
        with started(*arguments, folder=self.folder) as server, server.calls() as http:
            yield App(server, http)


@contextmanager
def warm(sides: dict[str, Side]) -> Iterator[dict[str, App]]:
    """The apps of `sides`, all running and each with all default models loaded."""
    with ExitStack() as stack:
        apps = {name: stack.enter_context(side.app()) for name, side in sides.items()}
        for app in apps.values():
            app.warm()
        yield apps


@contextmanager
def busy(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many processes that do nothing but compute."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
