"""The Question answering tab in a browser, on the trained adapter."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tabs import open_tab, paint

pytestmark = pytest.mark.browser
TITLES = ("Question answering",)
SCRIPT = "<img src=x onerror=alert(1)>"


def ask(page: Page, question: str, context: str) -> None:
    """Type a question and its text, and run."""
    page.locator("#answer-question textarea").fill(question)
    page.locator("#answer-context textarea").fill(context)
    page.locator("#answer-run").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_answer_in_the_last_lines_is_marked_and_in_sight(page: Page, theme: str) -> None:
    """One click on the example: the best answer is marked at its place, which is scrolled into view, in both themes."""
    open_tab(page, "Question answering", theme)
    page.get_by_text("In the last lines of a long text").click()
    expect(page.locator("#answer-status")).to_contain_text("13 windows", timeout=60_000)
    expect(page.locator("#answer-status")).not_to_contain_text("read", timeout=60_000)
    mark = page.locator("#answer-view .answer-mark[data-rank='1']")
    verdict = page.locator("#answer-view .answer-verdict").inner_text()
    assert mark.evaluate("node => node.firstChild.textContent") == verdict
    assert "kitchen" in verdict or "clock" in verdict
    assert mark.evaluate(
        "node => { const box = node.closest('.passage').getBoundingClientRect(), own = node.getBoundingClientRect();"
        " return own.top >= box.top && own.bottom <= box.bottom; }"
    )
    ink, ground = paint(page, "#answer-view .passage")
    assert abs(ink - ground) > 0.5
    assert (ground < 0.5) == (theme == "dark")


def test_an_answer_in_the_middle_stands_in_the_upper_third(page: Page) -> None:
    """Of the part of the text that is in sight, however far down the page the text itself begins."""
    open_tab(page, "Question answering")
    grass = "The grass along the road is dry. " * 60
    ask(page, "Who made the clock?", f"{grass}The clock was made by Ann Bell. {grass}")
    mark = page.locator("#answer-view .answer-mark[data-rank='1']")
    expect(mark).to_contain_text("Ann Bell", timeout=60_000)
    expect(page.locator("#answer-stop")).to_be_disabled(timeout=60_000)
    share = mark.evaluate(
        "node => { const box = node.closest('.passage').getBoundingClientRect();"
        " return (node.getBoundingClientRect().top - box.top) / box.height; }"
    )
    assert 0.25 < share < 0.45


def test_a_text_without_the_answer_says_so(page: Page) -> None:
    """The bar of no answer is the longest, and words say it."""
    open_tab(page, "Question answering")
    page.get_by_text("Not in the text", exact=True).click()
    expect(page.locator("#answer-view .answer-verdict")).to_have_text("The text does not answer this.", timeout=60_000)
    expect(page.locator("#answer-view .answer-null")).to_contain_text("not in the text")


def test_markup_is_shown_as_text(page: Page) -> None:
    """HTML in the text is marked and shown, never run."""
    open_tab(page, "Question answering")
    ask(page, f"What is Ann's colour? {SCRIPT}", f"Ann's colour is green {SCRIPT} and Bob's is blue.")
    expect(page.locator("#answer-view .answer-mark").first).to_be_visible(timeout=60_000)
    # A mark's own label may stand between the letters of the markup.
    labelled = "passage => { passage.querySelectorAll('.answer-label').forEach(each => each.remove()); }"
    page.locator("#answer-view .passage").evaluate(labelled)
    expect(page.locator("#answer-view .passage")).to_contain_text(SCRIPT)
    assert page.locator("#answer-view img").count() == 0


def test_all_examples_take_one_click(page: Page) -> None:
    """The same question over every example text, each with its own verdict."""
    open_tab(page, "Question answering")
    page.locator("#answer-question textarea").fill("When was the bridge opened?")
    page.locator("#answer-all").click()
    expect(page.locator("#answer-view .answer-title")).to_have_count(3, timeout=60_000)
    expect(page.locator("#answer-view .answer-verdict").first).to_have_text("1781")


def test_an_empty_question_is_reported_at_its_field(page: Page) -> None:
    """Nothing runs, and the message stands at the question."""
    open_tab(page, "Question answering")
    ask(page, " ", "Some text.")
    expect(page.locator("#answer-question")).to_contain_text("question is empty")
