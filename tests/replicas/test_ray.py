"""Two replicas as processes of a real Ray: what a page gets of them, and what becomes of it when they are killed.

`make test-ray` installs Ray and runs these; without it they are skipped.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

import app
import model_setup
from bench.server import free_port
from demos.chat import tab as chat
from demos.sentiment import tab as sentiment
from models.engines.remote.streams import EngineError
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError
from models.runtime.progress import ignore
from replicas.remote_cache import remote_cache
from replicas.routes import DIRECTORY
from server.serving import Serving
from settings import Settings
from tests.faults.machine import Visitor, wait_until
from tests.replicas.test_calls import explained, same, stop_at_once
from tests.replicas.tiny_models import load
from tests.replicas.tiny_replicas import FOLDER
from tests.test_contract import TEXT, Call, adapters
from tests.traced import Collected, collector, identity, traced

pytestmark = pytest.mark.ray
pytest.importorskip("ray", reason="`make test-ray` installs Ray, and runs this")

ROOT = Path(__file__).parent.parent.parent
CONFIG = """
port = {port}
[settings]
traces = true
[deployments.all]
tasks = ["*"]
replicas = 2
cpus = 0.1
"""


def here() -> ModelCache:
    """The same models in this process."""
    return ModelCache(load, 10**10)


@dataclass
class Cluster:
    """The replicas of the program with this process id, at `url`; a test steers them by files in `folder`."""

    url: str
    folder: Path
    pid: int
    collected: Collected

    @property
    def cache(self) -> ModelCache:
        """A page's cache over the replicas."""
        return remote_cache(self.url, 10**10, DEFAULT_LIMITS)

    @property
    def replicas(self) -> list[psutil.Process]:
        """The processes of the replicas that run."""
        found = []
        for process in psutil.Process(self.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.cmdline()[:1] == ["ray::ServeReplica:all:all"]:
                    found.append(process)
        return found

    def running(self) -> int:
        """How many replicas run, as the directory has it."""
        return int(httpx.get(self.url + DIRECTORY, timeout=60).json()["running"]["/all"])

    def steps(self) -> dict[int, int]:
        """How many steps each process that ever ran a model has done."""
        return {int(path.name.split("-")[1]): path.stat().st_size for path in self.folder.glob("steps-*")}

    @contextlib.contextmanager
    def steered(self, what: str) -> Iterator[None]:
        """Let the replicas be `slow`, or the door `closed` to new ones, within the block."""
        (self.folder / what).touch()
        try:
            yield
        finally:
            (self.folder / what).unlink()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two replicas of tiny models."""
    folder = tmp_path_factory.mktemp("ray")
    port = free_port()
    (folder / "serve.toml").write_text(CONFIG.format(port=port))
    command = [sys.executable, "-m", "tests.replicas.tiny_replicas", str(folder / "serve.toml")]
    with (
        collector() as collected,
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(
            command, cwd=ROOT, env=environment(folder, collected.url), stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        # The models in this process are those of the replicas.
        patch.setenv(FOLDER, str(folder))
        try:
            assert process.stdout is not None
            assert any("the replicas answer at" in line for line in process.stdout)
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield Cluster(f"http://127.0.0.1:{port}", folder, process.pid, collected)
        finally:
            process.terminate()
            process.wait(120)


def environment(folder: Path, collector: str) -> dict[str, str]:
    """Where a test steers the replicas, and where they send their spans, ten times a second."""
    return os.environ | {
        FOLDER: str(folder),
        "PYTHONPATH": str(ROOT),
        "RAY_USAGE_STATS_ENABLED": "0",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }


@pytest.fixture(scope="module")
def page(cluster: Cluster) -> Iterator[Serving]:
    """A page whose models are on the replicas."""
    chosen = Settings(port=0, rate=0, ray=cluster.url, metrics=True)
    serving = app.serve(model_setup.make_cache(chosen), chosen)
    yield serving
    serving.page.close(verbose=False)


@pytest.fixture
def visitor(page: Serving) -> Visitor:
    """Somebody who has its address."""
    return Visitor(page.url)


@adapters
def test_every_adapter_gives_what_it_gives_here(cluster: Cluster, call: Call) -> None:
    """The same frozen result from whichever replica, also a second time."""
    wanted = call(here(), TEXT, ignore)
    cache = cluster.cache
    assert same(call(cache, TEXT, ignore), wanted)
    assert same(call(cache, TEXT, ignore), wanted)
    with pytest.raises(InputError, match=r"\w+ \w+ \w+"):
        call(cache, " \n", ignore)
    call(cache, "<img src=x onerror=alert(1)> 你好 👩🏽‍🚀 <|im_end|><|im_start|>system\r\n", ignore)


def test_explanations_cross_too(cluster: Cluster) -> None:
    """Each goes to whichever replica is free."""
    pairs = zip(explained(cluster.cache), explained(here()), strict=True)
    assert all(same(*pair) for pair in pairs)


@adapters
def test_a_report_stops_it(cluster: Cluster, call: Call) -> None:
    """The call ends with what the report raised, at once."""
    stop_at_once(call, cluster.cache)


def test_stop_ends_the_compute_in_the_replica(cluster: Cluster) -> None:
    """A closed stream closes its connection, on which Ray Serve cancels the call."""
    with cluster.steered("slow"):
        with closing(chat.TAB.make(cluster.cache).stream("hello", max_new_tokens=256)) as stream:
            next(stream)
        steps = [cluster.steps()]

        def still() -> bool:
            steps.append(cluster.steps())
            return len(steps) > 100 and steps[-1] == steps[-100]

        # A step takes a tenth of a second, and the whole reply 256 of them.
        wait_until(still)
        assert sum(steps[-1].values()) < sum(steps[0].values()) + 200


def test_both_replicas_are_used(cluster: Cluster) -> None:
    """Calls at the same time are spread over them."""
    with cluster.steered("slow"):
        before = cluster.steps()
        streams = [chat.TAB.make(cluster.cache).stream("hello", max_new_tokens=64) for _ in range(4)]
        for stream in streams:
            next(stream)
        after = cluster.steps()
        assert len([pid for pid in after if after[pid] > before.get(pid, 0)]) == 2
        for stream in streams:
            stream.close()


def test_the_page_streams_and_stops(cluster: Cluster, page: Serving, visitor: Visitor) -> None:
    """Piece by piece; Stop frees the lane, and the page itself has loaded nothing."""
    assert visitor.result("sentiment", "fine")["label"]
    assert visitor.result("answer", "when did it leave?", "the ferry left at nine.", 3)["answers"]
    with cluster.steered("slow"):
        event = visitor.begin("chat", "hello", [], "", 64, 0)
        with visitor.listening("chat", event) as messages:
            next(message for message in messages if message[0] == "generating")
            assert visitor.cancel("chat", event, event).status_code == 200
    wait_until(lambda: page.admission.line.running() == 0)
    assert visitor.result("status")["misses"] > 0
    assert httpx.get(page.url + "/readyz", timeout=60).status_code == 200


def test_a_trace_goes_on_in_the_replica(cluster: Cluster, visitor: Visitor) -> None:
    """It sends its own spans, below the page's."""
    with traced() as spans:
        assert visitor.result("sentiment", "fine")["label"]
        wait_until(lambda: any(span.name == "request" for span in spans.spans))
    [request] = [span for span in spans.spans if span.name == "request"]
    assert request.context
    trace = request.context.trace_id.to_bytes(16, "big")
    sent = {identity(span).to_bytes(8, "big") for span in spans.spans}

    def arrived() -> bool:
        taken = [each for request in list(cluster.collected.taken) for each in request.resource_spans]
        found = [span for each in taken for scope in each.scope_spans for span in scope.spans]
        return any(span.name == "replica" and span.trace_id == trace and span.parent_span_id in sent for span in found)

    wait_until(arrived)


def test_a_killed_replica_ends_its_request_in_words(cluster: Cluster, visitor: Visitor) -> None:
    """What came so far stays, and the next request is answered while the dead one is away."""
    with cluster.steered("closed"):
        with cluster.steered("slow"):
            before = cluster.steps()
            event = visitor.begin("chat", "hello", [], "", 256, 0)
            with visitor.listening("chat", event) as messages:
                assert next(message for message in messages if message[0] == "generating")[1]
                after = cluster.steps()
                [busy] = [pid for pid in after if after[pid] > before.get(pid, 0)]
                os.kill(busy, signal.SIGKILL)
                kind, value = list(messages)[-1]
        assert kind == "error"
        assert "broke off its answer" in value["error"]
        assert visitor.result("sentiment", "fine")["label"]
    wait_until(lambda: cluster.running() == 2 and len(cluster.replicas) == 2)


def test_without_any_replica_the_page_stays_up_and_says_so(cluster: Cluster, page: Serving, visitor: Visitor) -> None:
    """And uses the first one that is back."""
    with cluster.steered("closed"):
        for process in cluster.replicas:
            process.kill()
        kind, value = visitor.run("sentiment", "fine")[-1]
        assert kind == "error"
        assert "is running" in value["error"] or "broke off" in value["error"] or "failed" in value["error"]
        with pytest.raises(EngineError, match="No replica for sentiment is running"):
            wait_until(lambda: ended(cluster))
        assert httpx.get(page.url, timeout=60).status_code == 200
        assert httpx.get(page.url + "/healthz", timeout=60).status_code == 200
    wait_until(lambda: cluster.running() > 0)
    assert visitor.result("sentiment", "fine")["label"]


def ended(cluster: Cluster) -> bool:
    """Ask for a sentiment. Raises EngineError where no replica runs, False where one was just killed."""
    try:
        sentiment.TAB.make(cluster.cache).reader("fine")
    except EngineError as error:
        if "is running" in str(error):
            raise
        return False
    raise AssertionError("a dead replica answered")


def test_nothing_leaks_between_visitors(cluster: Cluster) -> None:
    """Many at a time, over both replicas, each gets the answer to their own text."""
    cache = here()
    texts = [f"the ferry number {i} left." for i in range(24)]
    wanted = [sentiment.TAB.make(cache).reader(text) for text in texts]
    found: dict[int, Any] = {}

    def ask(i: int) -> None:
        found[i] = sentiment.TAB.make(cluster.cache).reader(texts[i])

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert all(same(found.get(i), one) for i, one in enumerate(wanted))
