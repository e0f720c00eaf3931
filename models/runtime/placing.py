"""Runs the methods of adapters that compute where their cache says: in this process, or elsewhere."""

import functools
import inspect
from collections.abc import Callable, Generator, Iterator
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from models.runtime import tracing
from models.runtime.cache import ModelCache
from models.runtime.progress import Report, ignore

P = ParamSpec("P")
T = TypeVar("T")
# Every decorated method by its name: what may be called from another machine, and nothing else.
METHODS: dict[str, Callable[..., Any]] = {}


class HasCache(Protocol):
    """An adapter that leases its models from a cache."""

    @property
    def cache(self) -> ModelCache:
        """The cache of its models."""


A = TypeVar("A", bound=HasCache)


def placed(method: Callable[Concatenate[A, P], T]) -> Callable[Concatenate[A, P], T]:
    """Decorate a method that leases a model and returns one result. It has named parameters only."""
    send = _sender(method)

    @functools.wraps(method)
    def anywhere(adapter: A, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with tracing.span(method.__qualname__):
            if adapter.cache.elsewhere is None:
                return method(adapter, *args, **kwargs)
            [result] = send(adapter, args, kwargs)
            return result  # type: ignore[no-any-return]

    return _known(anywhere)


def placed_stream(
    method: Callable[Concatenate[A, P], Iterator[T]],
) -> Callable[Concatenate[A, P], Generator[T, None, None]]:
    """Decorate a method that leases a model and yields results. It has named parameters only."""
    send = _sender(method)

    @functools.wraps(method)
    def anywhere(adapter: A, /, *args: P.args, **kwargs: P.kwargs) -> Generator[T, None, None]:
        local = adapter.cache.elsewhere is None
        results = method(adapter, *args, **kwargs) if local else send(adapter, args, kwargs)
        yield from tracing.stream(method.__qualname__, results)

    return _known(anywhere)


def name_of(method: Callable[..., Any]) -> str:
    """What `METHODS` calls a method: its module, and its name there."""
    return f"{method.__module__}:{method.__qualname__}"


C = TypeVar("C", bound=Callable[..., Any])


def _known(method: C) -> C:
    METHODS[name_of(method)] = method
    return method


def _sender(method: Callable[..., Any]) -> Callable[[Any, Any, Any], Iterator[Any]]:
    signature = inspect.signature(method)
    myself = next(iter(signature.parameters))

    def send(adapter: HasCache, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
        assert adapter.cache.elsewhere is not None
        arguments = signature.bind(adapter, *args, **kwargs).arguments
        del arguments[myself]
        report: Report = arguments.pop("report", ignore)
        return adapter.cache.elsewhere.stream(adapter, name_of(method), arguments, report)

    return send
