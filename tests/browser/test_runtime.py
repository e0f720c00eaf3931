"""The Runtime tab in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
TITLES = ("Sentiment", "Runtime")


def test_runtime_shows_the_budget(page: Page) -> None:
    """The tab says how much memory is in use of how much."""
    page.get_by_role("tab", name="Runtime").click()
    expect(page.locator("#runtime-status")).to_contain_text(re.compile(r"of 3,000 MB in use"))


def test_unload_frees_what_another_tab_loaded(page: Page) -> None:
    """A model that answered is listed; the button takes it out of memory."""
    page.get_by_role("tab", name="Sentiment").click()
    page.get_by_role("tabpanel").filter(visible=True).get_by_text("Negation", exact=True).click()
    expect(page.locator("#sentiment-status")).to_contain_text("MiniLM-sentiment", timeout=60_000)
    page.get_by_role("tab", name="Runtime").click()
    page.locator("#runtime-refresh").click()
    expect(page.locator("#runtime-models")).to_contain_text("MiniLM-sentiment")
    page.locator("#runtime-unload").click()
    expect(page.locator("#runtime-status")).to_contain_text(re.compile(r"(^|\s)0 of 3,000 MB"))
