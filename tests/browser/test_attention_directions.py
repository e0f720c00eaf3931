"""In the Attention view a token of any script stands at its own place among the words around it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from models.catalog.bundled import MINILM
from models.explain.attention import Attender
from tests import tiny
from tests.browser.alone import Alone, alone

pytestmark = pytest.mark.browser
# The first token of each is seen to look at its last.
PAIRS = {
    "Arabic": "مرحبا بالعالم",
    "Hebrew": "שלום עולם",
    "Persian": "سلام دنیا",
    "Urdu": "آداب دنیا",
    "Syriac": "ܫܠܡܐ ܥܠܡܐ",
    "Thaana": "ދިވެހި ބަސް",
    "Arabic, Latin": "مرحبا world",
    "Latin, Hebrew": "hello עולם",
    "Hebrew with a mark": "שלום! עולם",
    "Arabic with digits": "غرفة ١٢٣",
    "Hebrew with digits": "חדר 123",
    "Latin": "hello world",
}
# The left edges of texts that follow each other in `node`.
EDGES = """(node, texts) => {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), parts = [];
  let whole = "";
  while (walker.nextNode()) {
    parts.push([walker.currentNode, whole.length]);
    whole += walker.currentNode.data;
  }
  const place = (at) => {
    const [part, start] = parts.findLast(([, start]) => start <= at);
    return [part, at - start];
  };
  let from = 0;
  return texts.map((text) => {
    const at = whole.indexOf(text, from), range = new Range();
    if (at < 0) return whole;
    from = at + text.length;
    const [last, end] = place(from - 1);
    range.setStart(...place(at));
    range.setEnd(last, end + 1);
    return range.getBoundingClientRect().left;
  });
}"""


@pytest.fixture(scope="module")
def attender() -> Attender:
    """A tiny encoder, which reads a word of another script as one token."""
    return Attender(tiny.cache(), (MINILM,))


@pytest.fixture(scope="module")
def view(browser: Browser, attender: Attender) -> Iterator[Alone]:
    """The view on one page for all texts."""
    with alone(browser, attender) as view:
        yield view


def expect_in_order(words: Locator, *texts: str) -> None:
    """The texts stand from the left to the right."""
    edges = words.evaluate(EDGES, list(texts))
    assert edges == sorted(edges), dict(zip(texts, edges, strict=True))


@pytest.mark.parametrize("text", PAIRS.values(), ids=PAIRS.keys())
def test_a_token_does_not_reorder_what_stands_around_it(view: Alone, attender: Attender, text: str) -> None:
    """In the heading, on the button that switches the look off, in what is off then, and over the model's result."""
    tokens = [token.text for token in attender("", text).keys]
    first, last = tokens[1], tokens[-2]
    view.show(text, layer=0, head=0)
    view.open("matrix")
    view.page.locator(".av-focus").focus()
    for key in ("Escape", "ArrowDown", *["ArrowRight"] * (len(tokens) - 2)):
        view.page.keyboard.press(key)
    expect_in_order(view.page.locator(".av-value"), first, " looks at ", last, ": ", "0.")
    off = view.page.locator(".av-act", has_text="→")
    expect_in_order(off, "Switch off: ", first, " → ", last)
    off.click()
    title = view.page.locator(".av-outcome h3")
    expect_in_order(title, "With ", first, " → ", last, ", layer 1, head 1", " off")
    view.open("off")
    chip = view.page.locator(".av-off-chip")
    expect_in_order(chip, first, " → ", last, ", layer 1, head 1", " ×")
    chip.click()
    expect(chip).to_have_count(0)
