"""Every lesson is walked to its end on the live page, in both languages, and wrong steps get hints."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import app
import settings
from demos.page.lessons import ORDER, lesson, spoken_in
from demos.words import ENGLISH, LANGUAGES, Words
from models.runtime.cache import ModelCache
from tests.browser.tabs import script_failures, titled
from tests.browser.test_accessibility import faults_in_both_themes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SPOKEN = {"en": ENGLISH, "zh-CN": LANGUAGES["zh-CN"]}
PATIENCE = 120_000
# What a visitor would read off the page, as assets/lessons/state.js reads it.
READ = """([selector, text]) => {
  for (const node of document.querySelectorAll(selector)) {
    const words = node.matches("input, select, textarea") ? node.value : node.textContent;
    const match = words.trim().match(new RegExp(text ?? ".+", "su"));
    if (match && node.getClientRects().length) return match[1] ?? match[0];
  }
}"""


@pytest.fixture(scope="module")
def alive(real_cache: ModelCache) -> Iterator[str]:
    """The address of the app as visitors find it."""
    serving = app.serve(real_cache, settings.read(["--port", "0", "--cold"]))
    yield serving.url
    serving.drain(0)


@pytest.fixture(scope="module")
def few(real_cache: ModelCache) -> Iterator[str]:
    """The address of the app with the tabs of the lessons that are not walked to their end, which loads sooner."""
    tabs = titled("How attention works", "Next word", "Tokens")
    serving = app.serve(real_cache, settings.read(["--port", "0", "--cold"]), tabs)
    yield serving.url
    serving.drain(0)


@pytest.fixture(scope="module", params=SPOKEN)
def visit(request: pytest.FixtureRequest, browser: Browser, alive: str) -> Iterator[tuple[Page, Words]]:
    """The page of one visitor, and the language of their browser. Fails where a script failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale=request.param)
    page = context.new_page()
    failures = script_failures(page)
    page.emulate_media(reduced_motion="reduce")
    page.goto(alive)
    yield page, SPOKEN[request.param]
    context.close()
    assert not failures


def act(page: Page, what: str, selector: str, value: str = "") -> None:
    """Do one thing of what a step asks for, with the mouse and the keyboard."""
    node = page.locator(selector).filter(visible=True).first
    if what == "click":
        node.click()
    elif what == "focus":
        node.focus()
    elif what == "check":
        node.check()
    elif what == "wait":
        expect(page.locator(selector).filter(visible=True, has_text=re.compile(value)).first).to_be_visible(
            timeout=PATIENCE
        )
    elif what == "choose":
        node.select_option(value)
    else:
        node.fill(value)


def walk(page: Page, step: dict[str, Any]) -> None:
    """Take one step, which is on screen: first wrongly, then as it says."""
    panel = page.locator(".lesson[aria-busy=false]")
    forward = panel.locator(".lesson-next")
    if "done" in step or "enter" in step:
        forward.click()
        expect(panel.locator(".lesson-hint")).not_to_be_empty()
        if "guess" in step:
            panel.get_by_role("radio").first.check()
        for action in step["show"]:
            act(page, *action)
        if "enter" in step:
            expect(page.locator(step["enter"]["of"][0]).filter(visible=True).first).to_be_visible(timeout=PATIENCE)
            page.wait_for_function(
                f"of => {{ const read = {READ}; return Boolean(read(of)); }}", arg=step["enter"]["of"], timeout=PATIENCE
            )
            answer = page.evaluate(READ, step["enter"]["of"])
            panel.locator(".lesson-answer").fill("9".join(["not this", answer]))
            forward.click()
            expect(panel.locator(".lesson-hint")).not_to_be_empty()
            panel.locator(".lesson-answer").fill(page.evaluate(READ, step["enter"]["of"]))
            panel.locator(".lesson-answer").press("Enter")
        expect(panel.locator(".lesson-found")).to_be_visible(timeout=PATIENCE)
        texts = panel.locator(".lesson-found").inner_text()
        assert "…" not in texts
    forward.click()


@pytest.mark.parametrize("name", ORDER)
def test_a_lesson_is_walked_to_its_end(visit: tuple[Page, Words], name: str) -> None:
    """Opened by a link; each step is refused with a hint first; its end is remembered, and nothing is left beside."""
    page, words = visit
    page.evaluate("name => { location.hash = `lesson=${name}`; }", name)
    texts = spoken_in(lesson(name), words)
    for number, step in enumerate(texts["steps"], 1):
        expect(page.locator(".lesson-title")).to_have_text(step["title"])
        assert page.url.endswith(f"#lesson={name}.{number}")
        if number == 1:
            assert faults_in_both_themes(page, ".lesson") == []
        walk(page, step)
    expect(page.locator(".lesson-list li").nth(ORDER.index(name)).locator(".lesson-learnt")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_panel_is_for_everybody(browser: Browser, few: str, width: int) -> None:
    """Opened by the keyboard, the list and a step with its hint have no grave fault, and the page fits its window."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(few)
    page.locator("#lessons-start").press("Enter")
    listed = page.get_by_role("complementary", name="Lessons").get_by_role("listitem")
    expect(listed).to_have_count(len(ORDER), timeout=PATIENCE)
    assert faults_in_both_themes(page) == []
    page.get_by_role("button", name="1. Tokens").press("Enter")
    panel = page.get_by_role("complementary", name="Lesson: Tokens")
    expect(panel.get_by_role("heading")).to_be_focused(timeout=PATIENCE)
    panel.get_by_role("radio").first.press(" ")
    panel.get_by_role("button", name="Check").press("Enter")
    expect(panel.get_by_role("status")).to_contain_text("Type exactly", timeout=PATIENCE)
    assert faults_in_both_themes(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.locator("#lessons-start")).to_be_focused()
    context.close()


def test_a_lesson_opened_by_its_link_gives_the_focus_to_the_button(browser: Browser, few: str) -> None:
    """And a corrupt record of what was learnt opens the list as if there were none."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    failures = script_failures(page)
    page.goto(f"{few}/#lesson=tokens.1")
    expect(page.locator(".lesson[aria-busy=false]")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Close the lessons").press("Enter")
    expect(page.locator("#lessons-start")).to_be_focused()
    page.evaluate("localStorage.setItem('glassbox-lessons', '{no JSON')")
    page.keyboard.press("Enter")
    expect(page.locator(".lesson-list li")).to_have_count(len(ORDER))
    context.close()
    assert not failures


def test_a_press_before_the_script_is_there_counts(browser: Browser, few: str) -> None:
    """It opens the list once the script of the lessons is loaded."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    failures = script_failures(page)
    page.add_init_script("window.glassboxLessons = ['list']")
    page.goto(few)
    expect(page.locator(".lesson-list li")).to_have_count(len(ORDER))
    page.context.close()
    assert not failures


def test_a_phone_shows_what_a_step_reads(browser: Browser, few: str) -> None:
    """There the table has no room for the probability before sampling, of which the step speaks."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{few}/#lesson=sampling.1")
    expect(page.locator(".lesson[aria-busy=false]")).to_be_visible(timeout=PATIENCE)
    page.locator(".lesson-next").click()
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".lesson-found")).to_contain_text("%. It is the likeliest", timeout=PATIENCE)
    context.close()


def test_a_step_has_a_link_and_shows_the_way(browser: Browser, few: str) -> None:
    """The link of a step opens it alone; “Show me” takes it; nothing but the lesson and the step is sent."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.goto(f"{few}/#lesson=attention-by-hand.2")
    expect(page.locator(".lesson-title")).to_have_text("Make a key attractive")
    expect(page.locator(".lesson[aria-busy=false]")).to_be_visible(timeout=PATIENCE)
    before = len(sent)
    page.locator(".lesson-next").click()
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".lesson-found")).to_contain_text("their sum is 1")
    assert len(sent) == before
    context.close()


def at_step(browser: Browser, address: str) -> Page:
    """A page on a step that is ready to be taken, whose way is offered after a check in vain."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    expect(page.locator(".lesson[aria-busy=false]")).to_be_visible(timeout=PATIENCE)
    page.locator(".lesson-next").press("Enter")
    expect(page.get_by_role("button", name="Check")).to_be_focused()
    return page


def test_the_focus_goes_on_where_a_step_is_done(browser: Browser, few: str) -> None:
    """From the button that was pressed to the one that leads to the next step."""
    page = at_step(browser, f"{few}/#lesson=attention-by-hand.2")
    page.get_by_role("button", name="Show me").press("Enter")
    expect(page.locator(".lesson-found")).to_be_visible()
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_focused()
    page.context.close()


def test_the_way_is_shown_once_and_ends_with_the_lesson(browser: Browser, few: str) -> None:
    """Its button waits; where the lesson is left meanwhile, nothing more is done on the page."""
    page = at_step(browser, f"{few}/#lesson=tokens.5")
    held: list[Route] = []
    left = False
    page.route("**/gradio_api/**", lambda route: route.continue_() if left else held.append(route))
    page.get_by_role("button", name="Show me").click()
    expect(page.get_by_role("button", name="Show me")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.locator(".lesson")).to_have_count(0)
    left = True
    for route in held:
        route.continue_()
    expect(page.locator(".cuts-text[aria-label*=MiniLM]")).to_contain_text("caf", timeout=PATIENCE)
    page.wait_for_timeout(1_000)
    expect(page.locator(".cuts-unknown:focus")).to_have_count(0)
    page.context.close()
