"""The Tokens tab in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tabs import open_tab

pytestmark = pytest.mark.browser
TITLES = ("Tokens",)
PATIENCE = 60_000


def test_tokens_follow_what_is_typed(page: Page) -> None:
    """Without a button; parts of characters are bytes, markup is text, and arrow keys walk the tokens."""
    open_tab(page, "Tokens")
    text = page.locator("#tokenizers-text textarea")
    text.fill("tokenization")
    figures = page.locator("#tokenizers-view .cuts-figures")
    expect(figures.first).to_contain_text("2 tokens", timeout=PATIENCE)
    text.press_sequentially(" 🚀")
    bytes_ = page.locator("#tokenizers-view .cuts-column").nth(1).locator(".cuts-bytes")
    expect(bytes_.first).to_have_text(re.compile("F0 9F"))
    text.fill("<b>x</b>")
    expect(page.locator("#tokenizers-view .cuts-column").first).to_contain_text("<")
    assert page.locator("#tokenizers-view b").count() == 0
    first = page.locator("#tokenizers-view .cuts-token").first
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tokenizers-view .cuts-focus")).to_contain_text("“b”: id")
    page.get_by_label("Show ids in place of texts").check()
    expect(first).to_have_text(re.compile(r"\d+"))
    text.fill("")
    expect(page.locator("#tokenizers-view .cuts")).to_be_hidden()
