"""Spans that are kept in memory, and a collector that they are sent to."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from models.runtime import tracing
from server.traces import OpenTelemetry


class Traced:
    """The spans that have ended."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> list[ReadableSpan]:
        """In the order of their ends."""
        return list(self.exporter.get_finished_spans())

    def one(self, name: str) -> ReadableSpan:
        """The only span of that name."""
        [found] = [span for span in self.spans if span.name == name]
        return found

    def path(self, name: str) -> list[str]:
        """The name of that span, of its parent, and so on; of several, the last to end."""
        by_id = {span.context.span_id: span for span in self.spans if span.context}
        span, found = next(span for span in reversed(self.spans) if span.name == name), [name]
        while span.parent:
            span = by_id[span.parent.span_id]
            found.append(span.name)
        return found

    def lasts(self, name: str) -> int:
        """How many nanoseconds that span took."""
        span = self.one(name)
        assert span.start_time
        assert span.end_time
        return span.end_time - span.start_time

    def text(self) -> str:
        """All that would be sent of them."""
        return "".join(span.to_json() for span in self.spans)


@contextlib.contextmanager
def traced() -> Iterator[Traced]:
    """Keep the spans of this process within the block."""
    found = Traced()
    tracing.use(OpenTelemetry(found.provider))
    try:
        yield found
    finally:
        tracing.use(tracing.NOTHING)


def identity(span: ReadableSpan) -> int:
    """The id of a span."""
    assert span.context
    return int(span.context.span_id)


def parent(span: ReadableSpan) -> int:
    """The id of the span above it."""
    assert span.parent
    return int(span.parent.span_id)


@dataclass
class Collected:
    """What was sent to the collector at `url`."""

    url: str
    taken: list[ExportTraceServiceRequest] = field(default_factory=list)


@contextlib.contextmanager
def collector() -> Iterator[Collected]:
    """Take spans, as OpenTelemetry's own collector does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collected.taken.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collected = Collected(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield collected
        finally:
            server.shutdown()
