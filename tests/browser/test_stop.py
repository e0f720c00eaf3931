"""A run that waits for its turn or streams: its status, and Stop, on every tab, over tiny models."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
import pytest
from gradio_client import Client
from playwright.sync_api import Browser, Page, Route, expect

import app
from demos.chat import tab as chat
from demos.events import endpoint, on_run, own_lane, shared_lane
from demos.page import build as glassbox
from demos.status import StatusLine
from demos.tab import Form, Tab
from demos.translation import tab as translation
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from tests import tiny
from tests.browser.tabs import open_tab, watched, whole_run

pytestmark = pytest.mark.browser
PATIENCE = 60_000
# Each tab whose examples run: its title, and how the names of its components begin.
TABS = [
    ("Question answering", "answer"),
    ("Translation", "translation"),
    ("Sentiment", "sentiment"),
    ("Summarization", "summary"),
    ("Next word", "next"),
    ("Compare", "compare"),
    ("Attention", "attention"),
    ("How attention works", "worked"),
]


CHOOSE = "element.addEventListener('click', ({ target }) => trigger('select', { which: target.textContent }))"


class Lane:
    """Something that can take a tab's lane of compute until it is let go."""

    def __init__(self) -> None:
        self.taken, self.free = threading.Event(), threading.Event()

    def hold(self) -> str:
        """Wait until the lane may go on."""
        self.taken.set()
        self.free.wait(PATIENCE / 1000)
        return "done"


LANE = Lane()


def refuse(text: str) -> None:
    """Refuse one word."""
    if text == "refused":
        raise InputError("text", "This is refused.")


def make_lane(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Lane:
    """The lane's adapter, which needs no model."""
    return LANE


def render(lane: Lane) -> Form:
    """Offer `/hold_N` for each of the other tabs, in its lane; and a slow and a quick run that share one Stop."""
    for number, tab in enumerate(app.TABS):
        with own_lane(tab.name):
            endpoint(lane.hold, f"hold_{number}", lane=shared_lane() if tab in (chat.TAB, translation.TAB) else "")
    text = gr.Textbox("text", elem_id="lane-text")
    status = StatusLine("lane-status")
    stop = gr.Button("Stop", interactive=False, elem_id="lane-stop")

    def slow(text: str) -> str:
        return lane.hold()

    def quick(text: str) -> str:
        return "quick"

    for run in (slow, quick):
        name = run.__name__
        button = gr.Button(name, elem_id=f"lane-{name}")
        on_run([button.click], run, [text], [status], refuse, ["text"], stop, lane=name)

    def chosen(event: gr.EventData, text: str) -> str:
        return slow(text) if event.which == "slow" else "another"

    choices = gr.HTML("<b>slow</b> <b>another</b>", js_on_load=CHOOSE, elem_id="lane-choices")
    on_run([choices.select], chosen, [text], [status], refuse, ["text"], stop, lane="chosen")
    return Form()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of the app on tiny models, with a tab more."""
    tabs: tuple[Tab[Any], ...] = (*app.TABS, Tab("Lane", make_lane, render))
    demo = glassbox.build(tabs, tiny.cache(), openings=False)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    yield address.rstrip("/")
    demo.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The page, loaded once for the tests that each use a tab of it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    with watched(page, url):
        page.goto(url)
        yield page
    context.close()


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    """A script's connection to the page."""
    return Client(url, verbose=False)


@contextmanager
def held(client: Client, title: str) -> Iterator[None]:
    """Within, the lane of the tab of that title is taken."""
    number = [tab.title for tab in app.TABS].index(title)
    LANE.taken.clear()
    LANE.free.clear()
    job = client.submit(api_name=f"/hold_{number}")
    assert LANE.taken.wait(PATIENCE / 1000)
    try:
        yield
    finally:
        LANE.free.set()
        job.result(PATIENCE / 1000)


@pytest.fixture
def lane(client: Client, title: str) -> Iterator[None]:
    """While a test runs, the lane of the tab of that title is taken."""
    with held(client, title):
        yield


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize(("title", "name"), TABS)
def test_an_example_that_waits_can_be_stopped(opened: Page, title: str, name: str) -> None:
    """A click on an example runs it; Stop is enabled, takes it out of the queue, and leaves no error behind."""
    page = opened
    page.get_by_role("tab", name=title, exact=True).click()
    stop = page.locator(f"button#{name}-stop")
    expect(stop).to_be_disabled()
    page.locator(f"#{name}-examples button").first.click()
    expect(stop).to_be_enabled(timeout=PATIENCE)
    stop.click()
    expect(stop).to_be_disabled(timeout=PATIENCE)
    for _ in range(10):
        assert not page.locator(".error:visible").count()
        page.wait_for_timeout(50)
    run = page.locator("button#next-ask" if name == "next" else f"button#{name}-run")
    expect(run).to_be_enabled()


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize("title", ["Chat"])
def test_another_tab_does_not_wait(page: Page, title: str) -> None:
    """While one tab's lane is taken, another tab's example is answered."""
    open_tab(page, "Sentiment")
    page.locator("#sentiment-examples button").first.click()
    expect(page.locator("#sentiment-status")).to_contain_text("cpu", timeout=PATIENCE)


def test_stop_stays_enabled_until_the_last_run_is_over(page: Page) -> None:
    """A quick run ends beside a slow one that shares its Stop: that can still be stopped, and then Stop is disabled."""
    LANE.taken.clear()
    LANE.free.clear()
    open_tab(page, "Lane")
    stop = page.locator("button#lane-stop")
    page.locator("#lane-slow").click()
    assert LANE.taken.wait(PATIENCE / 1000)
    page.locator("#lane-quick").click()
    expect(page.locator("#lane-status")).to_contain_text("quick", timeout=PATIENCE)
    page.wait_for_timeout(500)
    expect(stop).to_be_enabled()
    LANE.free.set()
    expect(stop).to_be_disabled(timeout=PATIENCE)


def test_another_choice_replaces_a_run_with_the_same_inputs(page: Page) -> None:
    """What the run is about comes with the event: the page cannot compare it, and must not ignore it."""
    LANE.taken.clear()
    LANE.free.clear()
    open_tab(page, "Lane")
    page.locator("#lane-choices b", has_text="slow").click()
    assert LANE.taken.wait(PATIENCE / 1000)
    page.locator("#lane-choices b", has_text="another").click()
    expect(page.locator("#lane-status")).to_contain_text("another", timeout=PATIENCE)
    LANE.free.set()
    expect(page.locator("button#lane-stop")).to_be_disabled(timeout=PATIENCE)


def test_a_run_is_stopped_before_the_server_has_answered(page: Page) -> None:
    """Gradio's page does not know its number by then; without it nothing would be cancelled."""
    LANE.free.clear()
    open_tab(page, "Lane")
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: held.append(route))
    stop = page.locator("button#lane-stop")
    with page.expect_request("**/queue/join*"):
        page.locator("#lane-slow").click()
    expect(stop).to_be_enabled()
    stop.click()
    page.wait_for_timeout(500)
    with page.expect_response("**/cancel") as answered:
        held[0].continue_()
    assert answered.value.ok
    assert json.loads(answered.value.request.post_data or "{}")["event_id"]
    expect(page.locator("#lane-status")).not_to_contain_text("done")
    LANE.free.set()
    page.unroute("**/queue/join*")
    with whole_run(page):
        page.locator("#lane-quick").click()
    expect(page.locator("#lane-status")).to_contain_text("quick")


def test_a_refused_run_leaves_nothing_to_stop(page: Page) -> None:
    """Once another run that shares its Stop is over, Stop is disabled."""
    open_tab(page, "Lane")
    text = page.locator("#lane-text textarea")
    text.fill("refused")
    page.locator("#lane-slow").click()
    expect(page.locator("#lane-text")).to_contain_text("This is refused.")
    text.fill("fine")
    with whole_run(page):
        page.locator("#lane-quick").click()
    expect(page.locator("button#lane-stop")).to_be_disabled()


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize("title", ["Sentiment"])
def test_a_screen_reader_hears_of_the_queue_in_its_language(browser: Browser, url: str, title: str) -> None:
    """Of the place in it, while a run waits."""
    with browser.new_page(locale="zh-CN") as page:
        page.goto(url)
        page.get_by_role("tab", name="Sentiment", exact=True).click()
        page.locator("#sentiment-examples button").first.click()
        place = page.get_by_role("status").filter(has_text="排队中：第 1 位，共 1 位")
        expect(place).to_be_attached(timeout=PATIENCE)
