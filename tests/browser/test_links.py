"""Links in a browser: copied on every tab, opened on a fresh page, over tiny models."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import app
from demos.page import build as glassbox
from demos.page.link_bar import SANDBOX
from demos.tab import Tab
from models.runtime.cache import ModelCache
from tests import tiny
from tests.browser.tabs import open_tab, titled, watched

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)> 👩🏽‍🚀 你好\n#link=1.x"


@pytest.fixture(scope="module")
def cache() -> ModelCache:
    """The tiny models behind the page."""
    return tiny.cache()


@contextmanager
def served(cache: ModelCache, tabs: Sequence[Tab[Any]]) -> Iterator[str]:
    """The address of the app with `tabs`."""
    demo = app.build(cache, tabs)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    yield address.rstrip("/")
    demo.close()


@pytest.fixture(scope="module")
def url(cache: ModelCache) -> Iterator[str]:
    """The address of a page with two tabs, which loads sooner than the whole one."""
    with served(cache, titled("Sentiment", "Summarization")) as address:
        yield address


@pytest.fixture
def whole(cache: ModelCache) -> Iterator[str]:
    """The address of the whole page."""
    with served(cache, app.TABS) as address:
        yield address


def copied(page: Page, name: str) -> str:
    """Press "Copy link" on the open tab, and return the link."""
    page.locator(f"button#{name}-link").click()
    expect(page.locator(f"#{name}-link-status")).to_contain_text("fills in this tab")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    return page.url


def opened(page: Page, link: str) -> Page:
    """A new page of the same visitor, opened by `link`."""
    fresh = page.context.new_page()
    fresh.goto(link)
    fresh.get_by_role("tab").first.wait_for()
    return fresh


def test_every_tab_has_a_link(blank: Page, whole: str) -> None:
    """Copied on each tab, no link is like another; the last one opens its tab in a fresh page."""
    page = blank
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=whole)
    links = []
    with watched(page, whole):
        page.goto(whole)
        for tab in app.TABS:
            page.get_by_role("tab", name=tab.title, exact=True).click()
            links.append(copied(page, tab.name))
    assert len(set(links)) == len(app.TABS)
    fresh = opened(page, links[-1])
    expect(fresh.get_by_role("tab", name=app.TABS[-1].title, exact=True)).to_have_attribute("aria-selected", "true")
    expect(fresh.locator("#link-message")).to_contain_text("Nothing has run yet")


def test_a_link_fills_in_what_was_there_and_runs_nothing(page: Page, url: str, cache: ModelCache) -> None:
    """Text as it was typed, choices and figures come back; no model is asked before the visitor is; then it runs."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    before = cache.status().misses + cache.status().hits
    open_tab(page, "Summarization")
    page.locator("#summary-text textarea").fill(HOSTILE)
    page.locator("#summary-method input[value=extractive]").check()
    sent: list[str] = []
    page.context.on("request", lambda request: sent.append(request.url))
    fresh = opened(page, copied(page, "summarization"))
    expect(fresh.locator("#summary-text textarea")).to_have_value(HOSTILE)
    expect(fresh.locator("#summary-method input[value=extractive]")).to_be_checked()
    assert cache.status().misses + cache.status().hits == before
    assert not [each for each in sent if "link=" in each.partition("#")[0]]
    fresh.locator("#summary-run").click()
    expect(fresh.locator("#summary-status")).to_contain_text("→", timeout=60_000)


def test_an_iframe_lets_its_tab_do_all_it_can(page: Page, url: str) -> None:
    """Submit forms, save files, copy, and open the whole page without the limits of the frame."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    open_tab(page, "Sentiment")
    page.locator("#sentiment-text textarea").fill("A good one.")
    page.locator("button#sentiment-embed").click()
    expect(page.locator("#sentiment-link-status")).to_contain_text("an iframe that shows this tab alone")
    frame = page.evaluate(
        "async () => { const holder = document.createElement('template');"
        " holder.innerHTML = await navigator.clipboard.readText(); const frame = holder.content.firstChild;"
        " return { src: frame.src, sandbox: frame.sandbox.value, allow: frame.allow }; }"
    )
    assert f"{url}/?embed=sentiment#link=1." in frame["src"]
    assert (frame["sandbox"], frame["allow"]) == (SANDBOX, "clipboard-write")


def test_a_damaged_link_is_reported_and_the_page_works(page: Page) -> None:
    """The message stands on the page; a sound link in the same tab then fills it in.

    Without a clipboard, as over plain HTTP, the link itself is shown.
    """
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.reload()
    open_tab(page, "Sentiment")
    page.locator("#sentiment-text textarea").fill("A good one.")
    page.locator("button#sentiment-link").click()
    expect(page.locator("#sentiment-link-status")).to_contain_text("#link=1.")
    sound = page.url
    fresh = opened(page, sound[:-2])
    expect(fresh.locator("#link-message")).to_contain_text("This link is damaged")
    fresh.evaluate("link => { location.hash = link; }", sound.partition("#")[2])
    expect(fresh.locator("#sentiment-text textarea")).to_have_value("A good one.")
