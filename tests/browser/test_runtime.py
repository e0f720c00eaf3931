"""The Runtime tab in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_runtime_shows_the_budget(page: Page) -> None:
    """The tab says how much memory is in use of how much."""
    page.get_by_role("tab", name="Runtime").click()
    expect(page.locator("#runtime-status")).to_contain_text(re.compile(r"of 2,000 MB in use"))
