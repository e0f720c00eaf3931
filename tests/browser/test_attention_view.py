"""The attention view by itself, over tiny models: what each picture says, compares, leaves out and saves."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from playwright.sync_api import Browser, expect

from demos.views.attention_data import first
from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, QUESTION_ANSWERING, SMOLLM2
from models.explain.attention import Attender
from models.explain.attention_math import rollout, share
from models.explain.heads.ablation import Ablator
from models.runtime.cache import ModelCache
from tests.browser.alone import Alone, alone
from tests.browser.masking import hide, merge

pytestmark = pytest.mark.browser

TEXT = "ab cd ef ab"
# A weight on the page is rounded to two digits, from one byte.
TWO_DIGITS = 0.005 + 0.002


@pytest.fixture
def attender(tiny_cache: ModelCache) -> Attender:
    """An encoder, a causal model with grouped-query heads, a translator."""
    return Attender(tiny_cache, (MINILM, SMOLLM2, ENGLISH_PORTUGUESE))


@pytest.fixture
def view(browser: Browser, attender: Attender) -> Iterator[Alone]:
    """The view on a wide page."""
    with alone(browser, attender) as view:
        yield view


def saved(view: Alone, name: str, folder: Path) -> str:
    """What the button of that name saves."""
    with view.page.expect_download() as waiting:
        view.page.locator(".av-exports button", has_text=name).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path.read_text("utf-8-sig")


def compare_texts(view: Alone, text: str) -> None:
    """Compare with another text."""
    view.open("compare")
    view.page.locator(".av-with").select_option("text")
    view.page.locator(".av-text").fill(text)
    view.page.locator(".av-another button").click()


def test_two_heads_and_their_difference(view: Alone, attender: Attender, tmp_path: Path) -> None:
    """Saved as JSON and CSV: both heads' own weights, and A minus B."""
    view.show(TEXT, layer=0, head=1)
    view.open("compare")
    view.page.locator(".av-layerB").select_option("1")
    view.page.locator(".av-headB").select_option("3")
    expect(view.page.locator(".av-caption")).to_contain_text("B: Layer 2 of 2, head 4 of 4")
    result = attender("", TEXT)
    a, b = result.select(0, 1), result.select(1, 3)
    sent: dict[str, Any] = json.loads(saved(view, "JSON", tmp_path))
    assert (sent["a"]["layer"], sent["a"]["head"], sent["b"]["layer"], sent["b"]["head"]) == (0, 1, 1, 3)
    for name, expected in (("a", a), ("b", b), ("difference", a - b)):
        assert_allclose(sent[name]["weights"], expected, atol=1e-6)
    first, *lines = csv.reader(io.StringIO(saved(view, "CSV", tmp_path)))
    assert first == ["from", "to", "A", "B", "A - B"]
    assert_allclose([float(line[4]) for line in lines], (a - b).ravel(), atol=1e-6)
    figure = saved(view, "SVG", tmp_path)
    for words in (">A · layer 1, head 2<", ">B · layer 2, head 4<", ">A − B<", "layer 1, head 2 and layer 2, head 4"):
        assert words in figure


# In which thirds of the canvas the frame round the cell in focus is drawn.
FRAMED = """node => {
  const { data, width } = node.getContext("2d").getImageData(0, 0, node.width, node.height), thirds = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (data[i] === 180 && data[i + 1] === 83 && data[i + 2] === 9)
      thirds.add(Math.floor((3 * ((i / 4) % width)) / width));
  return [...thirds].sort();
}"""


def test_a_hover_shows_the_cell_in_all_parts(view: Alone, attender: Attender) -> None:
    """In either head and in the difference; the keys walk there too."""
    view.show("ab cd ef gh", layer=0, head=1)
    view.open("compare")
    result = attender("", "ab cd ef gh")
    tokens = [token.text for token in result.keys]
    a, b = result.select(0, 1), result.select(0, 2)
    surface, value = view.page.locator(".av-focus"), view.page.locator(".av-value")
    box = surface.bounding_box()
    assert box is not None
    for third in range(3):
        surface.hover(position={"x": box["width"] * (third + 0.6) / 3, "y": box["height"] / 2})
        expect(value).to_have_text(re.compile(r"looks at .*A\s−\sB [+−<]0\.\d{2,3}$"))
        assert surface.evaluate(FRAMED) == [0, 1, 2]
        words = value.text_content() or ""
        found = re.match(r"(.+) looks at (.+): A (.+), B (.+), A\s−\sB (.+)$", words)
        assert found
        cell = tokens.index(found[1]), tokens.index(found[2])
        shown = [float(number.replace("−", "-").lstrip("<")) for number in found.groups()[2:]]
        assert_allclose(shown, [a[cell], b[cell], a[cell] - b[cell]], atol=0.002)
    view.page.mouse.move(1, 1)
    surface.focus()
    view.page.keyboard.press("Escape")
    view.page.keyboard.press("ArrowDown")
    view.page.keyboard.press("ArrowRight")
    expect(value).to_contain_text("a looks at a: A ")


def test_two_texts_with_a_word_changed(view: Alone, attender: Attender, tmp_path: Path) -> None:
    """As many tokens: all pair up."""
    view.show(TEXT, layer=1, head=0)
    compare_texts(view, "ab cd gh ab")
    expect(view.page.locator(".av-strip").nth(1)).to_contain_text("g")
    sent = json.loads(saved(view, "JSON", tmp_path))
    a, b = attender("", TEXT).select(1, 0), attender("", "ab cd gh ab").select(1, 0)
    assert sent["b"]["text"] == "ab cd gh ab"
    assert_allclose(sent["difference"]["weights"], a - b, atol=1e-6)
    assert "e/g" in sent["difference"]["queries"]


def test_two_texts_of_different_lengths(view: Alone, attender: Attender, tmp_path: Path) -> None:
    """Common tokens pair up, and it is said; texts with little in common have no difference map."""
    view.show(TEXT, layer=1, head=0)
    compare_texts(view, "ab x cd ef ab")
    expect(view.page.locator(".av-note")).to_have_text("10 and 11 tokens: A − B shows the 10 that pair up.")
    sent = json.loads(saved(view, "JSON", tmp_path))
    kept = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10]
    b = attender("", "ab x cd ef ab").select(1, 0)[np.ix_(kept, kept)]
    assert_allclose(sent["difference"]["weights"], attender("", TEXT).select(1, 0) - b, atol=1e-6)
    view.page.locator(".av-text").fill("zz zz zz zz zz zz zz")
    view.page.locator(".av-another button").click()
    expect(view.page.locator(".av-note")).to_contain_text("no difference map: 10 and 16 tokens do not line up")
    assert json.loads(saved(view, "JSON", tmp_path))["difference"] is None
    view.page.locator(".av-table summary").click()
    expect(view.page.locator(".av-table tbody tr")).to_have_count(24)


def test_another_run_asks_for_another_text(view: Alone) -> None:
    """What was compared with the text before is not compared with this one; the same text in another model is."""
    view.show(TEXT, layer=1, head=0)
    compare_texts(view, "ab cd gh ab")
    strips, note = view.page.locator(".av-strip"), view.page.locator(".av-note")
    expect(strips.nth(1)).to_contain_text("g")
    view.show(TEXT, model=SMOLLM2.name)
    expect(strips.nth(1)).to_contain_text("g")
    expect(strips.nth(1)).not_to_contain_text("[CLS]")
    view.show("gh ef")
    expect(note).to_have_text("Change the text, then press Compare.")
    field = view.page.locator(".av-text")
    expect(field).to_have_value("gh ef")
    field.press("End")
    field.press("Space")
    field.press("a")
    # Enter that ends the composition of a word, as browsers report it.
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        field.dispatch_event("keydown", {"key": "Enter", **composing})
    expect(note).to_have_text("Change the text, then press Compare.")
    field.press("Enter")
    expect(strips.nth(1)).to_contain_text("a")
    expect(field).to_have_value("gh ef a")


def test_a_text_that_cannot_be_read_is_reported_beside_it(view: Alone) -> None:
    """And another try works."""
    view.show(TEXT)
    compare_texts(view, " ")
    expect(view.page.locator(".av-note")).to_have_text("Text is empty. Type some words.")
    view.page.locator(".av-text").fill("ab cd")
    view.page.locator(".av-another button").click()
    expect(view.page.locator(".av-strip")).to_have_count(2)


def test_a_saved_comparison_opens_from_disk(view: Alone, browser: Browser, tmp_path: Path) -> None:
    """Both texts are in the file."""
    view.show(TEXT, layer=1, head=0)
    compare_texts(view, "ab cd gh ab")
    expect(view.page.locator(".av-strip")).to_have_count(2)
    (tmp_path / "page.html").write_text(saved(view, "HTML", tmp_path))
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    expect(page.locator(".av-strip").nth(1)).to_contain_text("g")
    expect(page.locator(".av-value")).to_contain_text("A − B")
    context.close()


def test_the_picture_of_a_comparison_names_both_sides(view: Alone) -> None:
    """For who does not see it: both heads, or both texts."""
    view.show(TEXT, layer=1, head=0)
    picture = view.page.locator(".av-focus")
    expect(picture).to_have_attribute("aria-label", re.compile(r"^Matrix: Layer 2"))
    view.open("compare")
    view.page.locator(".av-headB").select_option("1")
    expect(picture).to_have_attribute("aria-label", re.compile(r"A: Layer 2 of 2, head 1 .*B: Layer 2 of 2, head 2 "))
    compare_texts(view, "ab cd gh ab")
    expect(picture).to_have_attribute("aria-label", re.compile(f"A: “{TEXT}” B: “ab cd gh ab”"))


def test_comparing_translations(view: Alone, attender: Attender) -> None:
    """Two translations, or two heads of one: rows and columns are different texts."""
    view.show("ab cd", model=attender.names[-1])
    view.open("compare")
    expect(view.page.locator(".av-strip")).to_have_count(4)
    expect(view.page.locator(".av-value")).to_contain_text("looks at")


@pytest.mark.parametrize("words", [False, True])
def test_the_flow_of_words_without_special_tokens(view: Alone, attender: Attender, words: bool) -> None:
    """The shares are those of the rollout, merged and hidden as in the matrix; what is left out is said."""
    view.show(TEXT)
    view.open("flow")
    view.page.locator(".av-hide").check()
    view.page.locator(".av-words").set_checked(words)
    view.page.locator(".av-strip span").nth(1).click()
    result = attender("", TEXT)
    special = [token.special for token in result.keys]
    shares = hide(rollout(result.weights.mean(1))[-1], special, special)
    if words:
        groups = [token.word - 1 for token in result.keys if not token.special]
        shares = merge(shares, groups, groups)
    shown = [float(value) for value in view.page.locator(".av-bars em").all_text_contents()]
    assert_allclose(shown, np.sort(shares[1])[::-1][: len(shown)], atol=TWO_DIGITS)
    expect(view.page.locator(".av-note")).to_have_text("What passes through a hidden token is not drawn.")
    expect(view.page.locator(".av-value")).to_have_text("cd draws on" if words else "·b draws on")


@pytest.mark.parametrize("model", [MINILM.name, SMOLLM2.name])
def test_the_flow_of_a_long_text(view: Alone, model: str, tmp_path: Path) -> None:
    """Its links are fetched and thinned, which is said; the picture fits on a screen."""
    view.show("ab cd ef " * 80, model=model)
    view.open("flow")
    expect(view.page.locator(".av-note")).to_contain_text("Of each token the 8 strongest links are followed")
    expect(view.page.locator(".av-waiting")).to_have_count(0)
    view.page.locator(".av-strip span").nth(300).click()
    expect(view.page.locator(".av-value")).to_contain_text("draws on")
    assert view.page.locator(".av-picture").evaluate("node => node.clientHeight") < 1200
    view.page.get_by_label("Previous layer").click()
    expect(view.page.locator(".av-caption")).to_contain_text("through layers 1 to 1")
    view.page.locator(".av-focus").press("Escape")
    figure = saved(view, "SVG", tmp_path)
    assert 100 < figure.count("<path") <= 1500


def test_heads_that_share_keys_stand_together(view: Alone, tmp_path: Path) -> None:
    """In the grid, in its figure, in the picker and in words."""
    view.show(TEXT, model=SMOLLM2.name, layer=0, head=3)
    assert view.page.locator(".av-head optgroup").evaluate_all(
        "groups => groups.map(g => [g.label, g.children.length])"
    ) == [
        ["share keys and values 1", 2],
        ["share keys and values 2", 2],
    ]
    expect(view.page.locator(".av-caption")).to_contain_text("heads 3 to 4 share their keys and values")
    view.open("heads")
    expect(view.page.locator(".av-group")).to_have_text(["keys 1", "keys 2"])
    left = [view.page.get_by_label(f"Layer 1, head {head}", exact=False).first.bounding_box() for head in (1, 2, 3)]
    one, two, three = [box["x"] for box in left if box]
    assert three - two > two - one + 5
    assert ">keys 2<" in saved(view, "SVG", tmp_path)
    view.show(TEXT)
    expect(view.page.locator(".av-group")).to_have_count(0)


STRANGE = {
    "one token": "a",
    "markup": "<img src=x onerror=alert(1)></script><script>alert(2)</script> {{x}} ${x}",
    "right to left": "שלום עולם مرحبا بالعالم",
    "emoji": "👩🏽‍🚀 👨‍👩‍👧‍👦 🇵🇹 e\u0301",
    "control tokens": "<|im_start|>system [CLS] [MASK] </s>",
    "one long word": "a" * 400,
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("source", [0, 1, 3], ids=["encoder", "causal", "cross"])
def test_strange_texts_are_drawn_in_every_view(
    browser: Browser, attender: Attender, text: str, source: int, tmp_path: Path
) -> None:
    """On a phone, with every choice made; nothing is wider than the page, and each picture can be saved."""
    with alone(browser, attender, width=390) as view:
        view.show(text, model=attender.names[source])
        for name in ("compare", "flow", "lines", "heads", "matrix"):
            tab = view.page.locator(f"[data-view={name}]")
            if tab.is_disabled():
                continue
            tab.click()
            assert view.page.evaluate("document.documentElement.scrollWidth") <= 390
        for choice in (".av-words", ".av-hide", ".av-root"):
            view.page.locator(choice).check()
        for name in ("compare", "lines", "matrix"):
            view.open(name)
        shown = view.page.locator(".av-strip").first.text_content() or ""
        assert (
            shown or view.page.locator(".av-note").text_content() == "Every token is hidden: there is nothing to show."
        )
        assert view.page.locator("#root img, #root script").count() == 0


def test_the_only_token_hidden_is_reported(view: Alone) -> None:
    """A causal model's one token is its first, which can be hidden; shown again, it is drawn."""
    view.show("a", model=SMOLLM2.name)
    expect(view.page.locator(".av-value")).to_have_text(re.compile("Point at"))
    view.page.locator(".av-hide").check()
    expect(view.page.locator(".av-note")).to_have_text("Every token is hidden: there is nothing to show.")
    view.open("flow")
    expect(view.page.locator(".av-scene")).to_be_hidden()
    view.page.locator(".av-hide").uncheck()
    expect(view.page.locator(".av-scene")).to_be_visible()


def test_tokens_of_either_direction_stand_by_themselves(view: Alone) -> None:
    """Each has a direction of its own, so that a Hebrew one does not reorder the words around it."""
    view.show(TEXT)
    view.open("matrix")
    view.page.locator(".av-focus").focus()
    view.page.keyboard.press("ArrowDown")
    names = view.page.locator(".av-value b[dir=auto], .av-bars span[dir=auto]")
    expect(names.first).to_be_visible()
    assert view.page.locator(".av-bars span").count() == view.page.locator(".av-bars span[dir=auto]").count()


def test_the_same_head_by_norm(view: Alone, attender: Attender, tmp_path: Path) -> None:
    """The switch keeps the head and what is locked, says what became of the special tokens, and is saved with it."""
    view.show(TEXT, layer=0, head=1)
    caption = view.page.locator(".av-caption")
    result = attender("", TEXT)
    before = view.page.locator(".av-value").text_content()
    view.page.locator(".av-measure").select_option("norms")
    expect(view.page.locator(".av-value")).not_to_have_text(before or "")
    words = [not token.special for token in result.keys]
    raw, norms = (share(result.measured(each).weights, words, result.resting)[0, 1] for each in ("weights", "norms"))
    expect(caption).to_contain_text(f"[CLS], [SEP]: {raw:.2f} of the raw weight, {norms:.2f} by norm")
    expect(caption).to_contain_text("Layer 1 of 2, head 2 of 4")
    sent = json.loads(saved(view, "JSON", tmp_path))
    assert sent["measure"] == "norms"
    assert_allclose(sent["weights"], result.measured("norms").select(0, 1), atol=1e-6)
    assert ">share by norm<" in saved(view, "SVG", tmp_path)
    view.page.locator(".av-measure").select_option("weights")
    expect(view.page.locator(".av-value")).to_have_text(before or "")
    view.page.locator(".av-measure").select_option("norms")
    page = tmp_path / "page.html"
    page.write_text(saved(view, "HTML", tmp_path))
    view.page.goto(page.as_uri())
    expect(view.page.locator(".av-measure")).to_have_value("norms")
    expect(view.page.locator(".av-caption")).to_contain_text("Layer 1 of 2, head 2 of 4")
    view.page.locator(".av-measure").select_option("weights")
    expect(view.page.locator(".av-value")).to_have_text(before or "")


def test_a_head_is_switched_off_and_on_again(view: Alone, attender: Attender, tmp_path: Path) -> None:
    """By the keyboard, in either map; the model's own result stands beside the one before, and is saved."""
    view.show(TEXT, model=SMOLLM2.name)
    view.open("off")
    outcome, chips = view.page.locator(".av-outcome"), view.page.locator(".av-off-chip")
    expect(outcome.locator("h3")).to_have_text("The model’s own result")
    expect(outcome.locator("thead th")).to_have_text(["next token", "probability"])
    view.page.locator(".av-rank").click()
    effects = whole(attender, SMOLLM2.name, TEXT)
    view.page.locator('[data-map=effects][data-layer="0"][data-head="0"]').focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        view.page.keyboard.press(key)
    expect(chips).to_have_text(["layer 2, head 3 ×"])
    pressed = view.page.locator('[data-map=effects][data-layer="1"][data-head="2"]')
    expect(pressed).to_be_focused()
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(pressed).to_have_attribute("aria-label", re.compile(r"^Layer 2, head 3: [±+−]0\.\d{3}$"))
    found = Ablator(attender)(SMOLLM2.name, TEXT, "", [{"layer": 1, "head": 2}])
    expect(outcome.locator(".av-headline b")).to_have_text(
        [f"{found.outcome.before:.2f}", f"{found.outcome.after:.2f}"]
    )
    expect(outcome.locator("thead th")).to_have_text(["next token", "before", "after", "change"])
    expect(outcome.locator("tbody tr")).to_have_count(len(found.outcome.bars))
    sent = json.loads(saved(view, "JSON", tmp_path))
    assert sent["off"] == [{"layer": 1, "head": 2}]
    assert sent["after"] == pytest.approx(found.outcome.after, abs=1e-6)
    assert_allclose(sent["effects"], effects, atol=2e-6)
    lines = list(csv.reader(io.StringIO(saved(view, "CSV", tmp_path))))
    assert lines[0] == ["layer", "head", "effect"]
    assert float(lines[7][2]) == pytest.approx(effects[1][2], abs=2e-6)
    figure = saved(view, "SVG", tmp_path)
    assert ">effect<" in figure
    assert ">before<" in figure
    page = tmp_path / "page.html"
    page.write_text(saved(view, "HTML", tmp_path))
    view.page.get_by_role("button", name="Layer 1, all heads").first.click()
    expect(chips).to_have_count(2)
    view.page.locator(".av-reset").click()
    expect(chips).to_have_count(0)
    view.page.goto(page.as_uri())
    expect(view.page.locator(".av-off-chip")).to_have_text(["layer 2, head 3 ×"])
    expect(view.page.locator(".av-headline b")).to_have_count(2)


def test_the_words_before_the_steps_press_none_of_them(view: Alone) -> None:
    """And the lists have names."""
    view.show(TEXT, layer=1, head=1)
    view.open("compare")
    for pick in view.page.locator(".av-pick").all():
        pick.click(position={"x": 3, "y": 12})
    for name, value in (("Layer", "1"), ("Head", "1"), ("Layer of B", "1"), ("Head of B", "2")):
        expect(view.page.get_by_role("combobox", name=name, exact=True)).to_have_value(value)


# What the view asks for is listed in `asked`, and stays unanswered while `held`.
HOLD = """() => {
  const answered = window.answer;
  window.asked = [];
  window.held = true;
  window.answer = async (wanted) => {
    asked.push(wanted);
    while (held) await new Promise((soon) => setTimeout(soon, 20));
    return answered(wanted);
  };
}"""
LONG = "ab cd ef " * 80


def test_a_ranking_asks_for_nothing_again(view: Alone) -> None:
    """A request made before it stays pending, however many progress messages arrive."""
    view.show(LONG, layer=0, head=1)
    view.page.evaluate(HOLD)
    view.page.get_by_label("Next layer").click()
    view.open("off")
    asked = view.page.evaluate("asked")
    assert ["off" in each for each in asked] == [False, True]
    effects = [[None] * 4] * 2
    for _ in range(3):
        ranked = json.dumps({"role": "ranking", "key": asked[1]["key"], "effects": effects})
        view.page.evaluate("value => view.show(value)", ranked)
    assert view.page.evaluate("asked.length") == 2
    expect(view.page.locator(".av-effects-legend")).to_be_visible()
    view.page.evaluate("() => { held = false; }")
    expect(view.page.locator(".av-outcome p")).to_have_text("Switch something off to see what changes.")


def test_nothing_is_saved_before_it_is_there(view: Alone) -> None:
    """While another layer is on its way, or another text is not chosen yet. The switches need neither."""
    exports = view.page.locator(".av-exports button")
    view.show(LONG, layer=0, head=1)
    view.page.evaluate(HOLD)
    view.page.get_by_label("Next layer").click()
    for button in exports.all():
        expect(button).to_be_disabled()
    view.open("off")
    expect(exports.first).to_be_enabled()
    view.open("matrix")
    view.page.evaluate("() => { held = false; }")
    expect(exports.first).to_be_enabled()
    view.open("compare")
    expect(exports.first).to_be_enabled()
    view.page.locator(".av-with").select_option("text")
    expect(exports.first).to_be_disabled()
    view.page.locator(".av-with").select_option("head")
    expect(exports.first).to_be_enabled()


def test_what_is_no_longer_on_screen_is_not_saved(view: Alone) -> None:
    """A file whose numbers did not come is not saved after another choice, or another run."""
    downloads: list[object] = []
    view.page.on("download", lambda each: downloads.append(each))
    view.show(TEXT, layer=0, head=1)
    view.page.evaluate(HOLD)
    csv_button = view.page.locator(".av-exports button", has_text="CSV")
    csv_button.click()
    view.show("gh ef", layer=0, head=1)
    csv_button.click()
    view.page.get_by_label("Next head").click()
    assert view.page.evaluate("asked.map(each => each.exact)") == [True, True]
    view.page.evaluate("() => { held = false; }")
    view.page.wait_for_timeout(1_000)
    assert downloads == []


def test_a_model_with_fewer_layers_has_one_to_begin_with(view: Alone, attender: Attender) -> None:
    """The maps stay a stop of the Tab key each, wherever the last one of the model before was."""
    view.show(TEXT, model=SMOLLM2.name, layer=0, head=1)
    view.open("off")
    stops = view.page.locator(".av-maps [tabindex='0']")
    view.page.locator('[data-map=weights][data-layer="0"][data-head="0"]').focus()
    for key in ("ArrowDown", "ArrowRight"):
        view.page.keyboard.press(key)
    expect(stops).to_have_count(2)
    smaller = json.loads(first(attender("", TEXT), TEXT, "", 0, 0)) | {"layers": 1}
    view.page.evaluate("value => view.show(value)", json.dumps(smaller))
    expect(stops).to_have_count(2)
    expect(stops.first).to_have_attribute("data-layer", "0")


def test_a_small_turn_of_a_vector_shows(view: Alone) -> None:
    """The cosine has three digits: one head of many changes it little."""
    view.show(TEXT)
    view.open("off")
    view.page.locator('[data-map=weights][data-layer="0"][data-head="0"]').click()
    expect(view.page.locator(".av-headline b")).to_have_text([re.compile(r"^1\.000$"), re.compile(r"^−?[01]\.\d{3}$")])


def test_one_look_is_switched_off_in_the_matrix(view: Alone, attender: Attender) -> None:
    """The locked cell has a button; the result stands under the picture. A translator's text is written anew."""
    view.show(TEXT, model=SMOLLM2.name, layer=0, head=1)
    view.page.locator(".av-focus").focus()
    for key in ("Escape", "ArrowDown", "ArrowDown", "ArrowRight"):
        view.page.keyboard.press(key)
    view.page.get_by_role("button", name="Switch off: ").click()
    off = view.page.locator(".av").get_attribute("data-off")
    (look,) = json.loads(off or "")
    assert (look["layer"], look["head"]) == (0, 1)
    found = Ablator(attender)(SMOLLM2.name, TEXT, "", [look])
    expect(view.page.locator(".av-headline b")).to_have_text(
        [f"{found.outcome.before:.2f}", f"{found.outcome.after:.2f}"]
    )
    view.show("ab", model=f"{ENGLISH_PORTUGUESE.name} cross-attention", layer=0, head=1)
    assert view.page.locator(".av").get_attribute("data-off") == "[]"
    view.page.get_by_role("button", name="Switch this head off").click()
    said = Ablator(attender)(
        f"{ENGLISH_PORTUGUESE.name} cross-attention", "ab", "", [{"layer": 0, "head": 1}]
    ).outcome.said
    assert said is not None
    expect(view.page.locator(".av-said p")).to_contain_text([said[0][:5], said[1][:5]])


def test_a_reason_stands_where_there_is_no_result(browser: Browser, tiny_cache: ModelCache) -> None:
    """A model that answers needs a context."""
    with alone(browser, Attender(tiny_cache, (QUESTION_ANSWERING,)), 390) as view:
        view.show(TEXT)
        view.open("off")
        expect(view.page.locator(".av-outcome")).to_contain_text("The answer is looked for in a second text")
        assert view.page.evaluate("document.documentElement.scrollWidth") <= 390


def whole(attender: Attender, model: str, text: str) -> Any:
    """The effects of all heads."""
    *_, ranking = Ablator(attender).rank(model, text, "")
    return ranking.effects


def test_the_focus_stays_where_something_is_done(view: Alone) -> None:
    """A button that opens a head or switches one is gone afterwards: what is next takes its focus."""
    view.show(TEXT, layer=0, head=1)
    focused = view.page.locator(":focus")
    view.open("heads")
    view.page.locator(".av-all-heads button").nth(5).focus()
    view.page.keyboard.press("Enter")
    expect(view.page.locator(".av-head")).to_have_value("1")
    expect(focused).to_have_class("av-focus")
    view.page.get_by_role("button", name="Switch this head off").focus()
    view.page.keyboard.press("Enter")
    expect(focused).to_have_class("av-focus")
    view.open("off")
    for head in (0, 2):
        view.page.locator(f'[data-map=weights][data-layer="0"][data-head="{head}"]').click()
    chips = view.page.locator(".av-off-chip")
    expect(chips).to_have_count(3)
    chips.nth(1).focus()
    for left in (2, 1, 0):
        view.page.keyboard.press("Enter")
        expect(chips).to_have_count(left)
        expect(focused).to_have_class("av-off-chip" if left else "")
    expect(focused).to_have_attribute("data-map", "weights")
    view.page.keyboard.press("Enter")
    view.page.locator(".av-reset").focus()
    view.page.keyboard.press("Enter")
    expect(focused).to_have_attribute("data-map", "weights")


def test_a_habit_opens_its_head_with_the_focus_in_the_picture(view: Alone) -> None:
    """The list of habits is gone then; a matrix that is still to come takes the focus once it is there."""
    sent = json.loads(first(view.attender("", TEXT, ""), TEXT, "", -1, -1))
    view.page.evaluate("sent => view.show(JSON.stringify(sent))", sent | {"names": [["next token"]]})
    view.open("heads")
    view.page.locator(".av-chips button").first.focus()
    view.page.keyboard.press("Enter")
    expect(view.page.locator(":focus")).to_have_class("av-focus")


def test_the_table_scrolls_by_the_keyboard(view: Alone) -> None:
    """It is a region with a name that the Tab key reaches."""
    view.show(TEXT)
    view.page.locator(".av-table summary").click()
    table = view.page.get_by_role("region", name="As a table")
    expect(table.locator("tbody tr")).not_to_have_count(0)
    assert table.evaluate("node => node.tabIndex") == 0
