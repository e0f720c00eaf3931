"""Retries a computation that ran out of memory after evicting idle models."""

import functools
from collections.abc import Callable, Generator, Iterator
from typing import Concatenate, ParamSpec, TypeVar

from models.runtime.cache import BudgetError
from models.runtime.placing import HasCache, placed_stream

P = ParamSpec("P")
T = TypeVar("T")
# Messages of the CPU allocators, which raise a plain RuntimeError.
MESSAGES = ("can't allocate memory", "not enough memory", "bad_alloc", "out of memory")


A = TypeVar("A", bound=HasCache)


def out_of_memory(error: BaseException) -> bool:
    """Whether `error` means that the device or the machine is out of memory; a BudgetError does not."""
    if isinstance(error, MemoryError):
        return not isinstance(error, BudgetError)
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in MESSAGES)


def retried(stream: Callable[Concatenate[A, P], Iterator[T]]) -> Callable[Concatenate[A, P], Generator[T, None, None]]:
    """Decorate a streaming method so that it starts over once, if memory runs out and idle models can be evicted.

    It runs where the adapter's cache says, see `placed_stream`. Each result of a stream replaces the one before, so
    starting over is safe. Raises MemoryError if memory runs out again.
    """

    @placed_stream
    @functools.wraps(stream)
    def once_more(adapter: A, /, *args: P.args, **kwargs: P.kwargs) -> Generator[T, None, None]:
        try:
            yield from stream(adapter, *args, **kwargs)
            return
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
        # Outside the handler, so that the error and the tensors in its frames are released.
        if adapter.cache.unload() == 0:
            raise MemoryError("Memory ran out, and no idle model could make room.")
        try:
            yield from stream(adapter, *args, **kwargs)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            raise MemoryError("Memory ran out again after all idle models had made room.") from error

    return once_more
