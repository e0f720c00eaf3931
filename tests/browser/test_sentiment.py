"""The Sentiment tab in a browser, on the trained adapter."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tabs import open_fold, open_tab, paint

pytestmark = pytest.mark.browser
TITLES = ("Sentiment",)
SCRIPT = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_word_that_turns_a_sentence_is_marked(page: Page, theme: str) -> None:
    """“not” pushes to positive, and its effect is shown when it is pointed at, in both themes."""
    open_tab(page, "Sentiment", theme)
    page.get_by_text("Negation", exact=True).click()
    expect(page.locator("#sentiment-view .feeling-detail")).to_contain_text("Point at a word", timeout=60_000)
    expect(page.locator("#sentiment-view .feeling-verdict")).not_to_have_text("negative")
    word = page.locator("#sentiment-view .feeling-word", has_text="not").first
    expect(word).to_have_class("feeling-word feeling-to-positive feeling-strong")
    word.hover()
    expect(page.locator("#sentiment-view .feeling-detail")).to_contain_text("towards positive")
    ink, ground = paint(page, "#sentiment-view .feeling-text")
    assert abs(ink - ground) > 0.5
    assert (ground < 0.5) == (theme == "dark")


@pytest.mark.parametrize(("example", "label"), [("Neutral facts", "neutral"), ("Plain words", "negative")])
def test_an_example_takes_one_click(page: Page, example: str, label: str) -> None:
    """The likeliest class is the verdict and the bold bar."""
    open_tab(page, "Sentiment")
    page.get_by_text(example, exact=True).click()
    expect(page.locator("#sentiment-view .feeling-verdict")).to_have_text(label, timeout=60_000)
    expect(page.locator("#sentiment-view .feeling-chosen")).to_contain_text(label)


def test_words_can_be_walked_with_the_keyboard(page: Page) -> None:
    """Arrow keys go from word to word, and each shows its effect."""
    open_tab(page, "Sentiment")
    page.get_by_text("Plain words", exact=True).click()
    expect(page.locator("#sentiment-view .feeling-detail")).to_contain_text("Point at a word", timeout=60_000)
    page.locator("#sentiment-view .feeling-word").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#sentiment-view .feeling-detail")).to_contain_text("“terrible”")


def test_markup_is_shown_as_text(page: Page) -> None:
    """HTML in a text is read and shown, never run."""
    open_tab(page, "Sentiment")
    page.locator("#sentiment-text textarea").fill(f"Lovely {SCRIPT}")
    page.locator("#sentiment-run").click()
    expect(page.locator("#sentiment-view .feeling-text")).to_have_text(f"Lovely {SCRIPT}", timeout=60_000)
    assert page.locator("#sentiment-view img").count() == 0


def test_an_empty_text_is_reported_at_its_field(page: Page) -> None:
    """Nothing runs, and the message stands at the text."""
    open_tab(page, "Sentiment")
    page.locator("#sentiment-text textarea").fill("?!")
    page.locator("#sentiment-run").click()
    expect(page.locator("#sentiment-text")).to_contain_text("text is empty")


def test_a_visitor_types_labels_of_their_own(page: Page) -> None:
    """A wrong list is an error at its field; then the label that fits is the first bar, and names are text."""
    open_tab(page, "Sentiment")
    page.locator("#sentiment-text textarea").fill("The goalkeeper saved a penalty in the last minute.")
    names = page.locator("#labels-names input, #labels-names textarea")
    open_fold(page.locator("#sentiment-labels button.label-wrap"), names)
    names.fill("sport")
    page.locator("#labels-run").click()
    expect(page.locator("#labels-names")).to_contain_text("labels must be 2 to 20 names; there are 1.")
    names.fill(f"cooking, sport, {SCRIPT}")
    page.locator("#labels-run").click()
    expect(page.locator("#labels-view .feeling-row")).to_have_count(3, timeout=60_000)
    expect(page.locator("#labels-view .feeling-chosen")).to_contain_text("✓ sport")
    expect(page.locator("#labels-view .label-name").first).to_have_text("✓ sport")
    expect(page.locator("#labels-view")).to_contain_text(SCRIPT)
    assert page.locator("#labels-view img").count() == 0
    expect(page.locator("#labels-status")).to_contain_text("all-MiniLM-L6-v2 · cpu")
