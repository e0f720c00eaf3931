"""What a view shows is saved as a figure, as numbers and as a page of its own."""

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.tabs import open_tab

pytestmark = pytest.mark.browser
TITLES = ("Sentiment",)
PATIENCE = 120_000
HOSTILE = "A good film </script><img src=x onerror=alert(1)>"


@pytest.fixture
def why(page: Page) -> Page:
    """The page with the words of a text measured in two ways."""
    open_tab(page, "Sentiment")
    page.locator("#sentiment-text textarea").fill(HOSTILE)
    page.locator("#sentiment-why > button").click()
    page.locator("#sentiment-run").click()
    expect(page.locator("#sentiment-why-view")).to_contain_text("points", timeout=PATIENCE)
    return page


def saved(page: Page, view: str, name: str, folder: Path) -> Path:
    """The file that a view saves in a format."""
    with page.expect_download() as download:
        page.locator(view).get_by_role("button", name=name, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_view_is_saved_in_every_format(why: Page, tmp_path: Path, browser: Browser) -> None:
    """Numbers hold every word and its effect; figures show the words; the page opens from a disk and runs nothing."""
    view = "#sentiment-why-view"
    rows = list(csv.reader(saved(why, view, "CSV", tmp_path).read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["group", "measure", "word", "effect"]
    data = json.loads(saved(why, view, "JSON", tmp_path).read_text())
    pieces = [piece for strip in data["groups"][0]["strips"] for piece in strip["pieces"] if "word" in piece]
    assert [(row[2], float(row[3])) for row in rows[1:]] == [(piece["text"], piece["effect"]) for piece in pieces]
    assert saved(why, view, "PNG", tmp_path).read_bytes()[1:4] == b"PNG"
    assert "<foreignObject" in saved(why, view, "SVG", tmp_path).read_text()
    alone = browser.new_page()
    dialogs: list[str] = []
    alone.on("dialog", lambda dialog: dialogs.append(dialog.message))
    alone.goto(saved(why, view, "HTML", tmp_path).as_uri())
    assert HOSTILE in alone.inner_text("body")
    assert alone.locator("img").count() == 0
    assert not dialogs
    alone.close()
