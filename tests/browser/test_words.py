"""The page for a browser that asks for Chinese: on no tab, before and after it has answered, is any English left."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import app
import model_setup
from demos.words import LANGUAGES
from settings import Settings
from tests import tiny
from tests.demos.spoken import SAME

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
CHINESE = LANGUAGES["zh-CN"]
# Every visible text and accessible name, except JSON, code, and what visitors or models wrote.
VISIBLE = """(theirs) => {
  const skipped = (node) => node.closest(`${theirs}, script, style, [hidden], pre, code, .json-holder`);
  const seen = (node) => node.checkVisibility({ visibilityProperty: true });
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (data.trim() && seen(parentElement) && !skipped(parentElement)) texts.push(data);
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const node of document.querySelectorAll(`[${name}]`))
      if (seen(node) && !skipped(node)) texts.push(node.getAttribute(name));
  return texts;
}"""
# The places of what visitors, models and files wrote.
THEIRS = ", ".join(
    (
        *(".passage", ".answer-text", ".answer-verdict", ".why-text", ".why-detail", ".why-title", "mark"),
        *(".aligned-sentences", ".aligned-detail", ".feeling-text", ".feeling-sentence-text", ".feeling-detail"),
        *(".feeling-sentences", ".summary-text", ".summary-passage", ".summary-draft", ".summary-absent"),
        *(".token-text", ".token-name", ".token-focus", ".token-context", ".message", "#chat-examples"),
        *(
            ".av-strips",
            ".av-table",
            ".av-act",
            ".av-value",
            ".av-bars",
            ".worked-sentence",
            ".worked-keys",
            ".worked-pair",
        ),
        *(
            ".cm-editor",
            "#compare-view .compare-text",
            ".history-runs",
            "#worked-head .worked-text",
            "#batch-table",
            "#batch-charts",
            "#runtime-models tbody",
        ),
    )
)
WORD = re.compile(r"[A-Za-z]{3,}")
# Names, and that of the example file.
ALIKE = (
    *("Glassbox", "cpu", "HTML", "PNG", "SVG", "reviews", "drafts", "perplexity", "labels", "flip", "flip_answer"),
    *("next_token", "lens", "ablate", "salience", "tokens", "top-k", "min-p", "openvino"),
)
# It opens at a layer that tiny models do not have.
TOO_DEEP = "How attention works"


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The whole app on tiny models."""
    serving = app.serve(tiny.cache(), Settings(port=0))
    yield serving.url
    serving.page.close(verbose=False)


@pytest.fixture(scope="module")
def page(browser: Browser, served: str) -> Iterator[Page]:
    """The app in a browser that reads Chinese."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(served)
    page.get_by_role("tab").first.wait_for()
    yield page
    context.close()


@pytest.fixture(scope="module")
def known(page: Page) -> set[str]:
    """The words in Latin letters that translations have too, such as names, and those of models."""
    names = page.evaluate(
        "gradio_config.components.flatMap(({ props }) => (props.choices || []).map(([, name]) => name))"
    )
    names += [spec.name for spec in model_setup.DEFAULT_MODELS]
    return set(WORD.findall(" ".join([*CHINESE.entries.values(), *map(str, names), *SAME, *ALIKE])))


def english(page: Page, known: set[str]) -> list[str]:
    """What is visible and holds words that are not `known`."""
    shown = page.evaluate(VISIBLE, THEIRS)
    return sorted(text for text in set(map(str.strip, shown)) if set(WORD.findall(text)) - known)


def answer(panel: Locator) -> None:
    """Run the first example until it shows something, and stop it."""
    panel.locator("[id$=-examples] button").first.click()
    main = panel.locator("button.primary")
    if panel.locator("#chat-send").count():
        main.first.click()
    expect(panel.locator(".status").filter(has_text="·").first).to_be_visible()
    stop = panel.get_by_role("button", name="停止", exact=True).first
    # At once, whether it is still enabled or not.
    stop.evaluate("node => node.click()")
    expect(stop).to_be_disabled()


@pytest.mark.parametrize("title", [tab.title for tab in app.TABS])
def test_no_english_is_left(page: Page, known: set[str], title: str) -> None:
    """A tab as it opens, then with everything unfolded, then with its first example's result."""
    page.get_by_role("tab", name=CHINESE.localize(title), exact=True).click()
    assert english(page, known) == []
    panel = page.get_by_role("tabpanel").filter(visible=True)
    closed = panel.locator("button.label-wrap:not(.open)")
    while closed.count():
        closed.first.click()
    if (
        panel.locator("button.primary").count()
        and panel.locator("[id$=-examples] button").count()
        and title != TOO_DEEP
    ):
        answer(panel)
    assert english(page, known) == []


def test_what_gradio_says_of_a_run_is_in_chinese(page: Page) -> None:
    """Its place in the queue, also when that changes, and that it is computed."""
    shown = page.evaluate(
        """async () => {
          const box = document.body.appendChild(document.createElement("div"));
          box.className = "progress-text";
          box.append("queue: 2/3 |");
          const texts = [], soon = () => new Promise((done) => setTimeout(done, 50));
          for (const next of ["queue: 1/3 |", "processing |", ""]) {
            await soon();
            texts.push(box.textContent);
            box.firstChild.data = next;
          }
          box.remove();
          return texts;
        }"""
    )
    assert shown == ["排队中：第 2 位，共 3 位 |", "排队中：第 1 位，共 3 位 |", "正在计算 |"]


def test_the_bench_names_its_filters_in_chinese(page: Page, known: set[str]) -> None:
    """A temperature of 0 cuts all tokens but one."""
    page.get_by_role("tab", name="下一个词", exact=True).click()
    panel = page.get_by_role("tabpanel").filter(visible=True)
    answer(panel)
    panel.locator("[data-preset=off]").click()
    panel.locator("[data-knob=temperature]").fill("0")
    expect(panel.locator(".bench-said")).to_contain_text("温度")
    assert english(page, known) == []


def test_the_document_shows_its_language(page: Page) -> None:
    """A screen reader reads Chinese as Chinese."""
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_a_fault_is_reported_in_chinese(page: Page) -> None:
    """At its field, where a text is missing."""
    page.get_by_role("tab", name="情感", exact=True).click()
    page.locator("#sentiment-text textarea").fill(" ")
    page.locator("#sentiment-run").click()
    expect(page.get_by_text("文本为空。请输入一些文字。")).to_be_visible()


def test_what_gradio_writes_is_chinese_too(page: Page, known: set[str]) -> None:
    """A run that fails on the server shows Gradio's title."""
    page.get_by_role("tab", name="注意力原理", exact=True).click()
    page.get_by_role("button", name="“it”指代什么").last.click()
    expect(page.locator(".toast-title").filter(has_text="错误")).to_be_visible()
    assert english(page, known) == []


def test_english_is_found(page: Page, known: set[str]) -> None:
    """A text and a label that are planted on the page do not pass."""
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p aria-label=\"Nobody said\">Unheard of</p>')")
    assert english(page, known) == ["Nobody said", "Unheard of"]
