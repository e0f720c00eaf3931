"""One copy of each model in memory, shared by all visitors, within a byte budget.

Longer than other modules, since one lock guards all of the cache's state.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from models.runtime.cache_status import CacheStatus, ModelStatus
from models.runtime.elsewhere import Elsewhere
from models.runtime.progress import MEGABYTE, Report, Stage, ignore
from models.runtime.spec import ModelSpec

# How often, in seconds, a waiting caller checks whether it was cancelled.
PATIENCE = 0.25


class BudgetError(MemoryError):
    """A model does not fit into the cache's byte budget."""


@dataclass(frozen=True)
class Loaded:
    """A model in memory; `nbytes` counts its parameters, buffers and prefix cache.

    `engine` is the name of the engine that runs it. `notes` describe anything unusual about where it runs.
    """

    model: Any
    tokenizer: Any
    device: str
    dtype: str
    nbytes: int
    engine: str = "torch"
    notes: tuple[str, ...] = ()


@dataclass
class _Entry:
    nbytes: int
    stage: Stage
    loaded: Loaded | None = None
    error: Exception | None = None
    leases: int = 0
    used: float = 0.0


def declared(spec: ModelSpec, report: Report) -> int:
    """The memory size in bytes that `spec` declares."""
    return spec.nbytes


@dataclass
class ModelCache:
    """Loads models on demand and evicts the least recently used before a load, never one that is leased.

    `needs` returns how many bytes a model will take, downloading it first if the spec does not declare its size. A
    thread must not hold two leases at a time: two such threads could deadlock. Where there is an `elsewhere`, adapters
    compute there, and this cache holds no model.
    """

    load: Callable[[ModelSpec, Report], Loaded]
    budget: int
    clock: Callable[[], float] = time.monotonic
    needs: Callable[[ModelSpec, Report], int] = declared
    elsewhere: Elsewhere | None = None
    _entries: dict[ModelSpec, _Entry] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _loads: Counter[ModelSpec] = field(default_factory=Counter)
    _hits: Counter[ModelSpec] = field(default_factory=Counter)
    _sizes: dict[ModelSpec, int] = field(default_factory=dict)
    _evictions: int = 0

    @contextmanager
    def lease(self, spec: ModelSpec, report: Report = ignore) -> Iterator[Loaded]:
        """Hold the model of `spec` in memory for the `with` block, loading it first if necessary.

        Concurrent callers share one load and its progress. An exception raised by `report` ends the wait of that
        caller only; the load continues for the others. Raises the error of a failed load (a later call tries again),
        or BudgetError if the model is larger than the whole budget.
        """
        entry = self._acquire(spec, report)
        try:
            assert entry.loaded is not None
            yield entry.loaded
        finally:
            with self._changed:
                entry.leases -= 1
                entry.used = self.clock()
                self._changed.notify_all()

    def unload(self) -> int:
        """Evict every model without a lease and return the number of bytes freed."""
        with self._changed:
            before = self._used()
            for spec in self._idle():
                self._evict(spec)
            self._changed.notify_all()
            return before - self._used()

    def size(self, spec: ModelSpec) -> int:
        """The memory size of `spec` in bytes, 0 while it is unknown."""
        with self._changed:
            return self._sizes.get(spec, spec.nbytes)

    def status(self) -> CacheStatus:
        """The models in memory, and the counts since the start."""
        if self.elsewhere is not None:
            return self.elsewhere.status()
        with self._changed:
            now = self.clock()
            models = tuple(self._model_status(spec, now) for spec in sorted(self._loads, key=lambda s: s.label))
            return CacheStatus(
                budget_bytes=self.budget,
                used_bytes=self._used(),
                models=models,
                hits=self._hits.total(),
                misses=self._loads.total(),
                evictions=self._evictions,
            )

    def _model_status(self, spec: ModelSpec, now: float) -> ModelStatus:
        entry = self._entries.get(spec)
        loaded = entry.loaded if entry else None
        return ModelStatus(
            name=spec.name,
            variant=spec.variant,
            device=loaded.device if loaded else "",
            engine=loaded.engine if loaded else "",
            dtype=loaded.dtype if loaded else "",
            nbytes=loaded.nbytes if loaded else 0,
            loads=self._loads[spec],
            hits=self._hits[spec],
            leases=entry.leases if entry else 0,
            idle=now - entry.used if entry and loaded else None,
            notes=loaded.notes if loaded else (),
        )

    def _acquire(self, spec: ModelSpec, report: Report) -> _Entry:
        with self._changed:
            while spec not in self._entries and not self._make_room(spec, spec.nbytes):
                report(Stage("Waiting for", f"memory for {spec.name}"))
                self._changed.wait(PATIENCE)
            if spec in self._entries:
                entry = self._join(self._entries[spec], report)
                self._hits[spec] += 1
                return entry
            entry = self._entries[spec] = _Entry(spec.nbytes, Stage("Loading", spec.name))
            # In a separate thread, so that the load continues for the others if the first caller is cancelled.
            threading.Thread(target=self._fill, args=(spec, entry), name=f"load {spec.name}", daemon=True).start()
            return self._join(entry, report)

    def _make_room(self, spec: ModelSpec, nbytes: int) -> bool:
        """Evict until `spec` fits beside the rest, so that memory never holds more than the budget."""
        if nbytes > self.budget:
            raise BudgetError(
                f"{spec.name} needs {nbytes / MEGABYTE:.0f} MB, the memory budget is "
                f"{self.budget / MEGABYTE:.0f} MB: start with a larger --memory."
            )
        for idle in self._idle():
            if self._used() + nbytes <= self.budget:
                break
            self._evict(idle)
        return self._used() + nbytes <= self.budget

    def _reserve(self, spec: ModelSpec, entry: _Entry, report: Report) -> None:
        """Make room for a model whose size is only known from its files."""
        if not spec.nbytes:
            nbytes = self.needs(spec, report)
            report(Stage("Waiting for", f"memory for {spec.name}"))
            with self._changed:
                while not self._make_room(spec, nbytes):
                    self._changed.wait(PATIENCE)
                entry.nbytes = nbytes

    def _join(self, entry: _Entry, report: Report) -> _Entry:
        """Lease an entry that is loaded or being loaded."""
        entry.leases += 1
        try:
            while entry.loaded is None and entry.error is None:
                report(entry.stage)
                self._changed.wait(PATIENCE)
            if entry.error is not None:
                raise entry.error
        except BaseException:
            entry.leases -= 1
            raise
        entry.used = self.clock()
        return entry

    def _fill(self, spec: ModelSpec, entry: _Entry) -> None:
        def publish(stage: Stage) -> None:
            with self._changed:
                entry.stage = stage
                self._changed.notify_all()

        try:
            self._reserve(spec, entry, publish)
            loaded = self._load_with_room(spec, publish)
        except BaseException as error:
            with self._changed:
                entry.error = error if isinstance(error, Exception) else RuntimeError("The load was broken off.")
                del self._entries[spec]
                self._changed.notify_all()
            return
        with self._changed:
            self._loads[spec] += 1
            self._sizes[spec] = loaded.nbytes
            entry.loaded, entry.nbytes, entry.used = loaded, loaded.nbytes, self.clock()
            self._changed.notify_all()

    def _load_with_room(self, spec: ModelSpec, report: Report) -> Loaded:
        """Load; if memory runs out, evict all idle models and try once more."""
        try:
            return self.load(spec, report)
        except MemoryError:
            if self.unload() == 0:
                raise
        return self.load(spec, report)

    def _used(self) -> int:
        return sum(entry.nbytes for entry in self._entries.values())

    def _idle(self) -> list[ModelSpec]:
        ready = [(e.used, s) for s, e in self._entries.items() if e.loaded is not None and e.leases == 0]
        return [spec for _, spec in sorted(ready, key=lambda pair: pair[0])]

    def _evict(self, spec: ModelSpec) -> None:
        del self._entries[spec]
        self._evictions += 1
