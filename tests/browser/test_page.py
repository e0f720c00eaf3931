"""The page around the tabs, in a browser."""

import pytest
from playwright.sync_api import Page, expect

import app

pytestmark = pytest.mark.browser


def test_a_text_is_translated_without_a_walk_past_the_translation(page: Page) -> None:
    """On a phone, where the columns stand below each other, the button comes between them."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("tab", name="Translation", exact=True).click()
    names = ("#translation-text", "#translation-run", "#translation-output")
    boxes = [page.locator(name).bounding_box() for name in names]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == len(names)
    assert tops == sorted(tops)


def test_what_stands_in_one_line_is_aligned(page: Page) -> None:
    """The buttons with the first line of examples, and with the field that they send."""
    page.get_by_role("tab", name="Attention", exact=True).click()
    example = page.locator("#attention-examples button").first
    run, beside = (each.bounding_box() for each in (page.locator("#attention-run"), example))
    assert run
    assert beside
    assert abs(run["y"] - beside["y"]) <= 4
    page.get_by_role("tab", name="Chat", exact=True).click()
    send, field = (page.locator(name).bounding_box() for name in ("#chat-send", "#chat-message textarea"))
    assert send
    assert field
    assert abs(send["height"] - field["height"]) <= 2
    assert abs(send["y"] - field["y"]) <= 2


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
