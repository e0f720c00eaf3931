"""llama.cpp's server in a separate process, which nothing else can connect to."""

import contextlib
import json
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx

from models.engines.llama_cpp.completions import CompletionError
from models.runtime.progress import Cancellation

log = logging.getLogger("glassbox")

PROGRAM = Path(__file__).with_name("process.py")
# Tokens of a prompt read at once. Progress waits for one batch, half a second on one busy core, cancellation for two.
BATCH = 64
# Between a server's messages, in Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
DATA, DONE = "data: ", "data: [DONE]"


class Server(Protocol):
    """Computes completions in a separate process, whose id is `pid`."""

    pid: int

    def is_alive(self) -> bool:
        """Whether it can take requests."""

    def handle_completions(self, prompt: dict[str, Any], callback: Callable[[dict[str, Any]], bool]) -> None:
        """Run a completion, calling `callback` with each chunk until it returns True."""


class ServerProcess:
    """A running `process.py`, which ends when this is garbage-collected.

    Inside the page's process llama.cpp would hold Python's global lock while it loads a model, and share libgomp with
    torch and with other models: where all their threads are more than the cores, idle ones included, libgomp sleeps at
    every barrier, and a token takes three times as long. And a crash would end the page.
    """

    def __init__(self, model: Path, threads: int, slots: int, tokens: int) -> None:
        """Load the GGUF `model` for `slots` sequences of `tokens` tokens together, computed by `threads` threads.

        Raises CompletionError where llama.cpp cannot load it.
        """
        folder = Path(tempfile.mkdtemp(prefix="glassbox-"))
        key = secrets.token_urlsafe(32)
        # Only this user may enter the folder of the socket. Where there are no such sockets, the key alone protects.
        host = str(folder / "llama.sock") if hasattr(socket, "AF_UNIX") else "127.0.0.1"
        options = {"model": str(model), "host": host, "key": key, "threads": threads, "slots": slots}
        self._owner, self._process = os.getpid(), _run(folder)
        weakref.finalize(self, _end, self._process, folder, self._owner)
        self.pid, address = _address(self._process, {**options, "tokens": tokens, "batch": BATCH}, model.name)
        path = address.removeprefix("unix://") if address.startswith("unix://") else None
        # An open connection would occupy one of the server's threads. Without `verify` no certificates are read, which
        # plain HTTP does not use.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(
            base_url="http://llama" if path else address,
            transport=httpx.HTTPTransport(verify=False, uds=path, limits=limits),
            headers={"Authorization": f"Bearer {key}"},
            timeout=None,
        )

    def is_alive(self) -> bool:
        """Whether the process still runs, as far as known: a fork of its owner cannot know."""
        return os.getpid() != self._owner or self._process.poll() is None

    def handle_completions(self, prompt: dict[str, Any], callback: Callable[[dict[str, Any]], bool]) -> None:
        """Run a completion, calling `callback` with each chunk until it returns True.

        Raises CompletionError where the process ends meanwhile, or cannot be reached; then it is ended.
        """
        try:
            with self._http.stream("POST", "/v1/completions", json=prompt) as response:
                if response.status_code != httpx.codes.OK:
                    callback(json.loads(response.read()))
                    return
                for line in response.iter_lines():
                    if line.startswith(DATA) and line != DONE and callback(json.loads(line.removeprefix(DATA))):
                        return
        except httpx.HTTPError as error:
            # Without its socket it is of no use. The next request finds that it has ended.
            self._process.kill()
            self._process.wait()
            log.exception("llama.cpp, process %d, ended with %s", self.pid, self._process.returncode)
            raise CompletionError("its process ended") from error


def _run(folder: Path) -> subprocess.Popen[bytes]:
    """Start the program. Raises CompletionError where there is no room for another process, and removes `folder`."""
    # `-P`: modules beside the program do not hide others. A session of its own: Ctrl+C does not reach it. Without the
    # limit, each of its threads could keep freed memory for itself.
    command, environment = [sys.executable, "-P", str(PROGRAM)], {**os.environ, "MALLOC_ARENA_MAX": "2"}
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, start_new_session=True)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise CompletionError(f"llama.cpp's process could not be started: {error.strerror}.") from error


def _address(process: subprocess.Popen[bytes], options: dict[str, Any], name: str) -> tuple[int, str]:
    """Send the options, and return the program's own process number and the address of its server.

    In a virtual environment on Windows, the number of `process` is that of a launcher.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    # One that has ended by now gives no address either.
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(options).encode() + b"\n")
        process.stdin.flush()
    line = process.stdout.readline().decode().strip()
    if not line:
        log.error("llama.cpp could not load %s: its process ended with %s", name, process.wait())
        raise CompletionError(f"llama.cpp could not load {name}: the file is not whole, or memory is short.")
    pid, _, address = line.partition(" ")
    return int(pid), address


def _end(process: subprocess.Popen[bytes], folder: Path, owner: int) -> None:
    # A fork of the owner, as on ZeroGPU, has a copy of this; what it forgets is still in use.
    if os.getpid() != owner:
        return
    process.kill()
    process.communicate()
    shutil.rmtree(folder, ignore_errors=True)


# A message of a stream: a chunk, its end (None), or the error that ended it.
Message = Mapping[str, Any] | Exception | None


class Stream:
    """One request to a server; its own thread calls `receive` with each message.

    The thread references the server, so a replaced server is kept until its last stream ends.
    """

    def __init__(
        self, server: Server, payload: dict[str, Any], receive: Callable[[Message], None], done: Callable[[], None]
    ) -> None:
        self._cancellation = Cancellation()
        arguments = (server, payload, receive, done)
        threading.Thread(target=self._run, args=arguments, name="llama.cpp", daemon=True).start()

    def close(self) -> None:
        """Cancel the request at the next chunk, a token or `BATCH` tokens of a prompt; llama.cpp stops one later."""
        self._cancellation.cancel()

    def _run(
        self, server: Server, payload: dict[str, Any], receive: Callable[[Message], None], done: Callable[[], None]
    ) -> None:
        def take(chunk: dict[str, Any]) -> bool:
            receive(chunk)
            return self._cancellation.cancelled

        try:
            server.handle_completions(payload, take)
            receive(None)
        except Exception as error:
            receive(error)
        finally:
            done()
