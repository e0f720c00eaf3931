"""Work in ZeroGPU's worker: the package `spaces` as it is on Spaces, with a scheduler of our own and no GPU."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from demos.zero_gpu import placed
from models.catalog.bundled import MINILM, SENTIMENT, SMOLLM2
from models.catalog.offers import BUNDLED, HUB
from models.runtime.progress import ignore
from models.weights.store import WeightsMissing
from tests import tiny
from tests.faults.machine import API, Visitor, wait_until

ROOT = Path(__file__).parent.parent
OWN = """
[[model]]
task = "sentiment"
repository = "someone/classifier"
licence = "MIT"
labels = ["negative", "neutral", "positive"]
"""


@dataclass
class Scheduler:
    """Gives a GPU to every caller, and notes the calls: their paths and arguments."""

    calls: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def count(self, path: str) -> int:
        """How often a path was called."""
        return sum(called == path for called, _ in self.calls)

    def serve(self) -> ThreadingHTTPServer:
        """Answer on a free port of this machine."""
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                url = urlsplit(self.path)
                calls.append((url.path, parse_qs(url.query)))
                given = {"idle": True, "nvidiaIndex": 0, "nvidiaUUID": "none", "allowToken": "token"}
                body = json.dumps(given).encode() if url.path == "/schedule" else b"{}"
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Stay quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        return server


@pytest.fixture(scope="module")
def scheduler() -> Scheduler:
    """What the app asks for a GPU."""
    return Scheduler()


@pytest.fixture(scope="module")
def visitor(scheduler: Scheduler, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Somebody who has the address of the app under ZeroGPU's variables."""
    home = tmp_path_factory.mktemp("zero")
    (home / "cgroup").write_text("0::/none\n")
    (home / "own.toml").write_text(OWN)
    server = scheduler.serve()
    environment = os.environ | {
        "HOME": str(home),
        "SYSTEM": "spaces",
        "SPACE_ID": "someone/glassbox",
        "SPACES_ZERO_GPU": "true",
        "SPACES_ZERO_DEVICE_API_URL": f"http://127.0.0.1:{server.server_port}",
        "ZEROGPU_PROC_SELF_CGROUP_PATH": str(home / "cgroup"),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.zero_gpu_server", str(home / "own.toml")]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if line.startswith("serving at "))
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield Visitor(line.removeprefix("serving at ").strip())
        finally:
            process.terminate()
            process.wait(60)
            server.shutdown()


@pytest.mark.parametrize(
    ("endpoint", "data", "key"),
    [
        ("translate", ("The dog. It sleeps.", "en", "pt"), "text"),
        ("answer", ("who?", "somebody", 3), "no_answer"),
        ("summarize", ("The ferry left. It came back. All were glad.", "extractive", "short"), "summary"),
    ],
)
def test_a_call_runs_in_the_worker(
    visitor: Visitor, scheduler: Scheduler, endpoint: str, data: tuple[Any, ...], key: str
) -> None:
    """A GPU is asked for and given back; arguments and result go through a pickle."""
    before = scheduler.count("/schedule"), scheduler.count("/release")
    assert key in visitor.result(endpoint, *data)
    assert scheduler.count("/schedule") == before[0] + 1
    wait_until(lambda: scheduler.count("/release") == before[1] + 1)


def test_a_reply_streams_out_of_the_worker(visitor: Visitor) -> None:
    """Piece by piece, and the same as without one."""
    messages = visitor.run("chat", "hello", [], "", 256, 0)
    assert [kind for kind, _ in messages][-2:] == ["generating", "complete"]
    assert len(messages) > 3


def test_stop_ends_the_stream_in_the_worker(visitor: Visitor, scheduler: Scheduler) -> None:
    """The GPU is given back, and the next visitor is served."""
    event = visitor.begin("chat", "hello", [], "", 256, 0)
    with visitor.listening("chat", event) as messages:
        next(message for message in messages if message[0] == "generating")
        assert visitor.cancel("chat", event, event).status_code == 200
    wait_until(lambda: scheduler.count("/release") == scheduler.count("/schedule"))
    assert visitor.result("sentiment", "fine")["label"]


def test_what_goes_wrong_in_the_worker_is_reported_in_words(visitor: Visitor) -> None:
    """An error that only the loaded model can know of, as everywhere else."""
    kind, value = visitor.run("attention", "see", "", "", 99, -1)[-1]
    assert kind == "error"
    assert "must be from -1 to" in value["error"]


def test_the_page_is_updated_out_of_the_worker(visitor: Visitor) -> None:
    """An update names its components, which cannot be pickled."""
    config = httpx.get(visitor.url + "/config", timeout=60).json()
    ids = {each["props"].get("elem_id"): each["id"] for each in config["components"]}
    run = next(
        each["id"]
        for each in config["dependencies"]
        if [ids["translation-run"], "click"] in [list(target) for target in each["targets"]] and each["queue"]
    )
    model = next(each["props"]["value"] for each in config["components"] if each["id"] == ids["translation-model"])
    body = {"data": ["The dog.", "en", "pt", model], "fn_index": run, "session_hash": "page"}
    assert visitor.post("/queue/join", body).status_code == 200
    with httpx.stream("GET", f"{visitor.url}{API}/queue/data?session_hash=page", timeout=60) as response:
        messages = [json.loads(line.removeprefix("data: ")) for line in response.iter_lines() if line]
    done = next(each for each in messages if each["msg"] == "process_completed")
    assert done["success"], done
    assert "Firefox Translations en-pt" in json.dumps(messages)


def test_there_is_no_batch(visitor: Visitor) -> None:
    """Its jobs live in one process."""
    config = httpx.get(visitor.url + "/config", timeout=60).json()
    titles = [each["props"].get("label") for each in config["components"] if each["type"] == "tabitem"]
    assert "Chat" in titles
    assert "Batch" not in titles


def test_only_models_of_the_worker_are_offered(visitor: Visitor) -> None:
    """The bundled ones and the operator's own, in every picker and to scripts; each of them is there."""
    config = httpx.get(visitor.url + "/config", timeout=60).json()
    offered = {str(value) for each in config["components"] for _, value in each["props"].get("choices") or []}
    assert not {spec.name for spec in HUB.all} & offered
    assert {spec.name for spec in BUNDLED.all} | {"classifier"} <= offered
    assert visitor.call("sentiment", "fine", HUB.sentiment[0].name).status_code == 422
    assert visitor.result("sentiment", "fine", "classifier")["model"] == "classifier"
    assert visitor.result("attention", "fine", "", "classifier", -1, -1)["tokens"]


def test_only_what_was_placed_is_there() -> None:
    """Nothing is loaded later: a worker would lose it, and its visitor would pay for the wait."""
    written: list[str] = []
    give = placed(tiny.load, [SENTIMENT, MINILM], written.append)
    assert give(SENTIMENT, ignore) is give(SENTIMENT, ignore)
    with pytest.raises(WeightsMissing, match="only the models loaded at the start"):
        give(SMOLLM2, ignore)
