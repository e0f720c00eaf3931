"""The tour: where the focus goes, what ends it, and what does not stand beside it. `test_openings.py` walks it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

import app
from demos.page import build as glassbox
from tests import tiny
from tests.browser.tabs import titled

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of the app on tiny models."""
    demo = app.build(tiny.cache(), titled("Question answering", "Attention"), openings=False)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    yield address.rstrip("/")
    demo.close()


def test_it_gives_the_focus_back(page: Page) -> None:
    """To the button that starts it."""
    start, tour = page.locator("#tour-start"), page.get_by_role("dialog", name="A tour of a minute")
    start.press("Enter")
    expect(tour.get_by_role("button", name="Next")).to_be_focused()
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    expect(start).to_be_focused()


def test_nothing_lights_up_once_it_is_left(page: Page) -> None:
    """Though what its step is about comes only then."""
    late = page.add_style_tag(content="#answer-question { display: none !important }")
    page.locator("#tour-start").click()
    expect(page.locator("#tour")).to_be_visible()
    page.keyboard.press("Escape")
    late.evaluate("node => node.remove()")
    page.wait_for_timeout(500)
    assert page.locator(".tour-lit").count() == 0
    assert page.locator("#tour").count() == 0


def test_it_and_the_lessons_take_turns(page: Page) -> None:
    """They stand at the same edge: each closes the other."""
    lessons, tour = page.get_by_role("complementary", name="Lessons"), page.locator("#tour")
    page.locator("#lessons-start").click()
    expect(lessons).to_be_visible()
    page.locator("#tour-start").click()
    expect(lessons).to_have_count(0)
    expect(tour).to_be_visible()
    page.locator("#lessons-start").click()
    expect(lessons).to_be_visible()
    expect(tour).to_have_count(0)
