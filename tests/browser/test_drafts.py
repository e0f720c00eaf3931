"""Drafts, folded under the chat, in a browser."""

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.tabs import open_fold, open_tab

pytestmark = pytest.mark.browser
TITLES = ("Chat",)
PATIENCE = 120_000


@pytest.fixture
def tab(page: Page) -> Page:
    """The Chat tab with the drafts unfolded."""
    open_tab(page, "Chat")
    open_fold(page.locator("#chat-drafts button.label-wrap").first, page.locator("#drafts-text textarea"))
    return page


def write(page: Page, text: str) -> None:
    """Fill the text field."""
    page.locator("#drafts-text textarea").fill(text)


def tokens(page: Page) -> Locator:
    """All tokens that are shown."""
    return page.locator("#drafts-view .token")


def done(page: Page) -> None:
    """Wait until nothing runs any more."""
    expect(page.locator("#drafts-status")).to_contain_text("cpu", timeout=PATIENCE)
    expect(page.locator("button#drafts-stop")).to_be_disabled(timeout=PATIENCE)


def settle_drafts(page: Page, count: int, length: int, seed: int | None) -> None:
    """Set how many drafts are drawn, how long they are, and the seed of the first."""
    values = {"count input[type=number]": str(count), "length input[type=number]": str(length)}
    for field, value in (values | {"seed input": "" if seed is None else str(seed)}).items():
        page.locator(f"#drafts-{field}").fill(value)
        page.locator(f"#drafts-{field}").press("Tab")


def test_drafts_stand_side_by_side_and_a_seed_draws_one_again(tab: Page) -> None:
    """Two drafts under their seeds; the second one's seed, alone, gives the same text; its tokens can be walked."""
    settle_drafts(tab, 2, 8, 41)
    write(tab, "Once upon a time, there was")
    tab.locator("#drafts-run").click()
    expect(tab.locator("#drafts-status")).to_contain_text("new token", timeout=PATIENCE)
    done(tab)
    expect(tab.locator("#drafts-view .token-title")).to_have_text(["Draft 1 · seed 41", "Draft 2 · seed 42"])
    boxes = [box.bounding_box() for box in tab.locator("#drafts-view .token-passage").all()]
    left, right = [(box["x"], box["y"]) for box in boxes if box]
    assert left[0] < right[0]
    assert left[1] == right[1]
    second = tab.locator("#drafts-view .token-text").nth(1)
    text = second.inner_text()
    second.locator(".token").first.focus()
    tab.keyboard.press("ArrowRight")
    expect(second.locator(".token").nth(1)).to_be_focused()
    expect(tab.locator("#drafts-view .token-row").last).to_contain_text("all others")
    settle_drafts(tab, 1, 8, 42)
    tab.locator("#drafts-run").click()
    expect(tab.locator("#drafts-view .token-title")).to_have_text(["Draft 1 · seed 42"], timeout=PATIENCE)
    done(tab)
    expect(tab.locator("#drafts-view .token-text")).to_have_text(text, use_inner_text=True)


def test_a_candidate_in_a_draft_is_taken(tab: Page) -> None:
    """A click on what else a token could have been puts it after what stands before it, and asks what follows that."""
    settle_drafts(tab, 1, 8, 5)
    write(tab, "The capital of Portugal is")
    tab.locator("#drafts-run").click()
    done(tab)
    tokens(tab).nth(1).click()
    start = "The capital of Portugal is" + (tokens(tab).first.text_content() or "").replace("·", " ")
    tab.locator("#drafts-view .token-take").last.click()
    expect(tab.locator("#drafts-text textarea")).not_to_have_value("The capital of Portugal is")
    assert tab.locator("#drafts-text textarea").input_value().startswith(start)
    expect(tab.locator("#drafts-view .token-passage")).to_have_count(0, timeout=PATIENCE)
    expect(tab.locator("#drafts-view .token-take")).to_have_count(10, timeout=PATIENCE)


def test_no_seed_looks_like_none(tab: Page) -> None:
    """The field is empty and says what that means, and the script of the call has no seed."""
    seed = tab.locator("#drafts-seed input")
    expect(seed).to_have_value("")
    expect(seed).to_have_attribute("placeholder", "random")
    tab.locator("#chat-script button.label-wrap").first.click()
    tab.locator("#chat-script").get_by_label("/drafts", exact=True).check()
    write(tab, "hello")
    expect(tab.locator("#chat-script-python .cm-content")).to_contain_text("seed=None")
    seed.fill("7")
    expect(tab.locator("#chat-script-python .cm-content")).to_contain_text("seed=7")
    seed.fill("")
    expect(tab.locator("#chat-script-python .cm-content")).to_contain_text("seed=None")
    settle_drafts(tab, 1, 8, None)
    tab.locator("#drafts-run").click()
    done(tab)
    expect(tab.locator("#drafts-view .token-title")).not_to_have_text("Draft 1 · seed 0")


def test_drafts_are_in_the_history(tab: Page) -> None:
    """With their text, under the tab that they are in."""
    settle_drafts(tab, 1, 8, 5)
    write(tab, "It was a dark and stormy night")
    tab.locator("#drafts-run").click()
    done(tab)
    tab.wait_for_function("localStorage.getItem('glassbox-history')")
    [run] = json.loads(tab.evaluate("localStorage.getItem('glassbox-history')"))["runs"]
    assert (run["tab"], run["words"]) == ("chat", "It was a dark and stormy night")
    assert run["inputs"]["continue_seed"] == 5
    assert run["result"]


def test_stop_ends_the_drafts(tab: Page) -> None:
    """After Stop the drafts stand still, no error is shown, and the next run works."""
    settle_drafts(tab, 3, 256, None)
    write(tab, "It was a dark and stormy night")
    tab.locator("#drafts-run").click()
    expect(tab.locator("#drafts-status")).to_contain_text("new token", timeout=PATIENCE)
    tab.locator("button#drafts-stop").click()
    expect(tab.locator("#drafts-status")).to_contain_text("· stopped", timeout=PATIENCE)
    expect(tab.locator("button#drafts-stop")).to_be_disabled()
    stopped = tokens(tab).count()
    tab.wait_for_timeout(1500)
    assert tokens(tab).count() == stopped
    assert "Error" not in tab.locator("#drafts-status").inner_text()
    tab.locator("#drafts-ask").click()
    expect(tab.locator("#drafts-view .token-take")).to_have_count(10, timeout=PATIENCE)
