"""The interface of a place that computes in place of this process: replicas of the models on other machines."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from models.runtime.cache_status import CacheStatus
from models.runtime.progress import Report


class Elsewhere(Protocol):
    """Runs the methods of adapters that `models.runtime.placing` decorates."""

    def stream(self, adapter: object, method: str, arguments: Mapping[str, Any], report: Report) -> Iterator[Any]:
        """The results of `method` of `adapter` as they come; closing the iterator ends the work there."""

    def status(self) -> CacheStatus:
        """The models in memory there, as far as it is known here."""
