"""The first screen is alive: what a tab opens on can be looked into as any result can."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import app
import settings
from demos.page.link_bar import SANDBOX
from models.runtime.cache import ModelCache
from tests.browser.first_visit import way
from tests.browser.tabs import open_tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


# Each pair of controls, one after the other for the keyboard, of which the second stands above the first and not beside
# it. What is scrolled within the page stands where its frame does.
JUMPS = """() => {
  const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflowY);
  const framed = (node) => scrolls(node) && node.scrollHeight > node.clientHeight;
  const frame = (node) => {
    let at = node;
    while (at !== document.body && !framed(at)) at = at.parentElement;
    return (at === document.body ? node : at).getBoundingClientRect();
  };
  const seen = (node) => node.tabIndex >= 0 && !node.disabled && node.checkVisibility({ visibilityProperty: true });
  const named = (node) => node.getAttribute("aria-label") || node.id || node.textContent.slice(0, 40);
  const all = document.querySelectorAll("a[href], button, input, textarea, select, summary, [tabindex]");
  const stops = [...all].filter(seen);
  const above = (a, b) => b.bottom < a.top && b.left < a.right;
  const pairs = stops.slice(1).map((node, at) => [stops[at], node]);
  return pairs.filter(([a, b]) => above(frame(a), frame(b))).map(([a, b]) => `${named(a)} -> ${named(b)}`);
}"""


@pytest.fixture(scope="module")
def alive(real_cache: ModelCache) -> Iterator[str]:
    """The address of the app as visitors find it."""
    serving = app.serve(real_cache, settings.read(["--port", "0"]))
    yield serving.url
    serving.drain(0)


@pytest.fixture
def visit(blank: Page, alive: str) -> Page:
    """The page as a first visitor finds it."""
    blank.goto(alive)
    return blank


def test_the_first_tab_opens_on_an_answer_that_can_be_opened(visit: Page) -> None:
    """The answer is marked in its text, and its words are measured when its why is unfolded."""
    expect(visit.locator("#answer-view mark").filter(has_text="Thomas Farnolls Pritchard")).to_be_visible()
    expect(visit.locator("#answer-status")).to_contain_text("Made beforehand by MiniLM-SQuAD")
    visit.locator("#answer-why button.label-wrap").click()
    expect(visit.locator("#answer-why-view")).to_contain_text("measures", timeout=120_000)


def test_the_first_picture_comes_before_the_scripts(browser: Browser, alive: str) -> None:
    """The same answer in plain HTML, which goes when the page's own is there; a link to something else has none."""
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto(alive)
    expect(page.locator("#first-picture mark")).to_have_text("Thomas Farnolls Pritchard")
    page.unroute("**/*.js")
    page.goto(f"{alive}/#lessons")
    expect(page.locator("#first-picture")).to_have_count(0)
    page.reload()
    page.goto(alive)
    expect(page.locator("#answer-view mark").first).to_be_visible()
    expect(page.locator("#first-picture")).to_have_count(0)
    context.close()


def test_every_other_tab_opens_on_its_own(visit: Page) -> None:
    """Whatever the tab, there is something to see before anything is pressed."""
    for title in ("Translation", "Sentiment", "Summarization", "Chat", "Next word", "Attention", "Compare", "Batch"):
        visit.get_by_role("tab", name=title, exact=True).click()
        panel = visit.get_by_role("tabpanel").filter(visible=True)
        expect(panel.locator(".status").filter(has_text="Made beforehand").first).to_be_visible()
    expect(visit.locator("#compare-view")).to_contain_text("film")


def test_two_texts_are_never_shown_together(visit: Page) -> None:
    """Tokens and layers of Next word are of one text: those of another one go when it has a result."""
    open_tab(visit, "Next word")
    candidate, bench, lens = (visit.locator(each) for each in ("#next-view .token-take", ".bench-said", ".lens-said"))
    expect(candidate.first).to_be_visible()
    text = visit.locator("#next-text textarea")
    text.fill("The opposite of hot is")
    visit.locator("#next-look").click()
    expect(lens).to_be_visible(timeout=120_000)
    expect(candidate).to_have_count(0)
    expect(bench).to_be_hidden()
    visit.locator("#next-ask").click()
    expect(candidate.first).to_be_visible(timeout=120_000)
    expect(visit.locator("#next-stop")).to_be_disabled(timeout=120_000)
    expect(lens).to_be_visible()
    candidate.first.click()
    expect(lens).to_be_hidden()
    expect(text).to_have_value(re.compile("^The opposite of hot is ."))
    expect(visit.locator("#next-stop")).to_be_disabled(timeout=120_000)


def test_a_head_of_the_opening_can_be_chosen(visit: Page) -> None:
    """All heads of the short sentence are there at once."""
    open_tab(visit, "Attention")
    expect(visit.locator(".av-value")).not_to_be_empty()
    visit.locator("[data-view=heads]").click()
    expect(visit.locator("#attention-view canvas:visible").first).to_be_visible()


def test_a_visitors_conversation_stays(visit: Page) -> None:
    """What this browser kept of a chat comes before what was made beforehand."""
    open_tab(visit, "Chat")
    expect(visit.locator("#chat-conversation")).to_contain_text("Paris")
    visit.locator("#chat-message textarea").fill("Say hello.")
    visit.locator("#chat-send").click()
    expect(visit.locator("#chat-conversation")).to_contain_text("Say hello.")
    expect(visit.locator("#chat-status")).to_contain_text("new token", timeout=120_000)
    expect(visit.locator("#chat-stop")).to_be_disabled(timeout=120_000)
    visit.reload()
    visit.get_by_role("tab", name="Chat", exact=True).click()
    expect(visit.locator("#chat-conversation")).to_contain_text("Say hello.")


def test_six_clicks_lead_to_the_head_that_matters(visit: Page) -> None:
    """From the link to that head switched off, and the probability of the answer before and after."""
    clicks: list[str] = []

    def clicked(node: Locator) -> None:
        clicks.append(str(node))
        node.click()

    assert "Pritchard" in way(visit, clicked)
    assert len(clicks) <= 6


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_its_window(visit: Page, width: int) -> None:
    """With results in it too."""
    visit.set_viewport_size({"width": width, "height": 844})
    for tab in app.TABS:
        visit.get_by_role("tab", name=tab.title, exact=True).click()
        visit.wait_for_timeout(300)
        assert visit.evaluate("document.documentElement.scrollWidth") <= width, tab.title


@pytest.mark.parametrize(("width", "height", "seen"), [(1280, 800, "#answer-why button"), (390, 844, ".passage")])
def test_the_first_screen_shows_the_answer(visit: Page, width: int, height: int, seen: str) -> None:
    """On a phone as far as its text, on a screen as far as its why, without scrolling."""
    visit.set_viewport_size({"width": width, "height": height})
    expect(visit.locator("#answer-view .answer-verdict")).to_be_in_viewport(ratio=1)
    expect(visit.locator(seen).filter(visible=True).first).to_be_in_viewport()


def test_on_a_phone_the_keyboard_goes_down_the_page(visit: Page) -> None:
    """With results in every tab, no focus jumps back up the column, past what it skipped."""
    visit.set_viewport_size({"width": 390, "height": 844})
    for tab in app.TABS:
        visit.get_by_role("tab", name=tab.title, exact=True).click()
        visit.wait_for_timeout(500)
        assert not visit.evaluate(JUMPS), tab.title


def test_on_a_phone_the_open_tab_is_in_sight(browser: Browser, alive: str) -> None:
    """The tabs are one line there, also where a link opens the last one."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{alive}/?tab=batch")
    expect(page.get_by_role("tab", name="Batch", exact=True)).to_be_in_viewport(ratio=1)
    assert page.locator("#tabs [role=tablist]").filter(visible=True).first.evaluate("node => node.offsetHeight") < 60
    page.close()


def test_the_tour_is_walked_by_keyboard_and_remembered(visit: Page) -> None:
    """Five steps, each beside what it is about; Escape leaves it, and the next visit knows."""
    start = visit.locator("#tour-start")
    start.click()
    tour = visit.get_by_role("dialog", name="A tour of a minute")
    for lit in ("#answer-question", "#answer-view", "#answer-why", "#attention-view", "#attention-view"):
        expect(visit.locator(f"{lit}.tour-lit")).to_be_visible()
        if lit != "#attention-view" or "heads off" not in tour.inner_text():
            visit.keyboard.press("Enter")
    expect(tour).to_contain_text("heads off")
    visit.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    visit.reload()
    expect(visit.locator(":root[data-toured]")).to_have_count(1)


@pytest.fixture
def elsewhere(alive: str) -> Iterator[str]:
    """A page of another origin, with a frame of one tab and one of the whole page."""
    content = (
        f'<iframe id="one" src="{alive}/?embed=attention" width="900" height="700" '
        f'sandbox="{SANDBOX}" allow="clipboard-write"></iframe>'
        f'<iframe id="all" src="{alive}/"></iframe>'
    ).encode()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    # By another name it is another site.
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


def test_an_embed_works_in_a_page_of_another_origin(browser: Browser, elsewhere: str) -> None:
    """One tab alone is shown, alive, and can save and submit.

    The page around it reads nothing of it, and the whole page shows nowhere else.
    """
    context = browser.new_context()
    page = context.new_page()
    page.goto(elsewhere)
    frame = page.frame_locator("#one")
    expect(frame.locator(".av-value")).not_to_be_empty(timeout=60_000)
    expect(frame.get_by_role("tab", name="Chat", exact=True)).to_be_hidden()
    whole = frame.get_by_role("link", name="Open in Glassbox").filter(visible=True)
    expect(whole).to_have_attribute("href", "./?tab=attention")
    with page.expect_download():
        frame.locator(".av-exports button", has_text="SVG").click()
    frame.locator("[data-view=compare]").click()
    frame.locator(".av-with").select_option("text")
    frame.locator(".av-text").fill(" ")
    frame.locator(".av-another button").click()
    expect(frame.locator(".av-note")).to_have_text("Text is empty. Type some words.", timeout=60_000)
    assert page.evaluate("document.querySelector('#one').contentDocument") is None
    assert page.evaluate("() => { try { return frames[0].document.title; } catch (error) { return error.name; } }") == (
        "SecurityError"
    )
    assert context.cookies() == []
    assert all("Glassbox" not in (each.title() or "") for each in page.frames if each.url.startswith("chrome-error"))
    expect(page.frame_locator("#all").get_by_role("tab")).to_have_count(0)
    context.close()


# Types into a field between the answer to its tab's request and its arrival at the page.
TYPE_MEANWHILE = """() => {
  const ask = window.fetch;
  window.fetch = async (...request) => {
    const answer = await ask(...request);
    if (!String(request[0]).endsWith("run/predict")) return answer;
    let field = null;
    while (!(field = document.querySelector("#sentiment-text textarea")))
      await new Promise((resolve) => setTimeout(resolve, 20));
    if (!field.value) {
      field.value = "my own words";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return answer;
  };
}"""


def test_what_is_typed_while_a_tab_opens_stays(visit: Page) -> None:
    """An opening that arrives after a visitor's first words does not write over them."""
    expect(visit.locator("#answer-status")).to_contain_text("Made beforehand")
    visit.evaluate(TYPE_MEANWHILE)
    visit.get_by_role("tab", name="Sentiment", exact=True).click()
    expect(visit.locator("#sentiment-status")).to_contain_text("Made beforehand")
    expect(visit.locator("#sentiment-text textarea")).to_have_value("my own words")


def test_an_open_tab_keeps_what_a_link_filled_in(visit: Page) -> None:
    """What was typed into it before is written into the fields while it opens, and not once it is open."""
    visit.get_by_role("tab", name="Sentiment", exact=True).click()
    expect(visit.locator("#sentiment-status")).to_contain_text("Made beforehand")
    visit.locator("#sentiment-text textarea").fill("my own words")
    assert visit.evaluate("sessionStorage.getItem('glassbox-typed:sentiment-text')") == "my own words"
    visit.wait_for_function("!window.glassboxOpening.has('sentiment')")
    again = visit.evaluate("window.glassboxTyped.typed('sentiment', ['sentiment-text'])")
    assert again == [{"__type__": "update"}]
