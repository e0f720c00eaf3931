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


def settle_drafts(page: Page, count: int, length: int, seed: int | None) -> None:
    """Set how many drafts are drawn, how long they are, and the seed of the first."""
    if not page.locator("#next-drafts input[type=number]").is_visible():
        page.locator("#next-settings button").first.click()
    values = {"drafts input[type=number]": str(count), "length input[type=number]": str(length)}
    for field, value in (values | {"seed input": "" if seed is None else str(seed)}).items():
        page.locator(f"#next-{field}").fill(value)
        page.locator(f"#next-{field}").press("Tab")


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


def test_drafts_stand_side_by_side_and_a_seed_draws_one_again(tab: Page) -> None:
    """Two drafts under their seeds; the second one's seed, alone, gives the same text; its tokens can be walked."""
    settle_drafts(tab, 2, 8, 41)
    write(tab, "Once upon a time, there was")
    tab.locator("#next-run").click()
    expect(tab.locator("#next-status")).to_contain_text("tokens/s", timeout=PATIENCE)
    done(tab)
    expect(tab.locator("#next-view .token-title")).to_have_text(["Draft 1 · seed 41", "Draft 2 · seed 42"])
    boxes = [box.bounding_box() for box in tab.locator("#next-view .token-passage").all()]
    left, right = [(box["x"], box["y"]) for box in boxes if box]
    assert left[0] < right[0]
    assert left[1] == right[1]
    second = tab.locator("#next-view .token-text").nth(1)
    text = second.inner_text()
    second.locator(".token").first.focus()
    tab.keyboard.press("ArrowRight")
    expect(second.locator(".token").nth(1)).to_be_focused()
    expect(tab.locator("#next-view .token-row").last).to_contain_text("all others")
    settle_drafts(tab, 1, 8, 42)
    tab.locator("#next-run").click()
    expect(tab.locator("#next-view .token-title")).to_have_text(["Draft 1 · seed 42"], timeout=PATIENCE)
    done(tab)
    expect(tab.locator("#next-view .token-text")).to_have_text(text, use_inner_text=True)


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


def test_stop_ends_the_drafts(tab: Page) -> None:
    """After Stop the drafts stand still, no error is shown, and the next run works."""
    settle_drafts(tab, 3, 128, None)
    write(tab, "It was a dark and stormy night")
    tab.locator("#next-run").click()
    expect(tab.locator("#next-status")).to_contain_text("tokens/s", timeout=PATIENCE)
    tab.locator("button#next-stop").click()
    expect(tab.locator("#next-status")).to_contain_text("· stopped", timeout=PATIENCE)
    expect(tab.locator("button#next-stop")).to_be_disabled()
    stopped = tokens(tab).count()
    tab.wait_for_timeout(1500)
    assert tokens(tab).count() == stopped
    assert "Error" not in tab.locator("#next-status").inner_text()
    tab.locator("#next-ask").click()
    expect(tab.locator("#next-view .token-take")).to_have_count(10, timeout=PATIENCE)


def test_an_empty_text_is_refused_at_its_field(tab: Page) -> None:
    """The field says why, and there is nothing to stop."""
    write(tab, "  ")
    tab.locator("#next-ask").click()
    expect(tab.locator("#next-text")).to_contain_text("empty")
    expect(tab.locator("button#next-stop")).to_be_disabled()
