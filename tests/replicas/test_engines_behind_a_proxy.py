"""Two of llama.cpp's own servers behind HAProxy, one of which is killed while it writes."""

import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

import model_setup
from bench.server import free_port
from demos.chat import tab as chat
from models.catalog.bundled import SMOLLM2_WEIGHTS
from models.engines.remote.streams import EngineError
from models.weights.gguf import SERVED, served
from settings import Settings, read
from tests.faults.machine import wait_until
from tests.models.engines.test_remote_llama import PROGRAM

ROOT = Path(__file__).parent.parent.parent
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")

pytestmark = [
    pytest.mark.ray,
    pytest.mark.real,
    pytest.mark.skipif(
        HAPROXY is None or importlib.util.find_spec("ray") is None,
        reason="`make test-ray` installs HAProxy and Ray, and runs this",
    ),
]


@dataclass
class Engines:
    """Two servers, behind a proxy at `url`."""

    url: str
    processes: list[psutil.Process]

    def busy(self) -> psutil.Process:
        """The one that computes now."""
        before = [process.cpu_times().user for process in self.processes]
        time.sleep(1)
        spent = [process.cpu_times().user - was for process, was in zip(self.processes, before, strict=True)]
        return self.processes[spent.index(max(spent))]


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    """Both serve the chat model."""
    assert HAPROXY is not None
    store = model_setup.store_of(read([]))
    model = served(store.ensure(SMOLLM2_WEIGHTS) / SERVED)
    with ExitStack() as stack:
        processes, addresses = [], []
        for _ in range(2):
            command = [sys.executable, str(PROGRAM), str(model)]
            process = stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            addresses.append(httpx.URL(process.stdout.readline().strip()).netloc.decode())
            processes.append(psutil.Process(process.pid))
        port = free_port()
        text = (ROOT / "docs" / "engine-url.md").read_text(encoding="utf-8").split("```haproxy\n")[1].split("```")[0]
        ports = {"127.0.0.1:8000": f"127.0.0.1:{port}", "127.0.0.1:8001": addresses[0], "127.0.0.1:8002": addresses[1]}
        for there, here in ports.items():
            assert there in text
            text = text.replace(there, here)
        (tmp_path / "haproxy.cfg").write_text(text)
        command = [HAPROXY, "-db", "-f", str(tmp_path / "haproxy.cfg")]
        proxy = stack.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        stack.callback(proxy.terminate)
        wait_until(lambda: listens(port))
        yield Engines(f"http://127.0.0.1:{port}", processes)


def listens(port: int) -> bool:
    """Whether the proxy passes requests on."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=60).status_code == 200
    except httpx.ConnectError:
        return False


def test_one_is_killed_while_it_writes(engines: Engines) -> None:
    """The text so far stays, the error says that it broke off, and the other one writes the next reply."""
    chosen = Settings(engine_url=engines.url, home=read([]).home)
    chatter = chat.TAB.make(model_setup.make_cache(chosen), chosen.limits)
    assert chatter("Say hello.", max_new_tokens=4).text
    written: list[str] = []
    stream = chatter.stream("Tell me a long story.", max_new_tokens=256)

    def read_on() -> None:
        for reply in stream:
            if reply.text and not written:
                engines.busy().kill()
            if reply.text:
                written.append(reply.text)

    with pytest.raises(EngineError, match="broke off its answer: what came so far stays"):
        read_on()
    assert written
    assert chatter("Say hello.", max_new_tokens=4).text
    assert sum(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in engines.processes) == 1
