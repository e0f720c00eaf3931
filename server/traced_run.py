"""The spans of a request of the page, from its arrival to its last result."""

from contextlib import AbstractContextManager

from models.runtime import tracing


class TracedRun:
    """A request to `endpoint` that arrived `ago` seconds ago, waited until now, and runs.

    Its span is `request`; within are `wait` and `run`, and in this those of the adapters.
    """

    def __init__(self, endpoint: str, ago: float) -> None:
        self._request = tracing.start("request", ago, endpoint=endpoint)
        with self._request.active():
            tracing.start("wait", ago).end()
            self._run = tracing.start("run")

    def active(self) -> AbstractContextManager[object]:
        """Be the parent of what begins in the block."""
        return self._run.active()

    def end(self, outcome: str) -> None:
        """End now, with the outcome that the metrics have."""
        error = outcome if outcome == "failed" else ""
        self._run.end(error)
        self._request.note("outcome", outcome)
        self._request.end(error)
