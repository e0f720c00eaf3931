"""What a visitor sees on the page when a limit is reached, and what happens when the page is closed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tabs import open_tab, titled
from tests.faults.machine import Site, wait_until

pytestmark = pytest.mark.browser
SLOWLY = 60_000


@pytest.fixture
def page(blank: Page) -> Page:
    """A page that nobody used before."""
    return blank


def ask(page: Page, site: Site) -> None:
    """Open the Chat tab and say something."""
    page.goto(site.serving.url, timeout=SLOWLY)
    open_tab(page, "Chat")
    page.locator("#chat-message textarea").fill("hello")
    page.locator("#chat-send").click()


def test_a_reply_that_takes_too_long_stays_as_far_as_it_got(site_of: Callable[..., Site], page: Page) -> None:
    """The reply ends a little before the deadline and says so. Without the words it just stopped."""
    site = site_of(deadline=4, tabs=titled("Chat"))
    site.machine.delay = 0.15
    ask(page, site)
    expect(page.locator("#chat-status")).to_contain_text("the time was up", timeout=SLOWLY)
    assert len(page.locator("#chat-conversation .bot").last.inner_text()) > 3
    expect(page.locator("#chat-stop")).to_be_disabled(timeout=SLOWLY)


def test_a_load_that_takes_too_long_is_reported_where_the_result_would_be(
    site_of: Callable[..., Site], page: Page
) -> None:
    """The reason stays in the status line, which else says "Error"; the load goes on, and the next run finds it."""
    site = site_of(deadline=2, tabs=titled("Sentiment"))
    site.machine.loads.clear()
    page.goto(site.serving.url, timeout=SLOWLY)
    open_tab(page, "Sentiment")
    page.locator("#sentiment-text textarea").fill("good")
    page.locator("#sentiment-run").click()
    status = page.locator("#sentiment-status")
    expect(status).to_contain_text("A model that was loading goes on loading. Try again in a moment", timeout=SLOWLY)
    expect(page.get_by_test_id("status-tracker").locator(".error:visible")).to_have_count(0)
    expect(page.locator("button#sentiment-stop")).to_be_disabled(timeout=SLOWLY)
    site.machine.loads.set()
    wait_until(site.idle, 60)
    page.locator("#sentiment-run").click()
    expect(status).to_contain_text("cpu", timeout=SLOWLY)


def test_a_closed_tab_ends_its_compute(site_of: Callable[..., Site], page: Page) -> None:
    """Nobody is there for the reply any more. Without `Runs` and `guarded` it was written to its end."""
    site = site_of(tabs=titled("Chat"))
    site.machine.delay = 0.15
    ask(page, site)
    wait_until(lambda: site.machine.steps > 5, 60)
    page.close()
    wait_until(site.idle, 60)
    assert site.machine.steps < 100


def test_refusals_are_reported_on_the_page(site_of: Callable[..., Site], page: Page) -> None:
    """Too many requests: the page says so, and when to come back."""
    site = site_of(rate=1, tabs=titled("Chat"))
    site.visitor.call("status")
    ask(page, site)
    expect(page.get_by_text("At most 1 requests a minute are allowed.").first).to_be_visible(timeout=SLOWLY)


def test_a_full_line_is_reported_on_the_page(site_of: Callable[..., Site], page: Page) -> None:
    """Gradio's page has words of its own for this one."""
    site = site_of(queue_length=1, tabs=titled("Chat", "Sentiment"))
    site.visitor.result("sentiment", "warm")
    site.machine.open.clear()
    site.visitor.begin("sentiment", "runs")
    wait_until(lambda: site.serving.admission.line.running() == 1)
    site.visitor.begin("sentiment", "waits")
    ask(page, site)
    expect(page.get_by_text("This application is currently busy.").first).to_be_visible(timeout=SLOWLY)
