"""The Attention tab in a browser."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from playwright.sync_api import Browser, Page, expect

from models.catalog.bundled import MINILM
from models.explain.attention import Attender
from models.runtime.cache import ModelCache
from tests.browser.masking import hide, merge
from tests.browser.tabs import script_failures

pytestmark = pytest.mark.browser
TITLES = ("Attention",)

SENTENCE = "The animal didn't cross the street because it was too tired."
HOSTILE = "<img src=x onerror=alert(1)> {{value}} ${value} שלום עולם 👩\u200d👩\u200d👧 tokenizable"


def open_tab(page: Page) -> None:
    """Bring the tab to the front."""
    page.get_by_role("tab", name="Attention", exact=True).click()


def run(page: Page, text: str) -> None:
    """Type a text and run it in the model that is chosen."""
    open_tab(page)
    page.locator("#attention-text textarea").fill(text)
    page.locator("#attention-run").click()
    page.locator(".av-focus").wait_for(timeout=60_000)


def download(page: Page, name: str, folder: Path) -> Path:
    """Save what is on screen by the button of that name."""
    with page.expect_download() as waiting:
        page.locator(".av-exports button", has_text=name).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_an_example_shows_what_it_stands_for(page: Page) -> None:
    """One click draws the heatmap; hover gives a value, a click keeps it, arrow keys walk."""
    open_tab(page)
    page.locator("#attention-examples button").first.click()
    value = page.locator(".av-value")
    expect(value).to_have_text(re.compile(r"^it looks at animal: 0\.6\d$"), timeout=60_000)
    expect(page.locator("#attention-status")).to_contain_text("6 layers × 12 heads")
    picture = page.locator(".av-focus")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(value).not_to_contain_text("animal")
    expect(value).to_have_text(re.compile(r"looks at .+: [01]\.\d{2}$"))
    picture.focus()
    page.mouse.move(2, 2)
    expect(value).to_contain_text("it looks at animal")
    page.keyboard.press("ArrowDown")
    expect(value).to_contain_text("was looks at animal")
    page.keyboard.press("ArrowRight")
    expect(value).to_contain_text("was looks at didn")
    page.keyboard.press("Escape")
    expect(value).to_contain_text("Point at a cell")


def test_saved_numbers_are_the_models_own(page: Page, real_cache: ModelCache, tmp_path: Path) -> None:
    """Whole words, special tokens hidden, saved as JSON: what Python computes from the same weights."""
    run(page, SENTENCE)
    page.locator(".av-words").check()
    page.locator(".av-hide").check()
    saved: dict[str, Any] = json.loads(download(page, "JSON", tmp_path).read_text())
    result = Attender(real_cache, (MINILM,))("", SENTENCE)
    special = [token.special for token in result.keys]
    words = [token.word - 1 for token in result.keys if not token.special]
    assert saved["keys"][:4] == ["The", "animal", "didn't", "cross"]
    expected = merge(hide(result.select(saved["layer"], saved["head"]), special, special), words, words)
    assert_allclose(saved["weights"], expected, atol=1e-6)
    table = download(page, "CSV", tmp_path).read_text("utf-8-sig").splitlines()
    assert table[0].startswith(',"The","animal","didn\'t"')
    assert_allclose([float(cell) for cell in table[1].split(",")[1:]], expected[0], atol=1e-6)


def test_figures_hold_title_tokens_and_scale(page: Page, tmp_path: Path) -> None:
    """SVG as text; PNG as a picture."""
    run(page, "Cats & <b>dogs</b>")
    figure = download(page, "SVG", tmp_path).read_text()
    for words in ("all-MiniLM-L6-v2 · Layer 4 of 6, head 2 of 12", ">cats<", "&amp;", "&lt;", "weight", "from ↓"):
        assert words.lower() in figure.lower()
    assert download(page, "PNG", tmp_path).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_saved_page_works_from_disk(page: Page, browser: Browser, tmp_path: Path) -> None:
    """With no network, with a hostile text inside: it opens where it was, and changes heads."""
    run(page, "</script><script>alert(1)</script> and more")
    page.locator("[data-view=lines]").click()
    saved = download(page, "HTML", tmp_path)
    context = browser.new_context(offline=True)
    alone = context.new_page()
    failures = script_failures(alone)
    alone.on("dialog", lambda dialog: failures.append("a script of the text ran"))
    alone.goto(saved.as_uri())
    expect(alone.locator(".av-strip")).to_contain_text("script")
    expect(alone.locator("[data-view=lines]")).to_have_attribute("aria-pressed", "true")
    alone.locator("[data-view=matrix]").click()
    before = alone.locator(".av-value").text_content()
    alone.locator(".av-strip span").nth(3).hover()
    expect(alone.locator(".av-value")).not_to_have_text(before or "")
    alone.get_by_label("Next layer").click()
    expect(alone.locator(".av-caption")).to_contain_text("Layer 5 of 6")
    context.close()
    assert not failures


def test_strange_texts_are_text(page: Page) -> None:
    """Markup, templates, right-to-left script and emoji are shown as they are, in every view, on a phone."""
    page.on("dialog", lambda dialog: pytest.fail("a script of the text ran"))
    run(page, HOSTILE)
    page.set_viewport_size({"width": 390, "height": 800})
    strip = page.locator(".av-strip")
    page.locator(".av-words").check()
    expect(strip).to_contain_text("שלום")
    expect(strip).to_contain_text("tokenizable")
    expect(strip).to_contain_text("< img src = x onerror")
    page.locator(".av-table summary").click()
    for view in ("lines", "heads", "matrix"):
        page.locator(f"[data-view={view}]").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#attention-view img").count() == 0
    expect(page.locator(".av-table tbody tr").first).to_contain_text("[CLS]")
    page.evaluate("document.body.classList.add('dark')")
    expect(page.locator("#attention-view .av-dark")).to_be_visible()


def test_all_heads_open_one_head(page: Page) -> None:
    """72 thumbnails; a click opens that head; named heads are offered."""
    run(page, SENTENCE)
    page.locator("[data-view=heads]").click()
    expect(page.locator(".av-grid button")).to_have_count(72)
    page.get_by_label("Layer 1, head 3, previous token", exact=True).click()
    expect(page.locator(".av-caption")).to_contain_text(
        "Layer 1 of 6, head 3 of 12 · mostly looks at the previous token"
    )
    page.locator(".av-head").select_option("-3")
    expect(page.locator(".av-caption")).to_contain_text("rollout")
    page.locator("[data-view=flow]").click()
    page.locator(".av-strip span").nth(2).click()
    expect(page.locator(".av-value")).to_have_text("animal draws on")
    expect(page.locator(".av-bars span")).to_have_count(8)


def test_long_texts_are_cut_and_drawn(page: Page) -> None:
    """2,000 words: 512 tokens drawn, the rest counted; another head is fetched when it is chosen."""
    run(page, "word " * 1999)
    expect(page.locator("#attention-status")).to_contain_text("512 tokens, 1,489 dropped", timeout=60_000)
    page.get_by_label("Next head").click()
    expect(page.locator(".av-caption")).to_contain_text("head 3 of 12")
    expect(page.locator(".av-waiting")).to_have_count(0, timeout=60_000)
    pixels = page.evaluate(
        "(() => { const c = document.querySelector('.av-picture'); const d = c.getContext('2d')"
        ".getImageData(c.width / 2, c.height / 2, 40, 40).data; return Array.from(d); })()"
    )
    assert np.array(pixels).reshape(-1, 4)[:, 3].min() == 255


def test_an_empty_text_is_reported_at_its_field(page: Page) -> None:
    """Before any model runs."""
    open_tab(page)
    page.locator("#attention-run").click()
    expect(page.locator("#attention-text")).to_contain_text("Text is empty")


def test_all_heads_are_ranked_and_a_link_holds_what_is_off(page: Page, url: str) -> None:
    """Within the tab: progress in the status line, a map of effects, a head off, and its link in a new page."""
    run(page, SENTENCE)
    page.locator("[data-view=off]").click()
    page.locator(".av-rank").click()
    expect(page.locator("#attention-status")).to_contain_text("72 of 72 heads measured", timeout=60_000)
    expect(page.locator(".av-rank")).to_be_disabled()
    expect(page.locator("#attention-stop")).to_be_disabled()
    page.locator('[data-map=effects][data-layer="2"][data-head="4"]').click()
    expect(page.locator(".av-headline b")).to_have_count(2)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#attention-link").click()
    expect(page.locator("#attention-link-status")).to_contain_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#attention-text textarea")).to_have_value(SENTENCE)
    page.locator("#attention-run").click()
    expect(page.locator(".av-headline b")).to_have_count(2, timeout=60_000)
    page.locator("[data-view=off]").click()
    expect(page.locator(".av-off-chip")).to_have_text(["layer 3, head 5 ×"])
    page.locator("#attention-script button").first.click()
    page.locator("#attention-script").get_by_label("/ablate", exact=True).check()
    expect(page.locator("#attention-script-python .cm-content")).to_contain_text('off=[{"layer": 2, "head": 4}]')
