"""What is typed stays in the browser's tab, through a lost connection and a restart of the server."""

from collections.abc import Iterator
from contextlib import suppress

import gradio as gr
import pytest
from playwright.sync_api import Error, Page, Route, expect
from starlette.middleware import Middleware

import app
from bench.server import free_port
from demos.page import build as glassbox
from demos.page.links import Link, encode
from server.head import Head
from tests import tiny
from tests.browser.tabs import titled

pytestmark = pytest.mark.browser
QUESTION, TEXT = 'Who wrote "it" <b>?', "typed text é 👍\nand more"


def serve(port: int) -> tuple[gr.Blocks, str]:
    """The app on tiny models, at `port`; its tabs open empty."""
    demo = app.build(tiny.cache(), titled("Question answering", "Sentiment"), openings=False)
    _, address, _ = demo.launch(
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        # Without it the start fails beside busy processes.
        app_kwargs={"middleware": [Middleware(Head)]},
        **glassbox.launch_options(app.ASSETS),
    )
    return demo, address.rstrip("/")


@pytest.fixture(scope="module")
def served() -> Iterator[list[tuple[gr.Blocks, str]]]:
    """A list that ends with the server that runs now, at the same address as those before.

    Its port is none of those that Gradio tries by itself, which a test beside this one might take during a restart.
    """
    servers = [serve(free_port())]
    yield servers
    servers[-1][0].close(verbose=False)


@pytest.fixture
def page(blank: Page, served: list[tuple[gr.Blocks, str]]) -> Page:
    """The page with something typed in two tabs."""
    blank.goto(served[-1][1])
    write(blank)
    return blank


def write(page: Page) -> None:
    """Type into two tabs."""
    page.get_by_role("tab").first.wait_for()
    page.evaluate("() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)))")
    page.locator("#answer-question textarea").fill(QUESTION)
    page.get_by_role("tab", name="Sentiment", exact=True).click()
    page.locator("#sentiment-text textarea").fill(TEXT)


def expect_typed(page: Page) -> None:
    """Both fields hold what was typed."""
    page.get_by_role("tab", name="Question answering", exact=True).click()
    expect(page.locator("#answer-question textarea")).to_have_value(QUESTION)
    page.get_by_role("tab", name="Sentiment", exact=True).click()
    expect(page.locator("#sentiment-text textarea")).to_have_value(TEXT)


def test_a_reload_keeps_what_was_typed(page: Page) -> None:
    """Also in a tab that is opened only afterwards."""
    page.reload()
    expect_typed(page)


def test_a_restart_keeps_what_was_typed(page: Page, served: list[tuple[gr.Blocks, str]]) -> None:
    """Whether Gradio loads the page again once the new server answers, or the visitor does before, or both at once."""
    old, address = served[-1]
    old.close(verbose=False)
    page.wait_for_timeout(1_000)
    served.append(serve(int(address.rsplit(":", 1)[1])))
    # Gradio's own reload may come in between.
    with suppress(Error):
        page.reload()
    page.wait_for_load_state("load")
    expect_typed(page)


def test_a_reload_before_the_page_restored_anything_keeps_it(page: Page) -> None:
    """As where a visitor loads a page again that Gradio has just loaded again: its fields are still empty."""
    page.route("**/gradio_api/run/**", lambda request: None)
    page.reload()
    page.wait_for_function("() => window.glassboxTyped")
    expect(page.locator("#answer-question textarea")).to_have_value("")
    page.unroute("**/gradio_api/run/**")
    page.reload()
    expect_typed(page)


def test_five_seconds_offline_keep_what_was_typed(page: Page) -> None:
    """Whether or not the page is loaded again."""
    page.context.set_offline(True)
    page.wait_for_timeout(5_000)
    page.context.set_offline(False)
    page.wait_for_timeout(5_000)
    expect_typed(page)


def test_another_tab_of_the_browser_starts_empty(page: Page, served: list[tuple[gr.Blocks, str]]) -> None:
    """The store belongs to one tab."""
    other = page.context.new_page()
    other.goto(served[-1][1])
    other.get_by_role("tab", name="Sentiment", exact=True).click()
    expect(other.locator("#sentiment-text textarea")).to_have_value("")


def test_what_is_typed_while_the_page_loads_stays(page: Page) -> None:
    """The page restores what it kept once the server has answered: not over what was typed by then."""
    held: list[Route] = []
    released: list[bool] = []

    def hold(request: Route) -> None:
        if released:
            request.continue_()
        else:
            held.append(request)

    page.route("**/gradio_api/run/**", hold)
    page.reload()
    page.get_by_role("tab", name="Sentiment", exact=True).click()
    page.locator("#sentiment-text textarea").fill("newer")
    assert held
    released.append(True)
    for request in held:
        request.continue_()
    page.get_by_role("tab", name="Question answering", exact=True).click()
    expect(page.locator("#answer-question textarea")).to_have_value(QUESTION)
    page.get_by_role("tab", name="Sentiment", exact=True).click()
    expect(page.locator("#sentiment-text textarea")).to_have_value("newer")


def test_a_link_takes_the_place_of_what_was_typed(page: Page) -> None:
    """Where its address is entered in the tab of the browser that has the page, which then loads again."""
    code = encode(Link("question-answering", {"question": "Who built the bridge?"}))
    page.evaluate("code => { location.hash = `link=${code}`; }", code)
    expect(page.locator("#link-message")).to_contain_text("This link filled in the tab")
    page.wait_for_timeout(1_000)
    expect(page.locator("#answer-question textarea")).to_have_value("Who built the bridge?")
    page.get_by_role("tab", name="Sentiment", exact=True).click()
    expect(page.locator("#sentiment-text textarea")).to_have_value("")
