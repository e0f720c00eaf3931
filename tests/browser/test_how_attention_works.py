"""The tab How attention works in a browser."""

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from playwright.sync_api import Locator, Page, expect
from torch.nn.functional import scaled_dot_product_attention

from models.catalog.bundled import MINILM, SMOLLM2
from models.explain.attention import Attender
from models.explain.projections import Head, HeadReader
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from tests.browser.tabs import open_tab

pytestmark = pytest.mark.browser
TITLES = ("How attention works",)
TITLE = "How attention works"
SENTENCE = "The animal didn't cross the street because it was too tired."
HOSTILE = "<img src=x onerror=alert(1)> {{value}} שלום 👩\u200d👩\u200d👧"
PATIENCE = 120_000

# What the page shows: the three matrices given, and each step's numbers in full precision.
NUMBERS = """() => {
  const rows = (name, of) => [...document.querySelectorAll(`#worked-example [data-name=${name}] tbody tr`)]
    .map(line => [...line.querySelectorAll("td > *")].map(of));
  const typed = input => Number(input.value), made = cell => Number(cell.dataset.value);
  const K = rows("K", typed);
  return {
    Q: rows("Q", typed), K: K.map((_, i) => K.map(row => row[i])), V: rows("V", typed),
    scores: rows("scores", made), scaled: rows("scaled", made),
    weights: rows("weights", made), output: rows("output", made),
  };
}"""


def example(page: Page, selector: str) -> Locator:
    """A part of the worked example."""
    return page.locator(f"#worked-example {selector}")


def cell(page: Page, step: str, row: int, column: int) -> Locator:
    """A number of a step; rows and columns count from 0."""
    return example(page, f"[data-name={step}] tbody tr").nth(row).locator("button").nth(column)


def asked(page: Page, label: str) -> Locator:
    """A field, by what it is called."""
    return example(page, f"input[aria-label='{label}']")


def check_against_torch(shown: dict[str, Any]) -> None:
    """Every step to 1e-6."""
    q, k, v = (torch.tensor(shown[name], dtype=torch.float64) for name in "QKV")
    assert_allclose(shown["scores"], q @ k.T, atol=1e-6)
    assert_allclose(shown["scaled"], q @ k.T / 3**0.5, atol=1e-6)
    assert_allclose(shown["weights"], (q @ k.T / 3**0.5).softmax(-1), atol=1e-6)
    assert_allclose(shown["output"], scaled_dot_product_attention(q[None], k[None], v[None])[0], atol=1e-6)


def test_every_step_equals_torch(page: Page) -> None:
    """For the start values, and for twenty random ones."""
    open_tab(page, TITLE)
    start = page.evaluate(NUMBERS)
    assert start["Q"] == [[0.2, 0.5, 0.3], [0.4, 0.3, 0.1], [0.1, 0.2, 0.3]]
    assert start["K"] == [[0.1, 0.4, 0.2], [0.3, 0.2, 0.1], [0.2, 0.1, 0.3]]
    assert start["V"] == [[0.3, 0.1, 0.2], [0.2, 0.4, 0.1], [0.1, 0.3, 0.3]]
    check_against_torch(start)
    seen = {json.dumps(start)}
    for _ in range(20):
        page.get_by_role("button", name="Random", exact=True).click()
        shown = page.evaluate(NUMBERS)
        check_against_torch(shown)
        seen.add(json.dumps(shown))
    assert len(seen) == 21
    page.get_by_role("button", name="Reset", exact=True).click()
    assert page.evaluate(NUMBERS) == start


def test_a_number_lights_up_what_made_it(page: Page) -> None:
    """A pointer or the keyboard on a result: its row and column, its part of the formula, and its sum in words."""
    open_tab(page, TITLE)
    lit = example(page, ".worked-board .worked-lit")
    said = example(page, ".worked-text")
    cell(page, "scores", 1, 2).hover()
    expect(said).to_contain_text("q₂ · k₃ = 0.4 × 0.2 + 0.3 × 0.1 + 0.1 × 0.3 = 0.140")
    labels = [field.get_attribute("aria-label") for field in lit.all()]
    assert labels == [f"q₂, number {i}" for i in (1, 2, 3)] + [f"k₃, number {i}" for i in (1, 2, 3)]
    expect(example(page, ".worked-formula .worked-lit")).to_have_text(re.compile("Q.*K"))
    cell(page, "output", 0, 0).focus()
    page.mouse.move(2, 2)
    expect(said).to_contain_text("0.346 × 0.3 + 0.328 × 0.2 + 0.326 × 0.1 = 0.202")
    expect(lit).to_have_count(6)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "output", 1, 1)).to_be_focused()
    expect(said).to_contain_text("= 0.267")
    page.keyboard.press("Shift+Tab")
    expect(asked(page, "v₃, number 3")).to_be_focused()


def test_numbers_are_live_and_bad_ones_are_reported_where_they_are(page: Page) -> None:
    """What is typed counts at once; an invalid number stays and is marked, and the last valid one still counts."""
    open_tab(page, TITLE)
    field = asked(page, "k₂, number 1")
    field.fill("-1,5")
    check_against_torch(page.evaluate(NUMBERS) | {"K": [[0.1, 0.4, 0.2], [-1.5, 0.2, 0.1], [0.2, 0.1, 0.3]]})
    field.press("ArrowUp")
    expect(field).to_have_value("-1.4")
    before = page.evaluate(NUMBERS)
    for wrong, words in (
        ("abc", "“abc” is not a number"),
        ("", "“” is not a number"),
        ("1e9", "1e9 is not from −1000"),
    ):
        field.fill(wrong)
        note = example(page, "[data-name=K] [role=alert]")
        expect(note).to_contain_text(f"k₂, number 1: {words}")
        expect(note).to_contain_text("−1.4 still counts")
        expect(field).to_have_attribute("aria-invalid", "true")
        assert page.evaluate(NUMBERS)["output"] == before["output"]
        expect(field).to_have_value(wrong)
    asked(page, "v₁, number 1").fill("2")
    expect(field).to_have_value("1e9")
    assert page.evaluate(NUMBERS)["output"] != before["output"]
    field.fill("0.3")
    expect(example(page, "[data-name=K] [role=alert]")).to_be_empty()
    expect(field).to_have_attribute("aria-invalid", "false")


def test_it_walks_by_itself_until_it_is_touched(page: Page) -> None:
    """One number after another; any key ends it."""
    open_tab(page, TITLE)
    here = example(page, ".worked-here")
    expect(here).to_have_text("0.190")
    example(page, ".worked-walk").click()
    expect(here).to_have_text("0.180")
    expect(example(page, ".worked-walk")).to_have_text("Stop here")
    page.keyboard.press("Escape")
    asked(page, "q₁, number 1").press("Tab")
    expect(example(page, ".worked-walk")).to_have_text("Walk me through")


def head_weights(page: Page) -> list[float]:
    """The weights of the token that looks, in full precision."""
    lines = page.locator(".worked-keys .worked-weight[data-value]").all()
    return [float(line.get_attribute("data-value") or "nan") for line in lines]


def test_a_real_head_shows_the_attention_views_own_weights(page: Page, real_cache: ModelCache) -> None:
    """For the example, for another token, for another head; the sum behind the pair is written out."""
    open_tab(page, TITLE)
    page.locator("#worked-examples").get_by_text("What “it” stands for").click()
    expect(page.locator("#worked-status")).to_contain_text("32 numbers a vector", timeout=PATIENCE)
    weights = Attender(real_cache, (MINILM,))("", SENTENCE)
    looking = page.locator(".worked-word[aria-pressed=true]")
    expect(looking).to_have_text("it")
    assert_allclose(head_weights(page), weights.select(3, 1)[10], atol=1e-5)
    expect(page.locator("#worked-head .worked-text")).to_contain_text("“it” takes 68% of its mix from “animal”.")
    expect(page.locator("#worked-head .worked-text")).to_contain_text("21.69 ÷ √32 = 3.83")
    looking.press("ArrowRight")
    expect(looking).to_have_text("was")
    assert_allclose(head_weights(page), weights.select(3, 1)[11], atol=1e-5)
    page.get_by_label("Next head").click()
    expect(page.locator(".worked-head option:checked")).to_have_text("3 of 12")
    expect(page.locator(".worked-waiting")).to_have_count(0, timeout=PATIENCE)
    # The words before the buttons press none of them.
    page.locator(".worked-pick").nth(1).click(position={"x": 3, "y": 12})
    expect(page.get_by_role("combobox", name="Head", exact=True)).to_have_value("2")
    expect(page.get_by_role("combobox", name="Layer", exact=True)).to_have_value("3")
    assert_allclose(head_weights(page), weights.select(3, 2)[11], atol=1e-5)
    page.locator("#worked-text textarea, #worked-text input").fill("Another text")
    page.locator("#worked-run").click()
    expect(page.locator("#worked-status")).to_contain_text("4 tokens", timeout=PATIENCE)
    expect(page.locator(".worked-head option:checked")).to_have_text("3 of 12")


def test_a_model_that_writes_sees_nothing_ahead(page: Page, real_cache: ModelCache) -> None:
    """SmolLM2: its turned queries and shared keys give the same weights; later tokens differ from hidden ones."""
    open_tab(page, TITLE)
    page.locator("#worked-examples").get_by_text("A model that writes").click()
    expect(page.locator("#worked-status")).to_contain_text("64 numbers a vector", timeout=PATIENCE)
    expect(page.locator("#worked-head .worked-caption")).to_contain_text("3 heads share each set of keys and values")
    result = Attender(real_cache, (SMOLLM2,))("", "The trophy doesn't fit in the suitcase because it is too big.")
    page.locator(".worked-word").nth(6).click()
    shown = head_weights(page)
    assert len(shown) == 7
    assert_allclose(shown, result.select(13, 8)[6, :7], atol=1e-5)
    expect(page.locator(".worked-later")).to_have_count(len(result.keys) - 7)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone_and_texts_are_text(page: Page, theme: str) -> None:
    """390 pixels wide, with markup, right-to-left script and emoji in the sentence."""
    page.on("dialog", lambda dialog: pytest.fail("a script of the text ran"))
    open_tab(page, TITLE, theme)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    right = example(page, "table").evaluate_all(
        "tables => Math.max(...tables.map(t => t.getBoundingClientRect().right))"
    )
    assert right <= 390
    page.locator("#worked-text textarea, #worked-text input").fill(HOSTILE)
    page.locator("#worked-run").click()
    expect(page.locator(".worked-sentence")).to_contain_text("alert", timeout=PATIENCE)
    page.locator(".worked-numbers summary").click()
    expect(page.locator(".worked-numbers tbody tr")).to_have_count(32)
    assert page.locator("#worked-head img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_long_text_shows_its_strongest_keys(page: Page) -> None:
    """600 words: 512 tokens read, the 40 largest weights listed, the rest summed up."""
    open_tab(page, TITLE)
    page.locator("#worked-text textarea, #worked-text input").fill("one two three " * 200)
    page.locator("#worked-run").click()
    expect(page.locator("#worked-status")).to_contain_text("512 tokens, 90 dropped", timeout=PATIENCE)
    rows = page.locator(".worked-keys tbody tr")
    expect(rows).to_have_count(40)
    rest = re.search(r"other 472 tokens hold (0\.\d+)", page.locator(".worked-rest").inner_text())
    assert rest is not None
    assert np.sum(head_weights(page)) + float(rest[1]) == pytest.approx(1, abs=1e-3)


def test_an_empty_text_is_reported_at_its_field(page: Page) -> None:
    """Before any model runs."""
    open_tab(page, TITLE)
    page.locator("#worked-run").click()
    expect(page.locator("#worked-text")).to_contain_text("Text is empty")


def test_a_failed_head_leaves_the_one_before(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is marked as an earlier one where the other was chosen, and the choices say what is on screen."""
    open_tab(page, TITLE)
    page.locator("#worked-examples").get_by_text("What “it” stands for").click()
    chosen = page.locator(".worked-head option:checked")
    expect(chosen).to_have_text("2 of 12", timeout=PATIENCE)
    with monkeypatch.context() as patch:
        patch.setattr(HeadReader, "__call__", refuse)
        page.get_by_label("Next head").click()
        expect(page.locator(".toast-body")).to_be_visible(timeout=PATIENCE)
    expect(chosen).to_have_text("2 of 12")
    expect(page.locator(".worked-waiting")).to_have_count(0)
    said = page.locator(".worked-failed")
    expect(said).to_have_text("Layer 4, head 3 could not be shown. Below is still the head from before.")
    before = head_weights(page)
    page.get_by_label("Next head").click()
    expect(chosen).to_have_text("3 of 12")
    expect(page.locator(".worked-waiting")).to_have_count(0, timeout=PATIENCE)
    expect(said).to_be_empty()
    assert head_weights(page) != before
    monkeypatch.setattr(HeadReader, "__call__", refuse)
    page.locator("#worked-run").click()
    expect(said).to_have_text("This run failed. Below is still the head from before.")


def test_a_failed_step_leaves_the_next_one_awaited(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn stays dimmed, and named as an earlier head, until the answer to the later step comes."""
    open_tab(page, TITLE)
    page.locator("#worked-examples").get_by_text("What “it” stands for").click()
    chosen = page.locator(".worked-head option:checked")
    expect(chosen).to_have_text("2 of 12", timeout=PATIENCE)
    go_on, read = threading.Semaphore(0), HeadReader.__call__
    answers: list[Callable[..., Head]] = [read, refuse]

    def slow(*args: Any) -> Head:
        go_on.acquire(timeout=PATIENCE / 1000)
        return answers.pop()(*args)

    monkeypatch.setattr(HeadReader, "__call__", slow)
    page.get_by_label("Next head").click()
    page.get_by_label("Next head").click()
    go_on.release()
    expect(page.locator(".worked-failed")).to_contain_text("head 3 could not be shown")
    expect(page.locator(".worked-waiting")).to_have_count(1)
    expect(chosen).to_have_text("4 of 12")
    go_on.release()
    expect(page.locator(".worked-waiting")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator(".worked-failed")).to_be_empty()
    expect(chosen).to_have_text("4 of 12")


def test_quick_steps_go_on_from_each_other(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer to an earlier step does not take the choices back."""
    open_tab(page, TITLE)
    page.locator("#worked-examples").get_by_text("What “it” stands for").click()
    chosen, weight = page.locator(".worked-head option:checked"), page.locator(".worked-keys .worked-weight").first
    expect(chosen).to_have_text("2 of 12", timeout=PATIENCE)
    go_on, read = threading.Semaphore(0), HeadReader.__call__

    def slow(*args: Any) -> Head:
        go_on.acquire(timeout=PATIENCE / 1000)
        return read(*args)

    monkeypatch.setattr(HeadReader, "__call__", slow)
    before = weight.get_attribute("data-value") or ""
    page.get_by_label("Next head").click()
    page.get_by_label("Next head").click()
    go_on.release()
    expect(weight).not_to_have_attribute("data-value", before, timeout=PATIENCE)
    expect(chosen).to_have_text("4 of 12")
    page.get_by_label("Next head").click()
    expect(chosen).to_have_text("5 of 12")
    go_on.release(2)
    expect(page.locator(".worked-waiting")).to_have_count(0, timeout=PATIENCE)
    expect(chosen).to_have_text("5 of 12")


def test_reset_takes_back_what_described_a_bad_number(page: Page) -> None:
    """The note is empty then."""
    open_tab(page, TITLE)
    field = asked(page, "k₂, number 1")
    field.fill("abc")
    expect(field).to_have_attribute("aria-describedby", "worked-note-K")
    page.get_by_role("button", name="Reset", exact=True).click()
    assert field.get_attribute("aria-describedby") is None


def test_the_sum_floats_above_a_lesson(page: Page) -> None:
    """On a phone the step of a lesson is a sheet at the foot of the screen."""
    open_tab(page, TITLE)
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate("document.documentElement.dataset.lesson = ''")
    example(page, ".worked-board").scroll_into_view_if_needed()
    box = example(page, ".worked-floating").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 0.54 * 800 + 1


def refuse(*_: Any) -> Head:
    """What a head's numbers cost too much for."""
    raise InputError("Place", "There is no such head.")
