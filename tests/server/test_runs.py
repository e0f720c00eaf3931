"""Requests while they run: what they freed is given back now and then."""

from unittest.mock import Mock

import pytest

from server import runs
from server.gradio_compat.line import Line
from server.metrics import Metrics
from server.runs import TRIM_EVERY, Runs
from tests.faults.machine import wait_until
from tests.loops import run_apart


def test_memory_is_given_back_after_some_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each `TRIM_EVERY`, also of those that failed, and not after each one."""
    trimmed: list[bool] = []
    monkeypatch.setattr(runs, "trim", lambda: trimmed.append(True))
    kept = Runs(Mock(Line, wanted=lambda event: True, scope=lambda event: {}), Mock(Metrics), deadline=0)

    async def fine() -> str:
        return "done"

    async def wrong() -> str:
        raise ValueError("no")

    async def some() -> None:
        for number in range(2 * TRIM_EVERY):
            if number % 2:
                assert await kept.bounded(fine, "fine")() == "done"
            else:
                with pytest.raises(ValueError, match="no"):
                    await kept.bounded(wrong, "wrong")()

    run_apart(some())
    wait_until(lambda: len(trimmed) == 2, 10)
