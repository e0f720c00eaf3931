"""The Next word tab in a browser."""

import csv
import io
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.tabs import open_tab

pytestmark = pytest.mark.browser
TITLES = ("Next word",)
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
    """Markup and control tokens appear as text, token by token, under the perplexity; a token shows its rank."""
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


def test_the_bench_draws_filters_without_a_new_run(tab: Page) -> None:
    """The knobs change the shares at once; cut tokens name their filter; a seed rolls the same tokens again."""
    tab.get_by_role("button", name="A fact", exact=True).click()
    said = tab.locator("#next-bench .bench-said")
    expect(said).to_contain_text("tokens stay", timeout=PATIENCE)
    done(tab)
    tab.on("request", lambda request: pytest.fail(f"the bench asked for {request.url}"))
    rows = tab.locator("#next-bench tbody tr")
    tab.locator("[data-preset=off]").click()
    expect(said).to_contain_text("49,152 of 49,152 tokens stay, with 100.0% of the probability.")
    tab.get_by_label("Top k").fill("2")
    expect(rows.nth(1).locator("td").nth(2)).not_to_contain_text("cut")
    expect(rows.nth(2)).to_contain_text("cut by top-k")
    tab.locator("[data-rolls='10']").click()
    first = tab.locator("#next-bench .bench-last").inner_text()
    assert first.count("·") == 9
    assert sum(int(count) for count in rows.locator("td:nth-child(5)").all_inner_texts()) == 10
    tab.locator("[data-rolls='0']").click()
    tab.locator("[data-rolls='10']").click()
    expect(tab.locator("#next-bench .bench-last")).to_have_text(first)
    tab.locator("[data-knob=temperature]").fill("0")
    expect(rows.nth(0)).to_contain_text("100.0%")
    expect(rows.nth(1)).to_contain_text("cut by temperature")


def test_the_lens_is_walked_with_the_keyboard(tab: Page) -> None:
    """The grid opens at the model's answer; arrow keys walk layers and positions, and the detail follows."""
    write(tab, "The capital of Portugal is")
    tab.get_by_label("Word to follow").fill("Lisbon")
    tab.locator("#next-look").click()
    lens = tab.locator("#next-lens")
    expect(lens.locator(".lens-said")).to_contain_text("begins at rank 22,742", timeout=PATIENCE)
    done(tab)
    cell = lens.locator(".lens-cell[tabindex='0']")
    expect(cell).to_have_attribute("aria-label", re.compile("layer 30, after “␣is”: “␣Lisbon”"))
    tab.mouse.move(0, 0)
    cell.focus()
    tab.keyboard.press("ArrowDown")
    expect(lens.locator(".lens-where")).to_contain_text("Layer 29, after")
    expect(lens.locator(".lens-detail")).to_contain_text("rank 13")
    tab.keyboard.press("ArrowLeft")
    expect(lens.locator(".lens-where")).to_contain_text("“␣Portugal”")
    tops = lens.locator(".lens-save").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    with tab.expect_download() as saved:
        lens.get_by_role("button", name="CSV").click()
    # A token may be a line break.
    lines = list(csv.reader(io.StringIO(saved.value.path().read_text(encoding="utf-8-sig"), newline="")))
    assert len(lines) == 1 + 31 * 6
    assert lines[-1][:4] == ["30", "5", " is", " Lisbon"]


def test_the_lens_begins_on_the_first_screen(tab: Page) -> None:
    """It stands above the sampling bench, so that a press shows something without scrolling."""
    tab.get_by_role("button", name="A fact", exact=True).click()
    expect(tab.locator("#next-bench .bench-said")).to_contain_text("tokens stay", timeout=PATIENCE)
    done(tab)
    tab.locator("#next-look").click()
    expect(tab.locator("#next-lens .lens-said")).to_be_in_viewport(timeout=PATIENCE)


def test_a_candidate_taken_by_the_keyboard_leaves_the_focus_there(tab: Page) -> None:
    """On the first of the next candidates, so that Enter writes on."""
    tab.get_by_role("button", name="A fact", exact=True).click()
    first = tab.locator("#next-view .token-take").first
    expect(first).to_contain_text("Lisbon", timeout=PATIENCE)
    done(tab)
    first.focus()
    tab.keyboard.press("Enter")
    expect(first).not_to_contain_text("Lisbon", timeout=PATIENCE)
    done(tab)
    expect(first).to_be_focused()
