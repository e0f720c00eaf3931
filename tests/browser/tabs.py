"""Steps that browser tests share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page

import app
from demos.tab import Tab

# The lightness, 0 to 1, of an element's text and of the first ground behind it that is not transparent.
PAINT = """(node) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return (0.21 * r + 0.72 * g + 0.07 * b) / 255;
  };
  const clear = (colour) => /, 0\\)$|transparent/.test(colour);
  const ink = light(getComputedStyle(node).color);
  while (node && clear(getComputedStyle(node).backgroundColor)) node = node.parentElement;
  return [ink, light(getComputedStyle(node || document.body).backgroundColor)];
}"""

# Counts the runs that begin and that are over, by the marks in `demos/run_marks.py`: a short run's are gone at once.
COUNT = """() => {
  const runs = (window.runsSeen = { begun: 0, over: 0 });
  const going = (mark) => mark === "started" || mark === "stopped";
  const count = (records) => {
    for (const { attributeName, oldValue } of records) {
      if (!/^data-run\\d+$/.test(attributeName)) continue;
      if (!going(oldValue)) runs.begun += 1;
      if (going(oldValue) && !going(document.body.getAttribute(attributeName))) runs.over += 1;
    }
  };
  window.runsWatch?.disconnect();
  window.runsWatch = new MutationObserver(count);
  window.runsWatch.observe(document.body, { attributes: true, attributeOldValue: true });
}"""
OVER = "() => window.runsSeen.begun > 0 && window.runsSeen.over === window.runsSeen.begun"


def script_failures(page: Page) -> list[str]:
    """The messages of all scripts of `page` that fail from now on; Gradio catches those of its components."""
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda line: failures.append(line.text) if "js_on_load" in line.text else None)
    return failures


@contextmanager
def watched(page: Page, url: str) -> Iterator[None]:
    """Fails where, within it, a script of `page` fails or a request of it leaves the server at `url`."""
    foreign: list[str] = []
    failures = script_failures(page)
    page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith((url, "data:", "blob:")) else None)
    yield
    assert not foreign
    assert not failures


def titled(*titles: str) -> list[Tab[Any]]:
    """The tabs of these titles: a page with few of them loads several times as fast as the whole one."""
    tabs = [tab for tab in app.TABS if tab.title in titles]
    assert len(tabs) == len(titles)
    return tabs


@contextmanager
def whole_run(page: Page, patience: float = 120_000) -> Iterator[None]:
    """Leave once a run that was begun within, and every other begun since, is over; `patience` is in milliseconds."""
    page.evaluate(COUNT)
    yield
    page.wait_for_function(OVER, timeout=patience)


def open_tab(page: Page, title: str, theme: str = "light") -> None:
    """Go to the tab called `title` on a page in `theme`, which is loaded again unless nothing was done on it yet."""
    address = f"{page.url.split('?')[0]}?__theme={theme}"
    if page.url != address or page.evaluate("window.used"):
        page.goto(address)
    page.evaluate("window.used = true")
    page.get_by_role("tab", name=title, exact=True).click()


def open_fold(fold: Locator, field: Locator) -> None:
    """Open an accordion and wait until `field`, which is in it, keeps what is written into it.

    Gradio gives a field its first value a little after the field appears, and what was written before is lost.
    """
    fold.click()
    field.wait_for()
    field.page.evaluate("() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)))")


def paint(page: Page, selector: str) -> tuple[float, float]:
    """How light the text of an element is, and the ground under it, 0 to 1."""
    ink, ground = page.locator(selector).evaluate(PAINT)
    return ink, ground
