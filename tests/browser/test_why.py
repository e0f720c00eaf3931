"""Why, under sentiment and answers, and what every tab carries to the Attention tab in one click."""

import re

import pytest
from playwright.sync_api import Page, expect

from models.catalog.bundled import SENTIMENT
from models.runtime.cache import ModelCache
from models.runtime.limits import TEXT_LIMIT
from tests.browser.tabs import open_tab, paint

pytestmark = pytest.mark.browser
TITLES = ("Question answering", "Sentiment", "Summarization", "Attention")
PATIENCE = 120_000
SCRIPT = "<img src=x onerror=alert(1)>"
AGREEMENT = re.compile(r"The two measures .+: −?[01]\.\d\d over \d+ words")
COMPLETE = re.compile(r"The gradients add up to the whole change of the score, within 0\.\d%")


def unfold(page: Page, elem_id: str) -> None:
    """Open an accordion."""
    page.locator(f"#{elem_id} button.label-wrap").click()


def read(page: Page, text: str) -> None:
    """Type a text into the Sentiment tab, and run."""
    page.locator("#sentiment-text textarea").fill(text)
    page.locator("#sentiment-run").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_sentiment_is_explained_when_it_is_looked_into(page: Page, theme: str) -> None:
    """The result first; the fold, once opened, measures the same words twice and shows how far both agree."""
    open_tab(page, "Sentiment", theme)
    read(page, "The screen of this phone is terrible.")
    expect(page.locator("#sentiment-view .feeling-verdict")).to_have_text("negative", timeout=PATIENCE)
    assert page.locator("#sentiment-why .why-word").count() == 0
    unfold(page, "sentiment-why")
    facts = page.locator("#sentiment-why .why-fact")
    expect(facts.nth(0)).to_have_text(AGREEMENT, timeout=PATIENCE)
    expect(facts.nth(1)).to_have_text(COMPLETE, timeout=PATIENCE)
    planted = page.locator("#sentiment-why .why-word", has_text="terrible")
    expect(planted).to_have_count(2)
    for i in range(2):
        expect(planted.nth(i)).to_have_class(re.compile("why-down why-strong"))
    planted.first.hover()
    expect(page.locator("#sentiment-why .why-detail")).to_have_text(
        re.compile(r"“terrible” left out −[01]\.\d\d, gradients −[01]\.\d\d")
    )
    expect(planted.nth(1)).to_have_class(re.compile("why-here"))
    expect(page.locator("#sentiment-why")).to_contain_text("Jain and Wallace 2019")
    expect(page.locator("#sentiment-why")).to_contain_text("Wiegreffe and Pinter 2019")
    ink, ground = paint(page, "#sentiment-why .why-text >> nth=0")
    assert abs(ink - ground) > 0.5
    assert (ground < 0.5) == (theme == "dark")


def test_an_open_fold_follows_the_next_text(page: Page) -> None:
    """Opened before anything was read it says nothing; then each run is explained, and walked with the keyboard."""
    open_tab(page, "Sentiment")
    unfold(page, "sentiment-why")
    read(page, f"Lovely {SCRIPT}")
    expect(page.locator("#sentiment-why .why-fact").first).to_have_text(AGREEMENT, timeout=PATIENCE)
    expect(page.locator("#sentiment-why .why-text").first).to_have_text(f"Lovely {SCRIPT}")
    assert page.locator("#sentiment-why img").count() == 0
    page.locator("#sentiment-why .why-word").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#sentiment-why .why-detail")).to_contain_text("“<”")
    read(page, "absolutely terrible")
    expect(page.locator("#sentiment-why .why-text").first).to_have_text("absolutely terrible", timeout=PATIENCE)
    expect(page.locator("#sentiment-why .why-fact").first).to_have_text(AGREEMENT, timeout=PATIENCE)


def test_stop_ends_the_explaining(page: Page, real_cache: ModelCache) -> None:
    """The result stays, what was measured stays, the model is free, and Stop is over."""
    open_tab(page, "Sentiment")
    unfold(page, "sentiment-why")
    read(page, ("The film is not bad at all. " * (TEXT_LIMIT // 28)).strip())
    measuring = page.locator("#sentiment-why .why-fact", has_text=re.compile(r"Measuring: [1-9]"))
    expect(measuring).to_be_visible(timeout=2 * PATIENCE)
    page.locator("#sentiment-stop").click()
    expect(page.locator("#sentiment-stop")).to_be_disabled()

    def leases() -> int:
        return sum(m.leases for m in real_cache.status().models if m.name == SENTIMENT.name)

    for _ in range(100):
        if leases() == 0:
            break
        page.wait_for_timeout(100)
    assert leases() == 0
    expect(page.locator("#sentiment-view .feeling-verdict")).to_be_visible()
    expect(page.locator("#sentiment-why .why-fact")).to_have_text([re.compile("Measuring")])


def test_an_answer_is_explained_where_it_was_found(page: Page) -> None:
    """The words of the question twice, those of the window once; the answer is marked, and the cut is mentioned."""
    open_tab(page, "Question answering")
    page.locator("#answer-question textarea").fill("What is the population of the town?")
    fill = "The lake is deep and the hills are green. " * 60
    page.locator("#answer-context textarea").fill(f"{fill}The town has a population of 4,300. {fill}")
    page.locator("#answer-run").click()
    expect(page.locator("#answer-view .answer-verdict")).to_have_text("4,300", timeout=PATIENCE)
    unfold(page, "answer-why")
    asked = page.locator("#answer-why .why-word", has_text="population").first
    expect(asked).to_have_class(re.compile("why-up why-strong"), timeout=PATIENCE)
    expect(page.locator("#answer-why .why-note")).to_have_text(
        re.compile(r"Shown is the window in which it was found: characters [\d,]+ to [\d,]+ of [\d,]+\.")
    )
    marked = page.locator("#answer-why .why-answer")
    assert "".join(marked.all_inner_texts()) == "4,300"
    box, own = page.locator("#answer-why .why-text").nth(2).bounding_box(), marked.first.bounding_box()
    assert box is not None
    assert own is not None
    assert box["y"] <= own["y"] <= box["y"] + box["height"]
    # The rest is not looked at; where all is explained by now, nothing is left to stop.
    page.locator("#answer-stop").click(force=True)


def test_sentiment_is_carried_to_attention_in_one_click(page: Page) -> None:
    """The tab comes to the front with the model and the text, and the picture is drawn; so it does once more."""
    open_tab(page, "Sentiment")
    page.locator("#sentiment-text textarea").fill("Not bad.")
    unfold(page, "sentiment-why")
    for _ in range(2):
        page.locator("#sentiment-carry").click()
        expect(page.locator(".av-focus")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#attention-status")).to_contain_text("MiniLM-sentiment", timeout=PATIENCE)
        expect(page.locator("#attention-text textarea")).to_have_value("Not bad.")
        page.get_by_role("tab", name="Sentiment").click()


def test_an_answer_is_carried_to_attention_in_one_click(page: Page) -> None:
    """The question and its window become the two texts, before all is explained; without an answer, words say so."""
    open_tab(page, "Question answering")
    unfold(page, "answer-why")
    page.locator("#answer-carry").click()
    expect(page.get_by_text("There is no answer yet.")).to_be_visible()
    expect(page.locator("#answer-run")).to_be_visible()
    unfold(page, "answer-why")
    page.get_by_text("In the last lines of a long text").click()
    expect(page.locator("#answer-status")).to_contain_text("· 13 windows", timeout=PATIENCE)
    unfold(page, "answer-why")
    page.locator("#answer-carry").click()
    expect(page.locator(".av-focus")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#attention-status")).to_contain_text("MiniLM-SQuAD", timeout=PATIENCE)
    expect(page.locator("#attention-text textarea")).to_have_value("Where was the brass key found?")
    expect(page.locator("#attention-pair textarea")).to_have_value(re.compile("old clock in the kitchen"))


def test_a_summary_is_carried_to_attention_in_one_click(page: Page) -> None:
    """A picked sentence goes to the encoder that picked it."""
    open_tab(page, "Summarization")
    page.get_by_text("The same, picked").click()
    expect(page.locator("#summary-view .summary-sentence").first).to_be_visible(timeout=PATIENCE)
    unfold(page, "summary-why")
    page.locator("#summary-carry").click()
    expect(page.locator(".av-focus")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#attention-status")).to_contain_text("all-MiniLM-L6-v2", timeout=PATIENCE)
