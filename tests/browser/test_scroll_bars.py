"""Where scroll bars take room, the page shows none that nothing needs."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import app
from demos.tab import Tab
from tests.programs import chromium

pytestmark = pytest.mark.browser
# What scrolls, is seen, and has a bar that takes more than a border would.
BARS = """() => [...document.querySelectorAll("*")].filter((node) => {
  const style = getComputedStyle(node), scrolls = (way) => ["auto", "scroll"].includes(way);
  const border = (...sides) => sides.reduce((sum, side) => sum + parseFloat(style[`border${side}Width`]), 0);
  if (!node.offsetWidth || !node.offsetHeight) return false;
  return scrolls(style.overflowX) && node.offsetHeight - node.clientHeight - border("Top", "Bottom") > 4
    || scrolls(style.overflowY) && node.offsetWidth - node.clientWidth - border("Left", "Right") > 4;
}).map((node) => `${node.tagName}#${node.id}.${node.className}`)"""

WIDTH = """() => {
  const box = document.body.appendChild(document.createElement("div"));
  box.style.cssText = "width: 100px; height: 100px; overflow: scroll";
  const width = box.offsetWidth - box.clientWidth;
  box.remove();
  return width;
}"""


@pytest.fixture(scope="module")
def classic(browser: Browser, url: str) -> Iterator[Page]:
    """The page in a browser whose scroll bars take room, as on Windows and on most Linux desktops."""
    classic = browser.browser_type.launch(
        executable_path=chromium(),
        args=["--no-sandbox", "--disable-background-networking", "--disable-features=OverlayScrollbar"],
        ignore_default_args=["--hide-scrollbars"],
    )
    page = classic.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url)
    assert page.evaluate(WIDTH) > 4
    yield page
    classic.close()


@pytest.mark.parametrize("tab", app.TABS, ids=lambda tab: tab.title)
def test_no_scroll_bars_under_closed_folds(classic: Page, tab: Tab[Any]) -> None:
    """The tab as it opens: no part of it has a scroll bar once its tables have been measured."""
    classic.get_by_role("tab", name=tab.title, exact=True).click()
    bars = ["not looked for yet"]
    for _ in range(50):
        classic.evaluate("() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)))")
        if not (bars := classic.evaluate(BARS)):
            break
        classic.wait_for_timeout(100)
    assert bars == []
