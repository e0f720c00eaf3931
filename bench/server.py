"""The app, or a rival, in a process of its own, and calls of its endpoints."""

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.rivals import environment
from server.usage import used

ROOT = Path(__file__).parent.parent
ADDRESS = re.compile(r"Running on local URL:\s+(http://\S+)")
# As a visitor meets it, and with no model loaded before it is asked for.
WARMING = ("app.py", "--port", "0", "--rate", "0", "--metrics")
APP = (*WARMING, "--cold")
API = "/gradio_api"


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    """A page that is served at `url` by `process`."""

    url: str
    process: psutil.Process

    @property
    def cpu_seconds(self) -> float:
        """How long its process, and those that it started, have computed so far."""
        return used(self.process)[1]

    @contextmanager
    def calls(self) -> Iterator[httpx.Client]:
        """What calls its endpoints."""
        with httpx.Client(base_url=self.url + API, timeout=120) as http:
            yield http


@contextmanager
def started(*command: str, folder: Path = ROOT) -> Iterator[Server]:
    """What Python makes of `command` in `folder`, once it prints its address.

    It has the environment of an operator's shell, whatever this process has set in its own. Raises RuntimeError where
    it ends before.
    """
    arguments = [sys.executable, "-u", *command]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, cwd=folder, env=environment(), stdout=pipe, text=True) as process:
        assert process.stdout is not None
        try:
            address = next((found[1] for line in process.stdout if (found := ADDRESS.search(line))), None)
            if address is None:
                raise RuntimeError(f"{' '.join(command)} ended with {process.wait()} and served nothing")
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield Server(address, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def server(*options: str) -> Iterator[str]:
    """The app with `options` on a free port; its address."""
    with started(*APP, *options) as running:
        yield running.url


def ask(http: httpx.Client, endpoint: str, data: Sequence[Any], leaves: bool = False) -> str:
    """Call an endpoint to its end and return "done", "refused" or "left", or else what went wrong."""
    joined = http.post(f"/call/{endpoint}", json={"data": list(data)})
    if joined.status_code in (413, 422, 429, 503):
        return "refused"
    if joined.status_code != 200:
        return f"{endpoint}: {joined.status_code} {joined.text[:200]}"
    kind = ""
    with http.stream("GET", f"/call/{endpoint}/{joined.json()['event_id']}") as response:
        if leaves:
            return "left"
        for line in response.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif kind == "error":
                return f"{endpoint}: {json.loads(line.removeprefix('data: '))}"
    return "done" if kind == "complete" else f"{endpoint}: the answer broke off"


def must(http: httpx.Client, endpoint: str, data: Sequence[Any]) -> None:
    """Call an endpoint to its end. Raises RuntimeError where it does not end well."""
    if (outcome := ask(http, endpoint, data)) != "done":
        raise RuntimeError(f"a call failed: {outcome}")
