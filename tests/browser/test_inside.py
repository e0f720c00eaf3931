"""Each view inside the models: near, readable in both themes, and no wider than a phone."""

from collections.abc import Callable, Iterator

import gradio as gr
import pytest
from playwright.sync_api import Page

import app
from demos.page import build as glassbox
from models.runtime.cache import ModelCache
from tests.browser.conftest import SMALL
from tests.browser.inside import VIEWS, View, show
from tests.browser.tabs import titled
from tests.browser.test_accessibility import faults, faults_in_both_themes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
MOST_CLICKS = 3


@pytest.fixture(scope="module")
def opened(real_cache: ModelCache) -> Iterator[Callable[[str], str]]:
    """The address of a page with the tab of this title, which opens on a result, as a visitor finds it."""
    pages: dict[str, tuple[gr.Blocks, str]] = {}

    def address(title: str) -> str:
        if title not in pages:
            demo = app.build(real_cache, titled(title), SMALL)
            launched = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
            pages[title] = demo, launched[1]
        return pages[title][1]

    yield address
    for demo, _ in pages.values():
        demo.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_is_near_and_readable(blank: Page, opened: Callable[[str], str], view: View) -> None:
    """Within three clicks of the first screen, without a grave fault in either theme, and no wider than a phone."""
    page = blank
    assert view.clicks <= MOST_CLICKS
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{opened(view.tab)}?__theme=light")
    show(page, view)
    assert faults_in_both_themes(page, view.part) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert faults(page, view.part) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if view.wide:
        assert page.locator(view.wide).evaluate("node => node.offsetWidth") > 100


def test_the_words_of_a_picture_are_readable_on_a_phone(blank: Page, opened: Callable[[str], str]) -> None:
    """The deletion curves are drawn for the width there is, so that their words are about as large as elsewhere."""
    page = blank
    page.set_viewport_size({"width": 390, "height": 844})
    view = next(view for view in VIEWS if view.name == "which measure to trust")
    page.goto(f"{opened(view.tab)}?__theme=light")
    show(page, view)
    shrunk = "each => each.getBoundingClientRect().width / each.viewBox.baseVal.width"
    assert page.locator("#attention-faithfulness svg").first.evaluate(shrunk) > 0.85


def test_an_edit_stands_in_no_frame(blank: Page, opened: Callable[[str], str]) -> None:
    """Its table has lines between the rows alone, not those of Gradio's tables around it."""
    page = blank
    view = next(view for view in VIEWS if view.name == "smallest edit of a sentiment")
    page.goto(f"{opened(view.tab)}?__theme=light")
    show(page, view)
    table = page.locator("#sentiment-flip .edit-table")
    sides = "all => all.map(each => getComputedStyle(each).borderLeftWidth)"
    assert set(table.locator("xpath=descendant-or-self::*[not(self::span)]").evaluate_all(sides)) == {"0px"}
