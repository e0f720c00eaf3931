"""llama.cpp's process ends with what started it, the page outlives it, and nobody else can use it."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from models.engines.base import Reading, Sampling
from models.engines.llama_cpp.completions import CompletionError
from models.engines.llama_cpp.model import LlamaCpp
from models.engines.llama_cpp.server import ServerProcess
from models.weights.gguf import prepare
from tests import tiny_gguf

ROOT = Path(__file__).parents[3]
# Against ends by chance.
ENDLESS = {257: -1e4, 258: -1e4}
HOLD = """
import sys
from pathlib import Path
from models.engines.llama_cpp.model import LlamaCpp
model = LlamaCpp.load(Path(sys.argv[1]), 1)
print(model._switch.running.server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama, prepared."""
    folder = tmp_path_factory.mktemp("gguf")
    tiny_gguf.write(tiny_gguf.module(), folder / "tiny.gguf")
    return prepare(folder / "tiny.gguf")


@pytest.fixture
def model(folder: Path) -> Iterator[LlamaCpp]:
    """It, in llama.cpp with one thread."""
    yield LlamaCpp.load(folder, 1)
    gc.collect()


def process(model: LlamaCpp) -> psutil.Process:
    """The process that computes for `model`."""
    return psutil.Process(model._switch.running.server.pid)


def sockets(process: psutil.Process) -> list[Path]:
    """The sockets in files that `process` listens at."""
    return [Path(each.laddr) for each in process.net_connections("unix") if str(each.laddr).endswith(".sock")]


def wait_until(true: Callable[[], object]) -> None:
    """Return as soon as `true()`."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def test_a_crash_costs_the_replies_being_written(model: LlamaCpp) -> None:
    """Their callers get words, and the next one a reply of a new process."""
    stream = model.generate([10, 20], [Sampling(500)], ENDLESS)
    assert isinstance(next(stream), Reading | dict)
    first = process(model)
    first.kill()
    with pytest.raises(CompletionError, match="its process ended"):
        list(stream)
    assert any(isinstance(event, dict) and event for event in model.generate([10, 20], [Sampling(3)], ENDLESS))
    assert process(model).pid != first.pid


def test_a_server_that_cannot_be_reached_is_replaced(model: LlamaCpp) -> None:
    """Something may clear the folder of temporary files."""
    first = process(model)
    sockets(first)[0].unlink()
    with pytest.raises(CompletionError, match="its process ended"):
        list(model.generate([10, 20], [Sampling(3)], ENDLESS))
    assert any(isinstance(event, dict) and event for event in model.generate([10, 20], [Sampling(3)], ENDLESS))
    assert process(model).pid != first.pid


def test_a_refused_request_is_an_error_in_words(model: LlamaCpp) -> None:
    """As it comes from llama.cpp, with its status."""
    chunks: list[dict[str, Any]] = []
    server = model._switch.running.server

    def take(chunk: dict[str, Any]) -> bool:
        chunks.append(chunk)
        return False

    server.handle_completions({"prompt": [10] * 9_000, "stream": True}, take)
    assert len(chunks) == 1
    assert "context" in chunks[0]["error"]["message"]
    assert server.is_alive()


def test_without_room_for_a_process_there_is_an_error_in_words(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no folder is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def refuse(*arguments: Any, **options: Any) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(CompletionError, match="could not be started: Resource temporarily unavailable"):
        LlamaCpp.load(folder, 1)
    assert not list(tmp_path.iterdir())


def test_it_ends_with_the_model(folder: Path) -> None:
    """When a model is unloaded, and with it goes the folder of its socket."""
    model = LlamaCpp.load(folder, 1)
    own = process(model)
    (socket,) = sockets(own)
    assert socket.parent.stat().st_mode & 0o077 == 0
    del model
    wait_until(lambda: gc.collect() >= 0 and not own.is_running())
    wait_until(lambda: not socket.parent.exists())


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, None])
def test_it_ends_with_the_process_that_started_it(folder: Path, ending: signal.Signals | None) -> None:
    """However that ends."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as page:
        assert page.stdout is not None
        own = psutil.Process(int(page.stdout.readline()))
        assert own.parent() == psutil.Process(page.pid)
        (socket,) = sockets(own)
        if ending is not None:
            page.send_signal(ending)
    wait_until(lambda: not own.is_running() and not socket.parent.exists())


def test_it_does_not_end_with_a_fork(folder: Path) -> None:
    """Which has a copy of the model, and forgets it when it ends."""
    model = LlamaCpp.load(folder, 1)
    own = process(model)
    if (fork := os.fork()) == 0:
        del model
        gc.collect()
        os._exit(0)
    os.waitpid(fork, 0)
    assert own.status() != psutil.STATUS_ZOMBIE
    assert any(isinstance(event, dict) and event for event in model.generate([10], [Sampling(3)], ENDLESS))
    assert process(model).pid == own.pid


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_to_all_processes_let_replies_end(model: LlamaCpp, number: signal.Signals) -> None:
    """The page's process ends them first; Ctrl+C in a terminal does not even reach this one."""
    own = process(model)
    assert os.getsid(own.pid) != os.getsid(0)
    own.send_signal(number)
    written = [event for event in model.generate([10, 20], [Sampling(3)], ENDLESS) if isinstance(event, dict) and event]
    assert len(written) == 3
    assert process(model).pid == own.pid


def test_only_the_holder_of_the_key_is_answered(model: LlamaCpp) -> None:
    """And the program's arguments, which every user can read, do not hold it."""
    own = process(model)
    (socket,) = sockets(own)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://llama") as http:
        for headers in ({}, {"Authorization": "Bearer guess"}):
            refused = http.post("/v1/completions", json={"prompt": [10], "n_predict": 1}, headers=headers)
            assert refused.status_code == httpx.codes.UNAUTHORIZED
    assert len(own.cmdline()) == 3


def test_what_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    """And leaves no process behind."""
    (tmp_path / "broken.gguf").write_bytes(b"GGUF")
    before = set(psutil.Process().children())
    with pytest.raises(CompletionError, match=r"broken\.gguf: the file is not whole"):
        ServerProcess(tmp_path / "broken.gguf", 1, 1, 64)
    gc.collect()
    wait_until(lambda: set(psutil.Process().children()) <= before)
