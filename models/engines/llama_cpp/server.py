"""llama.cpp's server inside this process, unreachable from outside."""

import ctypes
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from models.engines.llama_cpp.completions import CompletionError
from models.runtime.progress import Cancellation

# Tokens of a prompt read at once. Cancellation and progress wait for one batch: half a second on one busy core.
BATCH = 64
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(Protocol):
    """The methods of `xllamacpp.Server` that are used."""

    def handle_completions(self, prompt: dict[str, Any], callback: Callable[[dict[str, Any]], bool]) -> None:
        """Run a completion, calling `callback` with each chunk until it returns True."""


def make_server(model: Path, threads: int, slots: int, tokens: int) -> Server:
    """Load the GGUF `model` for `slots` sequences of `tokens` tokens together, computed by `threads` threads.

    llama.cpp always opens a port: here a socket in a private folder, with a random key. The socket is unlinked before
    this returns, so that nothing can connect. Raises CompletionError.
    """
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx, params.n_parallel, params.kv_unified = tokens, slots, True
    params.n_batch = params.n_ubatch = BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    # Weights stay mapped from the file. Repacking makes K-quants faster, but needs a second copy in memory in every
    # server, and memory is the tighter limit.
    params.no_extra_bufts = True
    # Sizes are set here, and a warm-up run would delay the first request.
    params.fit_params = params.warmup = False
    # The cache of evicted prompts (8 GB by default) is off, since the memory of a model is accounted for.
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.n_threads_http = 1
    params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = params.ui = False
    params.api_keys = [secrets.token_urlsafe(32)]
    with tempfile.TemporaryDirectory(prefix="glassbox-") as folder, _own_signals():
        params.hostnames = [str(Path(folder) / "llama.sock")]
        try:
            server: Server = xllamacpp.Server(params)
        except RuntimeError as error:
            reason = "the file is not whole, or memory is short"
            raise CompletionError(f"llama.cpp could not load {model.name}: {reason}.") from error
    return server


@contextmanager
def _own_signals() -> Iterator[None]:
    """Restore this process's handlers of SIGINT and SIGTERM, which llama.cpp's server replaces.

    Through the C API, since Python's own functions work in the main thread only, and models load in others.
    """
    get, put = ctypes.pythonapi.PyOS_getsig, ctypes.pythonapi.PyOS_setsig
    get.restype = put.restype = ctypes.c_void_p
    put.argtypes = [ctypes.c_int, ctypes.c_void_p]
    before = {} if sys.platform == "win32" else {number: get(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            put(number, handler)


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
        # Not a daemon thread: unwinding it at interpreter shutdown would abort the process inside llama.cpp.
        threading.Thread(target=self._run, args=arguments, name="llama.cpp").start()

    def close(self) -> None:
        """Cancel the request at the next chunk: one token, or `BATCH` tokens of a prompt."""
        self._cancellation.cancel()

    def _run(
        self, server: Server, payload: dict[str, Any], receive: Callable[[Message], None], done: Callable[[], None]
    ) -> None:
        def take(chunk: dict[str, Any]) -> bool:
            # Stopped cannot be raised through llama.cpp: True ends the completion.
            receive(chunk)
            return self._cancellation.cancelled

        try:
            server.handle_completions(payload, take)
            receive(None)
        except Exception as error:
            receive(error)
        finally:
            done()
