"""Who looks at the page."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def chinese_visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of a visitor who reads Chinese is running."""
    asking = SimpleNamespace(headers={"accept-language": "zh-CN"})
    monkeypatch.setattr("demos.words.running_request", lambda: asking)
