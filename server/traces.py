"""Traces with OpenTelemetry, whose own variables say where they go: OTEL_EXPORTER_OTLP_ENDPOINT and others.

Its provider is not registered for the whole process: FastAPI would then add spans with the addresses of requests, which
have the names of visitors' files.
"""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from models.runtime import tracing

SERVICE = "service.name"


def begin(service: str) -> None:
    """Send the spans of this process as those of `service`, unless the variables name it otherwise."""
    named = Resource.create({SERVICE: service}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracing.use(OpenTelemetry(provider))


class OpenTelemetry:
    """A `models.runtime.tracing.Tracer` of OpenTelemetry."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("glassbox")

    def start(self, name: str, attributes: Mapping[str, str], ago: float, headers: Mapping[str, str] | None) -> "_Span":
        """A span; see `models.runtime.tracing.Tracer`."""
        parent = None if headers is None else propagate.extract(headers)
        began = time.time_ns() - round(ago * 1e9)
        return _Span(self._tracer.start_span(name, parent, attributes=attributes, start_time=began))

    def headers(self) -> dict[str, str]:
        """The active span as headers."""
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        return carrier


class _Span:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def active(self) -> AbstractContextManager[object]:
        # An error is noted at the end, without its message, which may quote a visitor.
        return trace.use_span(self._span, record_exception=False, set_status_on_exception=False)

    def note(self, name: str, value: str) -> None:
        self._span.set_attribute(name, value)

    def end(self, error: str = "") -> None:
        if error:
            self._span.set_attribute("error.type", error)
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()
