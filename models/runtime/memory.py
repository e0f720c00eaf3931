"""What happens when memory runs out while a model works: idle models go, then the work is done once more."""

import functools
from collections.abc import Callable, Generator, Iterator
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from models.runtime.cache import BudgetError, ModelCache

P = ParamSpec("P")
T = TypeVar("T")
# How the CPU allocators say it; they raise a plain RuntimeError.
SAID = ("can't allocate memory", "not enough memory", "bad_alloc", "out of memory")


class HasCache(Protocol):
    """An adapter, which leases its models from a cache."""

    @property
    def cache(self) -> ModelCache:
        """Where its models are."""


A = TypeVar("A", bound=HasCache)


def out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that memory ran out, be it the device's or the machine's; a budget is no memory."""
    if isinstance(error, MemoryError):
        return not isinstance(error, BudgetError)
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in SAID)


def retried(stream: Callable[Concatenate[A, P], Iterator[T]]) -> Callable[Concatenate[A, P], Generator[T, None, None]]:
    """A method whose stream begins again, once, where memory ran out and idle models could make room.

    Every result of a stream tells all there is so far, so a new beginning takes nothing back for good. Raises
    MemoryError where memory runs out again.
    """

    @functools.wraps(stream)
    def once_more(adapter: A, /, *args: P.args, **kwargs: P.kwargs) -> Generator[T, None, None]:
        try:
            yield from stream(adapter, *args, **kwargs)
            return
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
        # Only here, behind the handler, are the error and the tensors in its frames gone.
        if adapter.cache.unload() == 0:
            raise MemoryError("Memory ran out, and no idle model could make room.")
        try:
            yield from stream(adapter, *args, **kwargs)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            raise MemoryError("Memory ran out again after all idle models had made room.") from error

    return once_more
