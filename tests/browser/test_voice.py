"""Read aloud: only by voices of the device, each word marked, and nothing sent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

import app
from demos.fields.read_aloud import language_of
from demos.page import build as glassbox
from tests import tiny
from tests.browser.tabs import open_tab, titled, whole_run

pytestmark = pytest.mark.browser
# A browser with a voice from the net, a local one in Portuguese, and none else; it reads one word and waits.
VOICES = """
window.spoken = [];
window.silenced = 0;
const voices = [
  { name: "net", lang: "pt-PT", localService: false, default: true },
  { name: "here", lang: "pt-BR", localService: true, default: false },
];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices,
  cancel: () => (window.silenced += 1),
  speak: (utterance) => {
    window.last = utterance;
    window.spoken.push([utterance.voice.name, utterance.text]);
    utterance.onboundary({ charIndex: 0, charLength: 2 });
  },
} });
"""


PORTUGUESE = (
    "O barco novo começou a navegar na segunda-feira entre a vila e a ilha. Leva cento e vinte pessoas. "
    "O capitão trabalha na linha há muitos anos. Os pescadores dizem que a torre ocupa o lugar deles. "
    "Os bilhetes ficaram mais caros este ano."
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of the app over tiny models."""
    demo = app.build(tiny.cache(), titled("Translation", "Summarization"), openings=False)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    yield address.rstrip("/")
    demo.close()


def test_a_translation_is_read_by_a_local_voice(page: Page) -> None:
    """In its own language, its word selected; where there is no such voice, that is said, and the net's is not used."""
    page.add_init_script(VOICES)
    page.reload()
    open_tab(page, "Translation")
    output = page.locator("#translation-output textarea")
    page.locator("#translation-text textarea").fill("The words.")
    page.locator("#translation-run").click()
    expect(output).not_to_have_value("", timeout=60_000)
    button = page.locator("#translation-aloud")
    button.click()
    expect(button).to_have_text("Stop reading")
    assert page.evaluate("window.spoken") == [["here", output.input_value()]]
    assert output.evaluate("node => node.selectionEnd") == 2
    button.click()
    expect(button).to_have_text("Read aloud")
    assert len(page.evaluate("window.spoken")) == 1


def test_a_summary_is_read_in_the_language_that_its_text_is_in(page: Page) -> None:
    """The only voice reads Portuguese: taken for English by its letters, the summary would not be read."""
    page.add_init_script(VOICES)
    page.reload()
    open_tab(page, "Summarization")
    page.locator("#summary-text textarea").fill(PORTUGUESE)
    page.locator("#summary-run").click()
    expect(page.locator("#summary-view .summary-text").first).to_be_visible(timeout=60_000)
    page.locator("#summary-aloud").click()
    expect(page.locator("#summary-aloud")).to_have_text("Stop reading")
    assert {name for name, _ in page.evaluate("window.spoken")} == {"here"}


def read_a_summary(page: Page) -> Locator:
    """Let a summary be read; returns the button that does it."""
    page.add_init_script(VOICES)
    page.reload()
    open_tab(page, "Summarization")
    page.locator("#summary-text textarea").fill(PORTUGUESE)
    with whole_run(page):
        page.locator("#summary-run").click()
    button = page.locator("#summary-aloud")
    button.click()
    expect(button).to_have_text("Stop reading")
    page.evaluate("window.silenced = 0")
    return button


def test_it_is_silenced_without_the_server(page: Page) -> None:
    """A press on “Stop reading” asks nothing: it works offline."""
    button = read_a_summary(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.context.set_offline(True)
    button.click()
    expect(button).to_have_text("Read aloud")
    assert page.evaluate("window.silenced") == 1
    assert not asked
    assert not page.locator(".toast-body").count()


def test_it_ends_with_what_it_reads(page: Page) -> None:
    """On another tab, and where a new run begins."""
    button = read_a_summary(page)
    page.get_by_role("tab", name="Translation", exact=True).click()
    expect(button).to_have_text("Read aloud")
    assert page.evaluate("window.silenced") == 1
    page.get_by_role("tab", name="Summarization", exact=True).click()
    button.click()
    expect(button).to_have_text("Stop reading")
    page.locator("#summary-run").click()
    expect(button).to_have_text("Read aloud")


def test_a_voice_that_fails_is_over(page: Page) -> None:
    """The button does not stay at “Stop reading”; what comes late of a reading before ends no other."""
    button = read_a_summary(page)
    page.evaluate("window.before = window.last")
    page.evaluate("window.last.onerror({})")
    expect(button).to_have_text("Read aloud")
    button.click()
    expect(button).to_have_text("Stop reading")
    page.evaluate("window.before.onerror({})")
    expect(button).to_have_text("Stop reading")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("O céu é azul porque a luz se espalha.", "pt"),
        ("Hi! How can I help you today?", "en"),
        ("你好", "zh"),
        ("Sure!", ""),
        ("42", ""),
    ],
)
def test_a_language_is_told_where_it_is_likely(text: str, language: str) -> None:
    """A reply of one word may be in many languages: the voice is then chosen by its letters."""
    assert language_of(text) == language


def test_without_a_local_voice_nothing_is_read(page: Page) -> None:
    """A voice from the net would be sent the text."""
    page.add_init_script(VOICES.replace("localService: true", "localService: false"))
    page.reload()
    open_tab(page, "Translation")
    page.locator("#translation-text textarea").fill("The words.")
    page.locator("#translation-run").click()
    expect(page.locator("#translation-output textarea")).not_to_have_value("", timeout=60_000)
    page.locator("#translation-aloud").click()
    expect(page.locator("#translation-aloud")).to_contain_text("no voice of its own")
    assert page.evaluate("window.spoken") == []
