"""What a visitor or a model wrote runs in its own direction: Arabic from the right, English from the left."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

import app
from demos.page import build as glassbox
from tests import tiny
from tests.browser.tabs import open_tab, titled, whole_run

pytestmark = pytest.mark.browser
ARABIC, ENGLISH = "مرحبا بالعالم", "Hello world"
# Of the views: where a text stands, by the tag that it has there.
PLACES = {
    **dict.fromkeys(("passage", "feeling-text", "summary-passage", "why-text"), "div"),
    **dict.fromkeys(("answer-verdict", "summary-draft", "compare-text", "aligned-side"), "p"),
    **dict.fromkeys(("answer-text", "feeling-sentence-text", "summary-text"), "span"),
}
# How far the first letters of two paragraphs are from the left and from the right edge of what they stand in.
EDGES = """([tag, name, ...texts]) => {
  const node = document.createElement(tag);
  node.className = name;
  Object.assign(node.style, { display: tag === "span" ? "block" : "", width: "600px", whiteSpace: "pre-wrap" });
  node.textContent = texts.join("\\n");
  document.querySelector(".gradio-container .contain").append(node);
  const box = node.getBoundingClientRect();
  const edges = texts.map((text, at) => {
    const range = new Range(), start = texts.slice(0, at).join("\\n").length + (at ? 1 : 0);
    range.setStart(node.firstChild, start);
    range.setEnd(node.firstChild, start + text.length);
    const { left, right } = range.getBoundingClientRect();
    return [left - box.left, box.right - right];
  });
  node.remove();
  return edges;
}"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of the app on tiny models."""
    demo = app.build(tiny.cache(), titled("Chat"), openings=False)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    yield address.rstrip("/")
    demo.close()


@pytest.mark.parametrize("name", PLACES)
def test_each_paragraph_has_its_own_direction(page: Page, name: str) -> None:
    """One from the right and one from the left, in the same text."""
    (_, right), (left, beyond) = page.evaluate(EDGES, [PLACES[name], name, ARABIC, ENGLISH])
    assert right < 40
    assert left < 40
    assert beyond > 300


def test_a_message_has_its_own_direction(page: Page) -> None:
    """What was said in a chat."""
    open_tab(page, "Chat")
    page.locator("#chat-message textarea").fill(f"{ARABIC} {ARABIC}\nab")
    with whole_run(page):
        page.locator("#chat-send").click()
    said = page.locator("#chat-conversation [data-testid=user] .message-content")
    expect(said).to_contain_text(ARABIC)
    edges = said.evaluate(
        """node => {
          const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), range = new Range();
          while (!walker.nextNode().data.includes("ab"));
          const text = walker.currentNode, start = text.data.indexOf("ab");
          range.setStart(text, start);
          range.setEnd(text, start + 2);
          const latin = range.getBoundingClientRect();
          range.setStart(text, 0);
          range.setEnd(text, 5);
          const arabic = range.getBoundingClientRect(), box = node.getBoundingClientRect();
          return [arabic.right - latin.right, box.width];
        }"""
    )
    assert edges[0] > 0.5 * edges[1]
