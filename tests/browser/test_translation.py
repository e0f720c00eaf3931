"""The Translation tab in a browser."""

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
TITLES = ("Translation",)
PATIENCE = 60_000


@pytest.fixture
def tab(page: Page) -> Page:
    """The page with the tab open."""
    page.get_by_role("tab", name="Translation").click()
    return page


def output(page: Page) -> Locator:
    """The translated text."""
    return page.locator("#translation-output textarea")


def translate(page: Page, text: str) -> None:
    """Type `text` and wait for the whole of its translation."""
    page.locator("#translation-text textarea").fill(text)
    page.locator("#translation-run").click()
    expect(page.locator("#translation-status")).to_contain_text("sentence", timeout=PATIENCE)
    expect(page.locator("#translation-stop")).to_be_disabled(timeout=PATIENCE)


def test_example_runs_and_its_words_light_up(tab: Page) -> None:
    """One click translates; pointing at a word, or walking to it, lights the words that stand for it, both ways."""
    tab.locator("#translation-examples").get_by_text("What attention does").click()
    expect(output(tab)).to_have_value(
        "O mecanismo de atenção permite que um modelo se concentre nas palavras relevantes.", timeout=PATIENCE
    )
    lit = tab.locator("#translation-words .aligned-there")
    tab.locator(".aligned-target .aligned-word", has_text="palavras").hover()
    expect(lit).to_have_text(["words"])
    tab.locator(".aligned-source .aligned-word", has_text="relevant").focus()
    expect(lit).to_have_text(["relevantes"])
    tab.keyboard.press("ArrowLeft")
    expect(tab.locator("#translation-words .aligned-here")).to_have_text("the")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    expect(tab.locator("#translation-words .aligned-here")).to_have_text("relevantes")
    expect(tab.locator("#translation-words .aligned-detail")).to_contain_text("relevant 9")


# About five seconds of work for two cores.
LONG = " ".join(f"The old house number {number} is very big and it stands near the river." for number in range(140))


def begin_a_long_one(page: Page) -> None:
    """Run a long text, and return while it is being translated."""
    page.locator("#translation-text textarea").fill(LONG)
    page.locator("#translation-run").click()
    expect(page.locator("#translation-stop")).to_be_enabled(timeout=PATIENCE)


def test_an_example_takes_the_place_of_a_running_translation(tab: Page) -> None:
    """What is shown belongs to the text that is shown."""
    begin_a_long_one(tab)
    tab.locator("#translation-examples").get_by_text("What attention does").click()
    expect(output(tab)).to_have_value(
        "O mecanismo de atenção permite que um modelo se concentre nas palavras relevantes.", timeout=PATIENCE
    )
    expect(tab.locator("#translation-stop")).to_be_disabled(timeout=PATIENCE)
    expect(tab.locator("#translation-status")).to_contain_text("1 sentence")


def test_another_text_takes_the_place_of_a_running_one(tab: Page) -> None:
    """Run with another text begins again."""
    begin_a_long_one(tab)
    tab.locator("#translation-text textarea").fill("Good morning.")
    tab.locator("#translation-run").click()
    expect(output(tab)).to_have_value("Bom dia.", timeout=PATIENCE)
    expect(tab.locator("#translation-stop")).to_be_disabled(timeout=PATIENCE)
    expect(tab.locator("#translation-status")).to_contain_text("1 sentence")


def test_the_other_way_round_ends_a_running_translation(tab: Page) -> None:
    """It writes nothing into the emptied result any more."""
    begin_a_long_one(tab)
    tab.locator("#translation-swap").click()
    expect(tab.locator("#translation-stop")).to_be_disabled()
    expect(output(tab)).to_have_value("")
    tab.wait_for_timeout(1500)
    assert output(tab).input_value() == ""


def test_another_word_is_taken_and_taken_back(tab: Page) -> None:
    """By keyboard: the rest of the sentence is written anew, and undo brings the first translation back."""
    translate(tab, "The old house is very big. It rains.")
    before = output(tab).input_value()
    tab.locator(".aligned-target .aligned-word").nth(2).focus()
    tab.keyboard.press("Enter")
    other = tab.locator(".others-word").first
    expect(other).to_be_visible(timeout=PATIENCE)
    word = other.locator("bdi").inner_text()
    other.focus()
    tab.keyboard.press("Enter")
    expect(output(tab)).not_to_have_value(before, timeout=PATIENCE)
    after = output(tab).input_value()
    assert word in after.split(" ")[2]
    assert after.split(" ")[:2] == before.split(" ")[:2]
    assert after.endswith(before.split(". ")[1])
    expect(tab.locator(".aligned-target .aligned-word").nth(2)).to_be_focused()
    tab.get_by_role("button", name="Take the last word back").press("Enter")
    expect(output(tab)).to_have_value(before, timeout=PATIENCE)
    expect(tab.locator(".aligned-target .aligned-word").nth(2)).to_be_focused()


def test_swap_moves_the_output_to_the_input(tab: Page) -> None:
    """The languages change places, the translation becomes the text, and it goes back."""
    translate(tab, "Good morning, my friend.")
    there = output(tab).input_value()
    tab.locator("#translation-swap").click()
    expect(tab.locator("#translation-text textarea")).to_have_value(there)
    expect(output(tab)).to_have_value("")
    expect(tab.locator("#translation-source input")).to_have_value("Portuguese")
    expect(tab.locator("#translation-target input")).to_have_value("English")
    tab.locator("#translation-run").click()
    expect(output(tab)).to_have_value("Good morning, my friend.", timeout=PATIENCE)


def test_target_follows_the_source(tab: Page) -> None:
    """No pair can be picked that is not offered."""
    tab.locator("#translation-source input").click()
    tab.get_by_role("option", name="Portuguese").click()
    expect(tab.locator("#translation-target input")).to_have_value("English")


def test_markup_is_text(tab: Page) -> None:
    """Markup in the input stays text in the output, in the words and in the raw result."""
    tab.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    translate(tab, "Look: <img src=x onerror=alert(1)> is a picture.")
    expect(tab.locator("#translation-words .aligned-source")).to_have_text(
        "Look: <img src=x onerror=alert(1)> is a picture.", timeout=PATIENCE
    )
    tab.locator("#translation-json").get_by_text("Raw JSON").click()
    expect(tab.locator("#translation-raw")).to_contain_text("onerror")
    assert tab.locator("#translation-words img, #translation-raw img").count() == 0


def test_empty_text_is_reported_at_the_field(tab: Page) -> None:
    """Nothing typed: a message, and no model runs."""
    tab.locator("#translation-run").click()
    expect(tab.get_by_text("Text is empty. Type some words.")).to_be_visible()


def test_counter(tab: Page) -> None:
    """The characters are counted as one sees them."""
    tab.locator("#translation-text textarea").fill("olá 🎉")
    expect(tab.locator("#translation-count")).to_have_text("5 of 10,000 characters")


def test_a_guess_is_reported_and_taken_over_by_one_click(tab: Page) -> None:
    """The language follows what is typed, without the page moving; a visitor can translate without accepting it."""
    text, hint, take = (tab.locator(f"#translation-{name}") for name in ("text textarea", "guess", "take"))
    text.fill("123")
    expect(tab.locator("#translation-count")).to_contain_text("3 of")
    before = text.bounding_box()
    text.fill("Acordei cedo e fui a pé até ao rio.")
    expect(hint).to_contain_text("Looks like Portuguese (9")
    expect(take).to_have_text("Translate from Portuguese")
    assert text.bounding_box() == before
    take.click()
    expect(tab.locator("#translation-source input")).to_have_value("Portuguese")
    expect(tab.locator("#translation-target input")).to_have_value("English")
    expect(take).to_be_hidden()
    text.fill("Buongiorno a tutti, come state questa mattina?")
    expect(hint).to_contain_text("Looks like Italian")
    expect(hint).to_contain_text("no model here translates it")
    expect(take).to_be_hidden()
    text.fill("bom dia")
    expect(hint).to_contain_text("Too short to detect the language: perhaps Portuguese")
    translate(tab, "The cat is on the table, and it sleeps.")
    expect(hint).to_contain_text("Looks like English")


def test_typing_asks_once(tab: Page) -> None:
    """A guess is asked for after a pause, not at every key."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    tab.locator("#translation-text textarea").press_sequentially("Acordei cedo e fui a pé até ao rio.", delay=20)
    expect(tab.locator("#translation-guess")).to_contain_text("Looks like Portuguese")
    assert 1 <= len(asked) <= 3
