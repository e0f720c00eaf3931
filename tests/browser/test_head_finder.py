"""The head finder in the attention view: the list, and where a click goes."""

import pytest
from playwright.sync_api import Browser, expect

from demos.attention import finder
from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM
from models.explain.attention import Attender
from models.explain.heads.habits import HABITS
from models.runtime.cache import ModelCache
from tests.browser.alone import alone

pytestmark = pytest.mark.browser


def test_a_click_goes_to_the_head(browser: Browser, tiny_cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """By keyboard too, on a phone; a model that was not measured says so."""
    scores = [[0.1, 0.2, 0.9, 0.1], [0.5, 0.1, 0.1, 0.1]]
    monkeypatch.setattr(finder, "kept", lambda: {MINILM.name: {"scores": dict.fromkeys(HABITS, scores)}})
    with alone(browser, Attender(tiny_cache, (MINILM, ENGLISH_PORTUGUESE)), width=390) as view:
        view.show("ab cd ef ab")
        view.open("heads")
        view.page.locator(".av-finder summary").click()
        heads = view.page.locator(".av-finder li").first.get_by_role("button")
        expect(heads).to_have_text(["1.3", "2.1"])
        # A head and its score are not torn apart at the end of a line.
        expect(view.page.locator(".av-finder li span").first).to_have_css("white-space", "nowrap")
        heads.first.focus()
        view.page.keyboard.press("Enter")
        place = view.page.locator(".av")
        expect(place).to_have_attribute("data-layer", "0")
        expect(place).to_have_attribute("data-head", "2")
        expect(heads.first).to_be_focused()
        expect(heads.first).to_have_attribute("aria-current", "true")
        expect(heads.first).to_have_accessible_name("Layer 1, head 3: look at the token before, 90%")
        expect(view.page.locator("[data-view=matrix]")).to_have_attribute("aria-pressed", "true")
        assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        view.show("ab cd ef ab", model=f"{ENGLISH_PORTUGUESE.name} encoder")
        expect(view.page.locator(".av-finder")).to_contain_text("were not measured beforehand")
