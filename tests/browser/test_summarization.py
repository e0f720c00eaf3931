"""The Summarization tab in a browser."""

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
TITLES = ("Summarization",)
PATIENCE = 120_000
STORY = (
    "The bakery on the corner closed in March. Its owner, Ada Lund, had baked there for forty years, and nobody in "
    "the family wanted to rise at three. In April the neighbours met and founded a cooperative. Each of them paid in "
    "fifty crowns and promised two mornings a year. Now the oven is warm again, and the first loaves sell out by seven."
)


@pytest.fixture
def tab(page: Page) -> Page:
    """The page with the tab open."""
    page.get_by_role("tab", name="Summarization").click()
    return page


def summarize(page: Page, text: str, method: str) -> None:
    """Type `text`, choose the method, and wait for the whole summary."""
    page.locator("#summary-text textarea").fill(text)
    page.locator("#summary-method").get_by_text(method).click()
    page.locator("#summary-run").click()
    expect(page.locator("#summary-status")).to_contain_text("→", timeout=PATIENCE)
    expect(page.locator("#summary-stop")).to_be_disabled(timeout=PATIENCE)


def lit(page: Page) -> Locator:
    """The sources that are lit in the text."""
    return page.locator("#summary-view .summary-lit")


def test_example_lights_the_sources_of_each_sentence(tab: Page) -> None:
    """One click on an example summarizes; pointing at a sentence or tabbing to it lights its source, and back."""
    tab.locator("#summary-examples").get_by_text("The same, picked", exact=True).click()
    said = tab.locator("#summary-view .summary-text")
    expect(said).to_have_count(3, timeout=PATIENCE)
    expect(lit(tab)).to_contain_text(said.first.inner_text())
    tab.locator(".summary-sentence").last.hover()
    expect(lit(tab)).to_have_count(1)
    expect(lit(tab)).to_contain_text(said.last.inner_text())
    expect(lit(tab)).to_contain_text("1.00")
    tab.locator(".summary-sentence").nth(1).focus()
    expect(lit(tab)).to_contain_text(said.nth(1).inner_text())
    tab.locator(".summary-source").first.focus()
    expect(tab.locator('.summary-sentence[aria-pressed="true"]')).to_contain_text(said.first.inner_text())


def test_written_summary_has_sources(tab: Page) -> None:
    """SmolLM2's sentences are followed by the nearest ones, or by a mark in words that there are none."""
    tab.locator("#summary-length").get_by_text("One sentence").click()
    summarize(tab, STORY, "Written by a language model")
    sentences = tab.locator("#summary-view .summary-sentence")
    assert sentences.count() >= 1
    for sentence in sentences.all():
        near = "earest sentence" in sentence.locator(".summary-verdict").first.inner_text()
        sentence.hover()
        assert (lit(tab).count() > 0) == near
        assert near or "No sentence of the text is near" in sentence.inner_text()
    expect(tab.locator("#summary-status")).to_contain_text("nearest by all-MiniLM-L6-v2")


def test_markup_is_text(tab: Page) -> None:
    """Markup in the text stays text: in the summary, in the original and in the raw result."""
    tab.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    text = "<img src=x onerror=alert(1)> is a picture that is not there. " + STORY
    summarize(tab, text, "Picked from the text")
    assert "<img src=x onerror=alert(1)>" in tab.locator(".summary-passage").inner_text()
    tab.locator("#summary-json").get_by_text("Raw JSON").click()
    expect(tab.locator("#summary-raw")).to_contain_text("similarity")
    assert tab.locator("#summary-view img, #summary-raw img").count() == 0


def test_a_short_text_is_reported_to_be_short(tab: Page) -> None:
    """Nothing to shorten: the text as it is, and why."""
    summarize(tab, "Two words. <b>And</b> more.", "Written by a language model")
    expect(tab.locator("#summary-note")).to_contain_text("too short to summarize")
    expect(tab.locator(".summary-text")).to_have_text(["Two words.", "<b>And</b> more."])


def test_stop_ends_the_run(tab: Page) -> None:
    """Stop ends the writing, and the next run starts."""
    tab.locator("#summary-text textarea").fill(STORY * 8)
    # To pick sentences is over sooner than Playwright looks again.
    tab.locator("#summary-method").get_by_text("Written by a language model").click()
    tab.locator("#summary-run").click()
    tab.locator("#summary-stop").click(timeout=PATIENCE)
    expect(tab.locator("#summary-stop")).to_be_disabled()
    summarize(tab, STORY, "Picked from the text")


def test_bad_text_is_reported_at_the_field(tab: Page) -> None:
    """Nothing typed: a message, and no model runs."""
    tab.locator("#summary-run").click()
    expect(tab.get_by_text("Text is empty. Type some words.")).to_be_visible()


def test_counter(tab: Page) -> None:
    """Characters are counted as one sees them; an emoji is no word."""
    tab.locator("#summary-text textarea").fill("one two 🎉")
    expect(tab.locator("#summary-count")).to_have_text("9 of 10,000 characters · 2 words")


def test_a_chinese_summary_is_copied_without_spaces(tab: Page) -> None:
    """Between its sentences too."""
    tab.evaluate("() => { navigator.clipboard.writeText = async (text) => void (window.copied = text); }")
    summarize(
        tab, "街角的面包店三月关门了。店主在那里烤了四十年面包。四月，邻居们成立了合作社。", "Picked from the text"
    )
    tab.locator(".summary-copy").click()
    expect(tab.locator(".summary-copy")).to_have_text("Copied")
    said = tab.locator(".summary-text").all_inner_texts()
    assert len(said) > 1
    assert tab.evaluate("window.copied") == "".join(said)


def test_a_copy_that_is_refused_is_reported(tab: Page) -> None:
    """On the button; what is copied has a space between two sentences."""
    tab.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; throw 0; }; }")
    summarize(tab, STORY, "Picked from the text")
    tab.locator(".summary-copy").click()
    expect(tab.locator(".summary-copy")).to_contain_text("did not allow it")
    assert tab.evaluate("window.copied") == " ".join(tab.locator(".summary-text").all_inner_texts())
