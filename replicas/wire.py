"""What goes between a page and a replica: pickles of a few kinds of objects, in frames.

A pickle can name any function of any module; these name classes of `models` that only hold data, or are errors, and
numpy's arrays. All else is refused, on both sides.
"""

import dataclasses
import enum
import importlib
import io
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.runtime.cache import ModelCache
from models.runtime.cache_status import CacheStatus
from models.runtime.progress import Stage

CACHE = "cache"
# Each frame is its length in so many bytes, and a pickle.
HEADER = 4
OTHERS = {
    ("builtins", name) for name in ("set", "frozenset", "bytearray", "complex", "range", "slice", "MemoryError")
} | {
    ("collections", "OrderedDict"),
    ("pathlib", "PosixPath"),
    ("pathlib", "PurePosixPath"),
    ("pathlib._local", "PosixPath"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
}


class Failed(RuntimeError):
    """An unexpected error; the replica's log has all of it."""


@dataclass(frozen=True)
class Call:
    """`method` of `adapter`, by its name in `models.runtime.placing.METHODS`, with `arguments` but for the report."""

    adapter: Any
    method: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """An error: its class, arguments and attributes. A call ends with it."""

    kind: type[Exception]
    args: tuple[Any, ...]
    state: Mapping[str, Any]

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        """`error` itself where its class can be sent, else what it says as a Failed."""
        if _is_ours(type(error)) or isinstance(error, MemoryError):
            return cls(type(error) if _is_ours(type(error)) else MemoryError, error.args, vars(error))
        return cls(Failed, (f"{type(error).__name__}: {error}",), {})

    def error(self) -> Exception:
        """The error. Its constructor may want other arguments than it kept, and is not called."""
        error = self.kind.__new__(self.kind, *self.args)
        error.__dict__.update(self.state)
        return error


@dataclass(frozen=True)
class Result:
    """One result of a `Call`."""

    value: Any


@dataclass(frozen=True)
class Beat:
    """A sign that the work goes on."""


@dataclass(frozen=True)
class Done:
    """The end of a `Call`, and what the replica of that name has in memory."""

    replica: str
    status: CacheStatus


Frame = Stage | Result | Failure | Beat | Done


class Unreadable(ValueError):
    """What came is not what this version sends."""


def packed(value: object) -> bytes:
    """The pickle of `value`, in which every cache is the receiver's own."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(value)
    return buffer.getvalue()


def unpacked(data: bytes, cache: ModelCache) -> Any:
    """What `packed` made `data` of, over `cache`. Raises Unreadable."""
    try:
        return _Unpickler(io.BytesIO(data), cache).load()
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"This cannot be read: {error}") from error


def framed(frame: Frame) -> bytes:
    """One frame of a reply."""
    data = packed(frame)
    return len(data).to_bytes(HEADER, "big") + data


class Frames:
    """Cuts the bytes of a reply into its frames, however they arrive."""

    def __init__(self, cache: ModelCache) -> None:
        self._cache = cache
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole now. Raises Unreadable."""
        self._rest += data
        while len(self._rest) >= HEADER:
            end = HEADER + int.from_bytes(self._rest[:HEADER], "big")
            if len(self._rest) < end:
                return
            frame = bytes(self._rest[HEADER:end])
            del self._rest[:end]
            yield unpacked(frame, self._cache)


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> str | None:
        return CACHE if isinstance(value, ModelCache) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, cache: ModelCache) -> None:
        super().__init__(file)
        self._cache = cache

    def persistent_load(self, pid: Any) -> ModelCache:
        if pid != CACHE:
            raise Unreadable(f"This names {pid!r}, which is unknown.")
        return self._cache

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in OTHERS:
            return super().find_class(module, name)
        if module.startswith("models.") or module == __name__:
            importlib.import_module(module)
            found = super().find_class(module, name)
            if _is_ours(found):
                return found
        raise Unreadable(f"This names {module}.{name}, which is not sent.")


def _is_ours(kind: Any) -> bool:
    """Whether `kind` is a class of ours that holds data alone, or an error."""
    if not isinstance(kind, type) or not kind.__module__.startswith(("models.", __name__)):
        return False
    return dataclasses.is_dataclass(kind) or issubclass(kind, enum.Enum | Exception)
