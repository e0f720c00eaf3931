"""The Next word tab in a browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.tabs import open_tab

pytestmark = pytest.mark.browser
PATIENCE = 120_000
HOSTILE = "<img src=x onerror=alert(1)> <b>bold</b> &amp; <|im_end|>\n👩🏽‍🚀 你好"


@pytest.fixture
def tab(page: Page) -> Page:
    """The page with the tab open."""
    open_tab(page, "Next word")
    return page


def write(page: Page, text: str) -> None:
    """Fill the text field."""
    page.locator("#next-text textarea").fill(text)


def tokens(page: Page) -> Locator:
    """All tokens that are shown."""
    return page.locator("#next-view .token")


def done(page: Page) -> None:
    """Wait until nothing runs any more."""
    expect(page.locator("#next-status")).to_contain_text("cpu", timeout=PATIENCE)
    expect(page.locator("button#next-stop")).to_be_disabled(timeout=PATIENCE)


def test_an_example_asks_and_a_candidate_is_taken(tab: Page) -> None:
    """An example runs through its button; a click on a candidate adds it to the text and asks again."""
    tab.get_by_role("button", name="A fact", exact=True).click()
    first = tab.locator("#next-view .token-take").first
    expect(first).to_contain_text("Lisbon", timeout=PATIENCE)
    done(tab)
    first.click()
    expect(tab.locator("#next-text textarea")).to_have_value("The capital of Portugal is Lisbon")
    expect(first).not_to_contain_text("Lisbon", timeout=PATIENCE)
    done(tab)


def test_a_measured_text_is_shown_as_it_was_typed(tab: Page) -> None:
    """Markup and control tokens appear as text, token by token, under the perplexity; a token tells its rank."""
    write(tab, HOSTILE)
    tab.locator("#next-measure").click()
    expect(tab.locator("#next-view .token-title")).to_have_text(re.compile(r"Perplexity [\d,.]+"), timeout=PATIENCE)
    done(tab)
    shown = "".join(tokens(tab).all_text_contents()).replace("↵", "").replace("·", "")
    assert shown == HOSTILE
    assert tab.locator("#next-view img, #next-view b").count() == 0
    tokens(tab).nth(2).click()
    expect(tab.locator("#next-view .token-focus")).to_contain_text(re.compile(r"rank [\d,]+ · [\d.]+ bits"))
    assert tab.locator("#next-view .token-take").count() == 0


def test_an_empty_text_is_refused_at_its_field(tab: Page) -> None:
    """The field says why, and there is nothing to stop."""
    write(tab, "  ")
    tab.locator("#next-ask").click()
    expect(tab.locator("#next-text")).to_contain_text("empty")
    expect(tab.locator("button#next-stop")).to_be_disabled()
