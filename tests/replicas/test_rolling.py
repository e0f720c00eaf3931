"""Two front ends behind HAProxy are restarted in turn, while scripts ask without a pause."""

import importlib.util
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest

from bench.server import free_port
from tests.faults.machine import API, wait_until

ROOT = Path(__file__).parent.parent.parent
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
SCRIPTS = 4

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(
        HAPROXY is None or importlib.util.find_spec("ray") is None,
        reason="`make test-ray` installs HAProxy and Ray, and runs this",
    ),
]


@dataclass
class Front:
    """A front end at a port, in a process that is restarted."""

    port: int
    home: Path
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        """Serve; returns once it answers."""
        command = [sys.executable, "-m", "tests.faults.tiny_server", "0.02", "30", str(self.home), str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert any(line.startswith("serving at ") for line in self.process.stdout)
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def end(self) -> None:
        """Drain; returns once the process is gone."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(120) == 0


@dataclass
class Script:
    """Asks for one sentiment after the other through `url`, keeps its cookies, and notes how each request ended."""

    url: str
    enough: threading.Event
    answered: dict[str, int] = field(default_factory=dict)
    retried: int = 0
    failed: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Ask until it is enough."""
        with httpx.Client(base_url=self.url + API, timeout=120) as http:
            while not self.enough.is_set():
                try:
                    self._ask(http)
                except httpx.HTTPError as error:
                    self.failed.append(f"{error.request.method}: {error!r}")

    def _ask(self, http: httpx.Client) -> None:
        begun = http.post("/call/sentiment", json={"data": ["a fine day"]})
        if begun.status_code == 503 and "retry-after" in begun.headers:
            self.retried += 1
        elif begun.status_code != 200:
            self.failed.append(f"{begun.status_code}: {begun.text}")
        else:
            ended = http.get(f"/call/sentiment/{begun.json()['event_id']}")
            if "event: complete" in ended.text:
                front = str(http.cookies.get("FRONT"))
                self.answered[front] = self.answered.get(front, 0) + 1
            else:
                self.failed.append(f"{ended.status_code}: {ended.text}")


def configuration(ports: dict[str, int]) -> str:
    """The example of the documentation, with free ports in place of its own."""
    text = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    example = text.split("```haproxy\n")[1].split("```")[0]
    for there, here in ports.items():
        assert there in example
        example = example.replace(there, f":{here}")
    return example


@pytest.fixture
def fronts(tmp_path: Path) -> Iterator[tuple[str, list[Front]]]:
    """The address of the proxy, and both front ends behind it."""
    assert HAPROXY is not None
    fronts = [Front(free_port(), tmp_path) for _ in range(2)]
    port = free_port()
    file = tmp_path / "haproxy.cfg"
    file.write_text(configuration({":8080": port, ":7861": fronts[0].port, ":7862": fronts[1].port}))
    with subprocess.Popen([HAPROXY, "-db", "-f", str(file)], stderr=subprocess.DEVNULL) as proxy:
        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(Front.start, fronts))
            yield f"http://127.0.0.1:{port}", fronts
        finally:
            proxy.terminate()
            for front in fronts:
                if front.process is not None:
                    front.process.kill()
                    front.process.wait(60)


def test_a_rolling_restart_loses_no_request(fronts: tuple[str, list[Front]]) -> None:
    """Every request is answered, or refused with the time to try again; both front ends answer before and after."""
    url, both = fronts
    enough = threading.Event()
    scripts = [Script(url, enough) for _ in range(SCRIPTS)]
    threads = [threading.Thread(target=script.run) for script in scripts]
    wait_until(lambda: httpx.get(url + "/healthz", timeout=60).status_code == 200)
    for thread in threads:
        thread.start()

    def answers() -> int:
        return sum(sum(script.answered.values()) for script in scripts)

    def in_use(name: str) -> bool:
        """Whether the proxy sends requests to the front end of that name; else its visitors get another cookie."""
        answer = httpx.get(url + "/healthz", cookies={"FRONT": name}, timeout=60)
        return answer.status_code == 200 and "set-cookie" not in answer.headers

    for name, front in zip(("front1", "front2"), both, strict=True):
        before = answers()
        wait_until(lambda before=before: answers() > before + 2 * SCRIPTS)  # type: ignore[misc]
        front.end()
        before = answers()
        wait_until(lambda before=before: answers() > before + 2 * SCRIPTS)  # type: ignore[misc]
        front.start()
        wait_until(partial(in_use, name))
    enough.set()
    for thread in threads:
        thread.join(120)
    assert [failure for script in scripts for failure in script.failed] == []
    used = {front for script in scripts for front in script.answered}
    assert used == {"front1", "front2"}
    print(f"{answers()} answered, {sum(script.retried for script in scripts)} told to try again")
