"""Spans of what a request does, for a tracer that the server may have; without one they do nothing.

A span has a name and times, and no text of a visitor: neither inputs nor results, nor the words of an error.
"""

import importlib.util
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol, TypeVar

from models.runtime.progress import Stopped

T = TypeVar("T")


class Span(Protocol):
    """A stretch of time with a name."""

    def active(self) -> AbstractContextManager[object]:
        """Be the parent of the spans that begin in the block, and in tasks and threads that copy its context."""

    def note(self, name: str, value: str) -> None:
        """Set an attribute."""

    def end(self, error: str = "") -> None:
        """End it now; `error` is the kind of error that it ended with."""


class Tracer(Protocol):
    """Makes spans, and sends them somewhere."""

    def start(self, name: str, attributes: Mapping[str, str], ago: float, headers: Mapping[str, str] | None) -> Span:
        """A span that began `ago` seconds ago; its parent is in `headers` of another process, or else is active."""

    def headers(self) -> dict[str, str]:
        """The active span as headers of a request, for another process."""


class _Nothing:
    """A tracer that makes no spans, and a span of it."""

    def start(self, name: str, attributes: Mapping[str, str], ago: float, headers: Mapping[str, str] | None) -> Span:
        return self

    def headers(self) -> dict[str, str]:
        return {}

    def active(self) -> AbstractContextManager[object]:
        return nullcontext()

    def note(self, name: str, value: str) -> None:
        pass

    def end(self, error: str = "") -> None:
        pass


NEEDED = "--traces needs OpenTelemetry: python -m pip install -r requirements-traces.txt"
NOTHING = _Nothing()
_tracer: Tracer = NOTHING


def use(tracer: Tracer) -> None:
    """Let `tracer` make the spans of this process from now on."""
    global _tracer
    _tracer = tracer


def can_be_sent() -> bool:
    """Whether the packages are installed that send traces."""
    try:
        return importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


def headers() -> dict[str, str]:
    """The active span as headers of a request, for another process."""
    return _tracer.headers()


def start(name: str, ago: float = 0.0, **attributes: str) -> Span:
    """A span below the active one that began `ago` seconds ago. It must be ended."""
    return _tracer.start(name, attributes, ago, None)


@contextmanager
def span(name: str, headers: Mapping[str, str] | None = None, **attributes: str) -> Iterator[None]:
    """A span that is active in the block, below the active one or the one in `headers`."""
    with _ended(_tracer.start(name, attributes, 0.0, headers)) as begun, begun.active():
        yield


def stream(name: str, results: Iterator[T]) -> Generator[T, None, None]:
    """`results` with a span from the first step to the last, which is active in each, whatever thread it runs in."""
    if _tracer is NOTHING:
        yield from results
        return
    with _ended(_tracer.start(name, {}, 0.0, None)) as begun:
        try:
            while True:
                with begun.active():
                    try:
                        result = next(results)
                    except StopIteration:
                        return
                yield result
        finally:
            if isinstance(results, Generator):
                results.close()


@contextmanager
def _ended(begun: Span) -> Iterator[Span]:
    try:
        yield begun
    except (GeneratorExit, Stopped):
        begun.note("outcome", "stopped")
        begun.end()
        raise
    except BaseException as error:
        begun.end(type(error).__name__)
        raise
    else:
        begun.end()
