"""Who looks at the page."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from gradio.context import LocalContext


@pytest.fixture
def chinese_visitor() -> Iterator[None]:
    """An event of a visitor who reads Chinese is running."""
    asking = LocalContext.request.set(SimpleNamespace(headers={"accept-language": "zh-CN"}))  # type: ignore[arg-type]
    yield
    LocalContext.request.reset(asking)
