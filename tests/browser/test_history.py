"""The history in a browser: what was run is kept there, filled in again, exported, cleared, switched off."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import app
from demos.page import build as glassbox
from models.catalog.bundled import SENTIMENT
from models.runtime.cache import ModelCache
from tests import tiny
from tests.browser.tabs import open_tab, titled, whole_run

pytestmark = pytest.mark.browser
FIRST, SECOND = "a good <img src=x onerror=alert(1)> one 👍\nand more", "an unlikely heptagon of tea"
STORED = "JSON.parse(localStorage.getItem('glassbox-history'))"


@pytest.fixture(scope="module")
def cache() -> ModelCache:
    """The tiny models behind the page."""
    return tiny.cache()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server writes, if it writes."""
    return tmp_path_factory.mktemp("gradio")


@pytest.fixture(scope="module")
def url(cache: ModelCache, files: Path) -> Iterator[str]:
    """The address of the app on tiny models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(files))
        demo = app.build(cache, titled("Sentiment", "Chat"))
        _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
        yield address.rstrip("/")
        demo.close()


def read(page: Page, text: str) -> None:
    """Run the open Sentiment tab on `text`."""
    status = page.locator("#sentiment-status")
    page.locator("#sentiment-text textarea").fill(text)
    with whole_run(page):
        page.locator("#sentiment-run").click()
    expect(status).to_contain_text("words measured")


def unfold(page: Page) -> None:
    """Open the history."""
    page.locator("#history > button").click()
    page.locator(".history-keep").wait_for()


def test_runs_are_kept_in_this_browser_and_filled_in_again(page: Page, cache: ModelCache, files: Path) -> None:
    """The newest first, as text; a press fills the tab in and runs nothing; the server keeps nothing of it."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    open_tab(page, "Sentiment")
    read(page, FIRST)
    page.locator("#sentiment-text textarea").fill(SECOND)
    sent.clear()
    read(page, SECOND)
    unfold(page)
    rows = page.locator(".history-runs button")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("heptagon")
    expect(rows.nth(1).locator(".history-words")).to_have_text("a good <img src=x onerror=alert(1)> one 👍 and more")
    expect(rows.nth(1).locator(".history-result")).to_have_text(page.evaluate(f"{STORED}.runs[1].result"))
    assert page.evaluate(f"{STORED}.runs[1].result") in ("negative", "neutral", "positive")
    assert not [body for body in sent if "onerror" in body]
    before = cache.status().misses + cache.status().hits
    page.get_by_role("tab", name="Chat", exact=True).click()
    rows.nth(1).click()
    expect(page.locator("#link-message")).to_contain_text("Nothing has run yet")
    expect(page.locator("#sentiment-text textarea")).to_have_value(FIRST)
    assert cache.status().misses + cache.status().hits == before
    kept = [Path(folder) / name for folder, _, names in os.walk(files) for name in names]
    assert not [path for path in kept if b"heptagon" in path.read_bytes()]


def test_it_is_exported_and_cleared(page: Page) -> None:
    """The export is a JSON file made in the browser; after a clear and a reload nothing is there."""
    open_tab(page, "Sentiment")
    read(page, SECOND)
    unfold(page)
    with page.expect_download() as download:
        page.locator(".history-export").click()
    assert download.value.suggested_filename == "glassbox-history.json"
    (run,) = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (run["tab"], run["inputs"]) == ("sentiment", {"text": SECOND, "model": SENTIMENT.name})
    page.locator(".history-clear").click()
    expect(page.locator(".history-text")).to_contain_text("Nothing is kept")
    page.reload()
    unfold(page)
    expect(page.locator(".history-runs button")).to_have_count(0)


def test_it_is_switched_off_for_good(page: Page) -> None:
    """What is switched off stays so after a reload, and keeps nothing of a run."""
    open_tab(page, "Sentiment")
    unfold(page)
    page.locator(".history-keep").uncheck()
    open_tab(page, "Sentiment")
    read(page, SECOND)
    unfold(page)
    expect(page.locator(".history-keep")).not_to_be_checked()
    assert page.evaluate(STORED) == {"keep": False, "runs": []}


def test_it_has_a_size(page: Page) -> None:
    """The newest 50 runs at most, and no more than 500,000 characters of them."""
    open_tab(page, "Sentiment")
    page.evaluate(
        """() => {
          const at = new Date(0).toISOString(), inputs = { text: "a".repeat(9000) };
          const run = (number) => ({ tab: "sentiment", at, words: `${number}`, inputs });
          const runs = Array.from({ length: 60 }, (_, number) => run(number));
          localStorage.setItem("glassbox-history", JSON.stringify({ keep: true, runs: [...runs, ...runs] }));
        }"""
    )
    read(page, SECOND)
    assert page.evaluate(f"{STORED}.runs.length") == 50
    assert page.evaluate(f"{STORED}.runs[0].words") == SECOND
    page.evaluate(
        """() => {
          const longer = localStorage.getItem("glassbox-history").replaceAll("a".repeat(9000), "a".repeat(20000));
          localStorage.setItem("glassbox-history", longer);
        }"""
    )
    read(page, FIRST)
    assert len(page.evaluate("localStorage.getItem('glassbox-history')")) < 500_100
    assert page.evaluate(f"{STORED}.runs[0].words") == FIRST


@pytest.mark.parametrize(
    "wrong",
    ['{"keep": true, "runs": 7}', "no json", '{"keep": true, "runs": [{"tab": "nowhere", "inputs": {"x": 1}}]}'],
)
def test_what_is_damaged_breaks_nothing(page: Page, wrong: str) -> None:
    """Whatever stands in the storage, the page works; a run of a removed tab gives a message."""
    page.evaluate("wrong => localStorage.setItem('glassbox-history', wrong)", wrong)
    open_tab(page, "Sentiment")
    unfold(page)
    if page.locator(".history-runs button").count():
        page.locator(".history-runs button").first.click()
        expect(page.locator("#link-message")).to_contain_text("a tab that this server does not have")
    read(page, SECOND)
    expect(page.locator(".history-runs button").first).to_contain_text("heptagon")


def test_a_text_without_spaces_is_cut(page: Page) -> None:
    """Chinese words cannot be counted by spaces: 120 letters are enough of a name for a button."""
    run = {"tab": "sentiment", "at": "1970-01-01T00:00:00.000Z", "words": "好" * 500, "inputs": {"text": "好"}}
    kept = json.dumps({"keep": True, "runs": [run]})
    page.evaluate("kept => localStorage.setItem('glassbox-history', kept)", kept)
    open_tab(page, "Sentiment")
    unfold(page)
    expect(page.locator(".history-words")).to_have_text("好" * 120)
