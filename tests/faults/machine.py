"""A machine whose models are as slow, and fail as often, as a test wants; and visitors who speak HTTP."""

import json
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from models.engines.base import CausalInfo, CausalLM, Reading, Sampling, Step
from models.engines.encoder_batches import SharedBatches
from models.engines.torch.encoder import TorchEncoder
from models.runtime.cache import Loaded, ModelCache
from models.runtime.progress import Report
from models.runtime.spec import ModelSpec
from server.serving import Serving
from tests import tiny

API = "/gradio_api"
FULL = RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to")


@dataclass
class Machine:
    """Tiny models that take `delay` seconds a step, count their `steps`, and wait for `open` before each.

    A load waits for `loads`. The next load takes what it raises from `load_fails`, and so does from `fails` each step
    after the one numbered `fails_at`.
    """

    delay: float = 0.0
    steps: int = 0
    fails_at: int = 0
    fails: list[Exception] = field(default_factory=list)
    load_fails: list[Exception] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    loads: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Be fast and sound again."""
        self.delay, self.steps, self.fails_at = 0.0, 0, 0
        self.fails.clear()
        self.load_fails.clear()
        self.open.set()
        self.loads.set()

    def load(self, spec: ModelSpec, report: Report) -> Loaded:
        """A tiny model whose steps are counted here."""
        assert self.loads.wait(60)
        if self.load_fails:
            raise self.load_fails.pop()
        loaded = tiny.load(spec, report)
        if spec.head == "causal-lm" and spec != spec.with_attention():
            return replace(loaded, model=Stepped(loaded.model, self._step))
        # A translator is stepped through its parts, the others as a whole.
        module = loaded.model.decoder[0].cell if spec.head == "translation" else loaded.model
        if isinstance(module, SharedBatches):
            assert isinstance(module.encoder, TorchEncoder)
            module = module.encoder.module
        module.register_forward_pre_hook(self._step)
        return loaded

    def _step(self, *_: Any) -> None:
        self.steps += 1
        assert self.open.wait(60)
        time.sleep(self.delay)
        if self.fails and self.steps > self.fails_at:
            raise self.fails.pop()


@dataclass
class Stepped:
    """A causal language model, whichever engine runs it, that calls `step` before each step and never ends a text.

    A reply that ended by chance would not be there to be stopped.
    """

    model: CausalLM
    step: Callable[[], None]

    @property
    def info(self) -> CausalInfo:
        """As the model's, without an end."""
        return replace(self.model.info, ends=frozenset())

    def generate(
        self,
        prompt: Sequence[int],
        samplings: Sequence[Sampling],
        bias: Mapping[int, float] | None = None,
        ends: frozenset[int] | None = None,
    ) -> Generator[Reading | dict[int, Step], None, None]:
        """As the model's, step by step."""
        with closing(self.model.generate(prompt, samplings, bias, frozenset() if ends is None else ends)) as steps:
            while True:
                self.step()
                try:
                    yield next(steps)
                except StopIteration:
                    return


@dataclass
class Visitor:
    """Calls endpoints of the server at `url` as a script does."""

    url: str

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """POST `body` as JSON to an API path."""
        return httpx.post(self.url + API + path, json=body, timeout=60, **more)

    def call(self, endpoint: str, *data: Any) -> httpx.Response:
        """Ask for the endpoint; the answer names the event, or says why not."""
        return self.post(f"/call/{endpoint}", {"data": list(data)})

    def begin(self, endpoint: str, *data: Any) -> str:
        """Ask, and return the event's id."""
        answer = self.call(endpoint, *data)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["event_id"])

    @contextmanager
    def listening(self, endpoint: str, event: str) -> Iterator[Iterator[tuple[str, Any]]]:
        """The messages about an event, (kind, data); leaving the block closes the connection."""
        with httpx.stream("GET", f"{self.url}{API}/call/{endpoint}/{event}", timeout=60) as response:
            yield _messages(response)

    def run(self, endpoint: str, *data: Any) -> list[tuple[str, Any]]:
        """Ask, and return all messages until the event is over."""
        with self.listening(endpoint, self.begin(endpoint, *data)) as messages:
            return [message for message in messages if message[0] != "heartbeat"]

    def result(self, endpoint: str, *data: Any) -> Any:
        """What the endpoint gives in the end."""
        kind, value = self.run(endpoint, *data)[-1]
        assert kind == "complete", value
        return value[0]

    def cancel(self, endpoint: str, event: str, session: str) -> httpx.Response:
        """Cancel an event, as the page's Stop does."""
        config = httpx.get(self.url + "/config", timeout=60).json()
        index = next(each["id"] for each in config["dependencies"] if each["api_name"] == endpoint)
        return self.post("/cancel", {"event_id": event, "session_hash": session, "fn_index": index})


def _messages(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    kind = ""
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


@dataclass
class Site:
    """A server over a machine."""

    machine: Machine
    cache: ModelCache
    serving: Serving

    @property
    def visitor(self) -> Visitor:
        """Somebody who has the address."""
        return Visitor(self.serving.url)

    def idle(self) -> bool:
        """Whether nothing runs, nothing waits, and no model is in use."""
        line = self.serving.admission.line
        leases = sum(model.leases for model in self.cache.status().models)
        return line.running() + line.waiting() + leases == 0

    def outcomes(self, endpoint: str) -> dict[str, float]:
        """How often requests to the endpoint ended in which way."""
        samples = self.serving.runs.metrics.requests.collect()
        return {
            sample.labels["outcome"]: sample.value
            for metric in samples
            for sample in metric.samples
            if sample.name.endswith("_total") and sample.labels["endpoint"] == endpoint
        }


def wait_until(true: Callable[[], Any], seconds: float = 120) -> None:
    """Return as soon as `true()`; fail when it does not come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)
