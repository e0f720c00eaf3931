"""The page around the tabs, in a browser."""

import pytest
from playwright.sync_api import Page, expect

import app

pytestmark = pytest.mark.browser


def test_every_tab_is_in_sight(page: Page) -> None:
    """No tab hides in a menu, and nothing on any tab makes the page scroll sideways."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        for tab in app.TABS:
            button = page.get_by_role("tab", name=tab.title, exact=True)
            expect(button).to_be_in_viewport()
            button.click()
            page.evaluate("() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)))")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (tab.title, width)
