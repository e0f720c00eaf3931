"""The Compare tab in a browser, on tiny models: both sides, what differs, Stop, and bad input at its field."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import app
from demos.compare import tab as compare
from demos.compare import view as compare_view
from demos.compare.differences import Figure
from demos.page import build as glassbox
from models.tasks.registry import TASKS
from models.tasks.spec import Outcome
from tests import tiny
from tests.browser.tabs import open_tab, paint

pytestmark = pytest.mark.browser
PATIENCE = 120_000
HOSTILE = "<img src=x onerror=alert(1)> <b>bold</b> 👩🏽‍🚀 你好"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A page of this tab alone: what happens here does not depend on what the models know."""
    demo = glassbox.build([compare.tab(TASKS)], tiny.cache(), openings=False)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    yield address.rstrip("/")
    demo.close()


def choose(page: Page, task: str) -> None:
    """Choose a task, and wait for its fields."""
    page.locator("#compare-task input").click()
    page.get_by_role("option", name=task, exact=True).click()


def done(page: Page) -> None:
    """Wait until both sides are compared."""
    expect(page.locator("#compare-view .compare-table").last).to_contain_text("tokens read", timeout=PATIENCE)
    expect(page.locator("button#compare-stop")).to_be_disabled(timeout=PATIENCE)


def compare_with(page: Page, figures: list[Figure]) -> None:
    """Compare two short texts, whose probabilities are then `figures`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare_view, "NEAR", 0.0)
        patch.setattr(compare_view, "figures", lambda *_: figures)
        page.get_by_role("button", name="One little word", exact=True).click()
        done(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_example_is_compared_with_one_click(page: Page, theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The changed word is marked, both probabilities and their difference stand in a table, each side has a status."""
    # What a tiny model makes of one word is less than the page distinguishes.
    monkeypatch.setattr(compare_view, "NEAR", 0.0)
    open_tab(page, "Compare", theme)
    page.get_by_role("button", name="One little word", exact=True).click()
    done(page)
    view = page.locator("#compare-view")
    expect(view.locator("del").first).to_have_text("not")
    expect(view.locator(".compare-side .status").filter(has_text="MiniLM-sentiment · cpu")).to_have_count(2)
    expect(view.locator("tbody th")).to_contain_text(["negative", "neutral", "positive", "time", "tokens read"])
    for cell in view.locator(".compare-table").first.locator("td:nth-child(4)").all_inner_texts():
        assert re.fullmatch(r"[+−]\d\.\d\d", cell)
    ink, ground = paint(page, "#compare-view .compare-name >> nth=0")
    assert abs(ink - ground) > 0.4
    assert (ground < 0.5) == (theme == "dark")


def test_two_settings_of_one_task(page: Page) -> None:
    """The fields follow the task, what differs is shown above each side, and text is never markup."""
    open_tab(page, "Compare")
    choose(page, "Chat")
    page.locator("#compare-temperature-b input[type=number]").fill("1.5")
    page.locator("#compare-temperature-b input[type=number]").press("Tab")
    expect(page.locator("#compare-method-a")).not_to_be_visible()
    page.locator("#compare-text textarea").fill(HOSTILE)
    page.locator("#compare-text_b textarea").fill(HOSTILE + " more")
    page.locator("#compare-run").click()
    done(page)
    expect(page.locator("#compare-view .compare-differences")).to_have_text([" temperature 0", " temperature 1.5"])
    expect(page.locator("#compare-view .compare-text").first).to_have_text(HOSTILE)
    expect(page.locator("#compare-view ins").first).to_have_text("more")
    assert page.locator("#compare-view img, #compare-view b").count() == 0


def test_stop_ends_both_sides(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """B never begins, no error is shown, and the next comparison works."""
    monkeypatch.setattr(compare, "throttled", slowly)
    open_tab(page, "Compare")
    choose(page, "Chat")
    page.locator("#compare-text textarea").fill("Tell me a story.")
    page.locator("#compare-run").click()
    expect(page.locator("#compare-status")).to_contain_text("A is running", timeout=PATIENCE)
    page.locator("button#compare-stop").click()
    expect(page.locator("#compare-status")).to_contain_text("· stopped", timeout=PATIENCE)
    expect(page.locator("button#compare-stop")).to_be_disabled()
    assert not page.locator(".error:visible").count()
    assert page.locator("#compare-view .compare-table").count() == 0
    expect(page.locator("#compare-view .compare-waiting")).to_have_count(1)
    monkeypatch.undo()
    page.get_by_role("button", name="One little word", exact=True).click()
    done(page)


def test_bad_input_is_reported_at_its_field(page: Page) -> None:
    """On the side that has it; nothing runs, and nothing is lost."""
    open_tab(page, "Compare")
    page.locator("#compare-run").click()
    expect(page.locator("#compare-text")).to_contain_text("text is empty. Type some words.")
    page.locator("#compare-text textarea").fill("a good one")
    page.locator("#compare-text_b textarea").fill("…")
    page.locator("#compare-run").click()
    expect(page.locator("#compare-text_b")).to_contain_text("text is empty. Type some words.")
    expect(page.locator("#compare-text textarea")).to_have_value("a good one")
    expect(page.locator("button#compare-stop")).to_be_disabled()
    page.locator("#compare-text_b textarea").fill("a bad one")
    page.locator("#compare-run").click()
    done(page)


def test_a_link_brings_a_comparison_back(page: Page, url: str) -> None:
    """The task, both texts and a setting of one side, and the fields of that task."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    open_tab(page, "Compare")
    choose(page, "Translation")
    expect(page.locator("#compare-source-b input")).to_be_visible()
    page.locator("#compare-text textarea").fill("a cat")
    page.locator("#compare-text_b textarea").fill("a dog")
    page.locator("button#compare-link").click()
    expect(page.locator("#compare-link-status")).to_contain_text("fills in this tab")
    fresh = page.context.new_page()
    fresh.goto(page.url)
    expect(fresh.locator("#compare-text_b textarea")).to_have_value("a dog", timeout=PATIENCE)
    expect(fresh.locator("#compare-target-b input")).to_have_value("Portuguese", timeout=PATIENCE)
    fresh.locator("#compare-run").click()
    done(fresh)


def test_nothing_reaches_beyond_a_phone(page: Page) -> None:
    """At 390 pixels the sides stand below each other, and the page does not scroll sideways."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_tab(page, "Compare")
    page.get_by_role("button", name="One little word", exact=True).click()
    done(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [box.bounding_box() for box in page.locator("#compare-view .compare-sides").last.locator("section").all()]
    first, second = [box for box in boxes if box]
    assert second["y"] >= first["y"] + first["height"]


def slowly(results: Iterator[Outcome], every: float) -> Iterator[Outcome]:
    """Each of `results` after a while."""
    for result in results:
        time.sleep(every)
        yield result


def test_a_saved_comparison_keeps_its_bars(page: Page, browser: Browser, tmp_path: Path) -> None:
    """Beside the middle, as long as on the page, without the page's style sheets."""
    open_tab(page, "Compare")
    compare_with(page, [Figure("likelier", 0.2, 0.8), Figure("less likely", 0.8, 0.4)])
    with page.expect_download() as saved:
        page.locator("#compare-view").get_by_role("button", name="HTML", exact=True).click()
    path = tmp_path / "compare.html"
    saved.value.save_as(path)
    alone = browser.new_page()
    alone.goto(path.as_uri())
    for at, (start, end) in enumerate([(0.5, 0.8), (0.3, 0.5)]):
        for shown in (page.locator(".compare-track"), alone.locator("td > div")):
            track, bar = shown.nth(at).bounding_box(), shown.nth(at).locator("span").bounding_box()
            assert track is not None
            assert bar is not None
            assert (bar["x"] - track["x"]) / track["width"] == pytest.approx(start, abs=0.02)
            assert (bar["x"] + bar["width"] - track["x"]) / track["width"] == pytest.approx(end, abs=0.02)
            assert bar["height"] == pytest.approx(track["height"], abs=1)
    alone.close()


def test_a_long_name_is_read_on_a_phone(page: Page) -> None:
    """It breaks: nothing shows there what is cut off."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_tab(page, "Compare")
    compare_with(page, [Figure("a label of many words that has no room in one line", 0.2, 0.8)])
    name = page.locator("#compare-view .compare-row").first
    assert name.evaluate("node => node.scrollWidth <= node.clientWidth && node.offsetHeight > 40")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_long_text_scrolls_by_the_keyboard(page: Page) -> None:
    """Each result is a region with a name that the Tab key reaches."""
    open_tab(page, "Compare")
    compare_with(page, [])
    for side in "AB":
        assert page.get_by_role("region", name=f"Result {side}", exact=True).evaluate("node => node.tabIndex") == 0
