"""llama.cpp's server inside this process: made so that nothing outside reaches it, and asked through streams."""

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

# Tokens of a prompt read at once. Stop and the progress of reading wait for so many: half a second on one busy core.
BATCH = 64
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(Protocol):
    """What is used of `xllamacpp.Server`."""

    def handle_completions(self, prompt: dict[str, Any], callback: Callable[[dict[str, Any]], bool]) -> None:
        """Run a completion, calling `callback` with each chunk until it returns True."""


def make_server(model: Path, threads: int, slots: int, tokens: int) -> Server:
    """Load the GGUF `model` for `slots` sequences of `tokens` tokens together, computed by `threads` threads.

    llama.cpp insists on listening: on a socket in a folder of this user alone, with a key that nobody knows, and the
    socket's name is removed before this returns, so that nothing can connect. Raises CompletionError.
    """
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx, params.n_parallel, params.kv_unified = tokens, slots, True
    params.n_batch = params.n_ubatch = BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    # Weights stay as they are in the mapped file. Repacked ones would be faster in K-quants, but a second copy in
    # memory, in every server, and small machines lack memory first.
    params.no_extra_bufts = True
    # Sizes are chosen here, and a first run of the model would be a second wait.
    params.fit_params = params.warmup = False
    # Copies of evicted prompts, 8 GB of them, are off: what the model may take in memory is counted.
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
    """Give this process its handlers of SIGINT and SIGTERM back, which llama.cpp's server replaces.

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


# What a stream tells: a chunk, or its end, or the error that ended it.
News = Mapping[str, Any] | Exception | None


class Stream:
    """One request to a server, running in a thread of its own, which tells its news as they come.

    The thread holds the server, so that one that is replaced lives as long as its last stream.
    """

    def __init__(
        self, server: Server, payload: dict[str, Any], tell: Callable[[News], None], done: Callable[[], None]
    ) -> None:
        self._closed = threading.Event()
        arguments = (server, payload, tell, done)
        # No daemon: the interpreter's end would unwind it out of llama.cpp, which aborts the process.
        threading.Thread(target=self._run, args=arguments, name="llama.cpp").start()

    def close(self) -> None:
        """End the compute at the next chunk: one token, or `BATCH` tokens of a prompt."""
        self._closed.set()

    def _run(
        self, server: Server, payload: dict[str, Any], tell: Callable[[News], None], done: Callable[[], None]
    ) -> None:
        def take(chunk: dict[str, Any]) -> bool:
            tell(chunk)
            return self._closed.is_set()

        try:
            server.handle_completions(payload, take)
            tell(None)
        except Exception as error:
            tell(error)
        finally:
            done()
