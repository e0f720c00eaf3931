"""One request is one trace, from its arrival to the model's work and back, and it has no text of a visitor."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.trace import StatusCode

import app
import model_setup
from models.runtime import tracing
from models.runtime.cache import ModelCache
from server import serving
from server.serving import Serving
from settings import Settings
from tests.faults.machine import Machine, Visitor, wait_until
from tests.replicas.served import Served, served
from tests.traced import Traced, collector, identity, parent, traced

ROOT = Path(__file__).parent.parent.parent
SECRET = "hidden"


@pytest.fixture(scope="module")
def machine() -> Machine:
    """Tiny models that fail when a test wants it."""
    return Machine()


@pytest.fixture(scope="module")
def replica(machine: Machine) -> Iterator[Served]:
    """A replica over them."""
    with served(ModelCache(machine.load, 10**10)) as replica:
        yield replica


@pytest.fixture(scope="module")
def here(replica: Served) -> Iterator[Serving]:
    """A page whose models are in this process."""
    yield from page(replica.cache, Settings(port=0, rate=0))


@pytest.fixture(scope="module")
def there(replica: Served) -> Iterator[Serving]:
    """A page whose models are on the replica."""
    chosen = Settings(port=0, rate=0, ray=replica.url)
    yield from page(model_setup.make_cache(chosen), chosen)


def page(cache: ModelCache, chosen: Settings) -> Iterator[Serving]:
    """A page that is served for the length of a fixture."""
    serving = app.serve(cache, chosen)
    yield serving
    serving.page.close(verbose=False)


def ended(spans: Traced) -> None:
    """Wait for the end of a request: its answer arrives a moment before."""
    wait_until(lambda: any(span.name == "request" for span in spans.spans))


def test_a_request_is_one_trace(here: Serving) -> None:
    """Its wait, its run, and the adapter's call."""
    with traced() as spans:
        assert Visitor(here.url).result("sentiment", f"a {SECRET} day")["label"]
        ended(spans)
    assert spans.path("wait") == ["wait", "request"]
    assert spans.path("SentimentReader.stream")[-2:] == ["run", "request"]
    request = spans.one("request")
    assert dict(request.attributes or {}) == {"endpoint": "sentiment", "outcome": "done"}
    assert spans.lasts("wait") + spans.lasts("run") <= spans.lasts("request")
    assert SECRET not in spans.text()


def test_a_trace_goes_on_in_the_replica(there: Serving) -> None:
    """The page's span comes with the call, so that the replica's work is in the same trace."""
    with traced() as spans:
        assert Visitor(there.url).result("sentiment", f"a {SECRET} day")["label"]
        ended(spans)
    assert spans.path("replica")[-2:] == ["run", "request"]
    [sent, computed] = sorted(
        (span for span in spans.spans if span.name == "SentimentReader.stream"), key=lambda span: span.start_time or 0
    )
    [replica] = [span for span in spans.spans if span.name == "replica"]
    assert parent(replica) == identity(sent)
    assert parent(computed) == identity(replica)
    assert dict(replica.attributes or {}) == {"replica": "one"}
    assert SECRET not in spans.text()


@pytest.mark.parametrize("where", ["here", "there"])
def test_an_error_has_its_kind_and_no_words(where: str, machine: Machine, request: pytest.FixtureRequest) -> None:
    """They may quote a visitor."""
    serving: Serving = request.getfixturevalue(where)
    Visitor(serving.url).result("sentiment", "fine")
    machine.fails.append(ZeroDivisionError(SECRET))
    with traced() as spans:
        assert Visitor(serving.url).run("sentiment", "fine")[-1][0] == "error"
        ended(spans)
    failed = spans.one("request")
    assert (failed.attributes or {})["outcome"] == "failed"
    assert not failed.status.is_ok
    assert "ZeroDivisionError" in spans.text()
    assert SECRET not in spans.text()


def test_a_stream_that_is_closed_is_no_error(machine: Machine, there: Serving) -> None:
    """Stop ends the spans on both sides."""
    with traced() as spans:
        visitor = Visitor(there.url)
        event = visitor.begin("chat", "hello", [], "", 64, 0)
        with visitor.listening("chat", event) as messages:
            next(message for message in messages if message[0] == "generating")
            machine.open.clear()
            assert visitor.cancel("chat", event, event).status_code == 200
        machine.open.set()
        ended(spans)
        wait_until(lambda: any(span.name == "replica" for span in spans.spans))
    assert (spans.one("request").attributes or {})["outcome"] == "stopped"
    assert all(span.status.status_code is not StatusCode.ERROR for span in spans.spans)


def test_spans_go_where_the_variables_say() -> None:
    """Also those of the last seconds of a process, under the name that the variables give it."""
    with collector() as collected:
        environment = os.environ | {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collected.url,
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=school",
        }
        code = "from server import traces; traces.begin('glassbox'); from models.runtime import tracing as t"
        code += "\nwith t.span('one'): pass"
        for name in ("glassbox", "another"):
            more = {} if name == "glassbox" else {"OTEL_SERVICE_NAME": name}
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment | more, check=True)
    [sent, renamed] = [request.resource_spans[0] for request in collected.taken]
    assert sent.scope_spans[0].spans[0].name == "one"
    attributes = [{each.key: each.value.string_value for each in one.resource.attributes} for one in (sent, renamed)]
    assert [each["service.name"] for each in attributes] == ["glassbox", "another"]
    assert attributes[0]["deployment.environment.name"] == "school"


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is served; and nothing is needed where no traces are asked for."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert serving.obstacle(Settings(traces=True)) == tracing.NEEDED
    assert serving.obstacle(Settings()) == ""
