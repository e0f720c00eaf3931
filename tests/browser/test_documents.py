"""Documents in a browser: an answer with its page, a file translated."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tabs import open_fold, open_tab
from tests.documents.test_pdf import drawn

pytestmark = pytest.mark.browser
TITLES = ("Question answering", "Translation", "Summarization", "Chat")
PATIENCE = 60_000
TIMES = ("00:00:01,000 --> 00:00:02,000", "00:01:05,000 --> 00:01:06,000")
SUBTITLES = f"1\n{TIMES[0]}\n<i>Good morning.</i>\n\n2\n{TIMES[1]}\nSee you soon.\n"
# Gradio gives a field its first value a little after the field appears.
AT_REST = "() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)))"


def upload(page: Page, tab: str, path: Path) -> None:
    """Give the tab's button the file at `path`."""
    with page.expect_file_chooser() as chooser:
        page.locator(f"#{tab}-upload").click()
    chooser.value.set_files(path)


def test_an_answer_has_its_page(page: Page, tmp_path: Path) -> None:
    """The text fills the field, what was read is said, and the page stands beside the answer until the text changes."""
    open_tab(page, "Question answering")
    path = tmp_path / "log.pdf"
    path.write_bytes(drawn(["The weather was calm."], ["The brass key was found in the kitchen clock."], ["He slept."]))
    upload(page, "answer", path)
    expect(page.locator("#answer-document")).to_contain_text(
        "log.pdf · PDF · 3 pages · 79 characters", timeout=PATIENCE
    )
    expect(page.locator("#answer-context textarea")).to_have_value(
        "The weather was calm.\n\nThe brass key was found in the kitchen clock.\n\nHe slept."
    )
    page.locator("#answer-question textarea").fill("Where was the brass key found?")
    page.locator("#answer-run").click()
    expect(page.locator("#answer-view .answer-place").first).to_have_text("page 2", timeout=PATIENCE)
    page.locator("#answer-context textarea").fill("The brass key was found in the cellar.")
    page.locator("#answer-run").click()
    expect(page.locator("#answer-view .answer-verdict")).to_contain_text("cellar", timeout=PATIENCE)
    expect(page.locator("#answer-view .answer-place")).to_have_count(0)


def test_a_file_that_cannot_be_read_is_reported_in_words(page: Page, tmp_path: Path) -> None:
    """And the field stays as it was."""
    open_tab(page, "Question answering")
    page.locator("#answer-context textarea").wait_for()
    page.evaluate(AT_REST)
    page.locator("#answer-context textarea").fill("What was there.")
    path = tmp_path / "scan.pdf"
    path.write_bytes(drawn([]))
    upload(page, "answer", path)
    expect(page.locator("#answer-document")).to_contain_text(
        "scan.pdf was not read. The PDF has no text", timeout=PATIENCE
    )
    expect(page.locator("#answer-context textarea")).to_have_value("What was there.")


def test_a_long_document_begins_where_the_visitor_says(page: Page, tmp_path: Path) -> None:
    """The field holds what fits, from the page that is chosen."""
    open_tab(page, "Summarization")
    path = tmp_path / "long.pdf"
    # Pages whose first lines differ by a number alone would have them taken for a running head.
    names = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    path.write_bytes(drawn(*([f"Line {i} of page {name} is about ships." for i in range(40)] for name in names)))
    upload(page, "summary", path)
    expect(page.locator("#summary-document")).to_contain_text("page 1 to page", timeout=PATIENCE)
    page.locator("#summary-begin input").click()
    page.get_by_role("option", name="page 9", exact=True).click()
    expect(page.locator("#summary-document")).to_contain_text("page 9 to page 12", timeout=PATIENCE)
    assert page.locator("#summary-text textarea").input_value().startswith("Line 0 of page nine")


def test_subtitles_are_translated_into_the_same_file(page: Page, tmp_path: Path) -> None:
    """Times and tags are as they were."""
    open_tab(page, "Translation")
    path = tmp_path / "film.srt"
    path.write_text(SUBTITLES)
    upload(page, "translation", path)
    expect(page.locator("#translation-document")).to_contain_text("2 cues", timeout=PATIENCE)
    run = page.locator("#translation-file-run")
    open_fold(page.get_by_text("Translate a document into the same file"), run)
    run.click()
    expect(page.locator("#translation-file-status")).to_contain_text("26 of 26 characters", timeout=PATIENCE)
    button = page.locator("#translation-file")
    expect(button).to_be_enabled(timeout=PATIENCE)
    with page.expect_download() as download:
        button.click()
    made = Path(download.value.path()).read_text()
    assert download.value.suggested_filename == "film.pt.srt"
    assert [line for line in made.split("\n") if "-->" in line] == list(TIMES)
    assert "<i>Bom dia.</i>" in made


def test_a_document_becomes_a_message(page: Page, tmp_path: Path) -> None:
    """To be sent, or changed before."""
    open_tab(page, "Chat")
    path = tmp_path / "note.txt"
    path.write_text("Caf\u00e9 au lait.", encoding="cp1252")
    upload(page, "chat", path)
    expect(page.locator("#chat-message textarea")).to_have_value("Café au lait.", timeout=PATIENCE)


def test_a_reply_has_its_place_in_the_document(page: Page, tmp_path: Path) -> None:
    """The line of the document that is nearest to the reply stands under it, and goes with the conversation."""
    open_tab(page, "Chat")
    path = tmp_path / "log.txt"
    path.write_text("The ferry leaves at nine.\n\nThe keeper kept all letters in a wooden box.\n")
    upload(page, "chat", path)
    message = page.locator("#chat-message textarea")
    expect(message).to_have_value(re.compile("wooden box"), timeout=PATIENCE)
    message.press("Control+End")
    message.press_sequentially(" Where did the keeper keep all letters?")
    page.locator("#chat-send").click()
    expect(page.locator("#chat-places")).to_contain_text("Nearest in the document: line 3", timeout=PATIENCE)
    page.locator("#chat-conversation").get_by_role("button", name="Clear").click()
    expect(page.locator("#chat-places p")).to_be_empty(timeout=PATIENCE)
