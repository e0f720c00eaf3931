"""All text that the attention view shows can be read: a contrast of 4.5:1 in both themes, from the colours in use."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Browser

from models.catalog.bundled import MINILM, SMOLLM2
from models.explain.attention import Attender, Attention
from models.runtime.cache import ModelCache
from models.runtime.progress import Report, ignore
from tests.browser.alone import Alone, alone

pytestmark = pytest.mark.browser

ENOUGH = 4.5
# Notes for each text drawn on a canvas its words, its ink, and the pixel under its first or last letter.
NOTE_DRAWN = """() => {
  const proto = CanvasRenderingContext2D.prototype, { fillText } = proto;
  window.drawn = [];
  proto.fillText = function (words, ...place) {
    const right = { left: 2, right: -2, center: 0 }[this.textAlign];
    const inside = new DOMPoint(right, 0).matrixTransform(this.getTransform());
    const [r, g, b, alpha] = this.getImageData(inside.x, inside.y, 1, 1).data;
    window.drawn.push([words, this.fillStyle, alpha ? `rgba(${r}, ${g}, ${b}, ${alpha / 255})` : "rgba(0, 0, 0, 0)"]);
    return fillText.call(this, words, ...place);
  };
}"""
# Each text of the page with its colour and the first ground behind it.
SHOWN = """() => {
  const found = [], walker = document.createTreeWalker(document.querySelector(".av"), NodeFilter.SHOW_TEXT);
  const painted = node => !/, 0\\)$/.test(getComputedStyle(node).backgroundColor);
  const note = (words, owner) => {
    if (!owner.checkVisibility() || owner.closest(":disabled, option, .av-waiting")) return;
    let ground = owner;
    while (ground.parentElement && !painted(ground)) ground = ground.parentElement;
    found.push([words, getComputedStyle(owner).color, getComputedStyle(ground).backgroundColor]);
  };
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.textContent.trim()) note(node.textContent, node.parentElement);
  for (const field of document.querySelectorAll(".av select, .av-another textarea")) note(field.value, field);
  return found;
}"""


class Varied(Attender):
    """Weights of all sizes, so that every shade is drawn: those of a tiny model are all alike."""

    def __call__(self, model: str, text: str, text_pair: str = "", report: Report = ignore) -> Attention:
        result = super().__call__(model, text, text_pair, report)
        count = len(result.keys)
        shades = np.linspace(0.01, 1, count)[(7 * np.arange(count)[:, None] + np.arange(count)) % count]
        heads = np.roll(np.where(result.weights > 0, shades, 0), 1, axis=1)
        return replace(result, weights=(heads / heads.sum(-1, keepdims=True)).astype(np.float32))


def read(colour: str) -> tuple[float, float, float, float]:
    """Red, green and blue, 0 to 255, and the opacity."""
    if colour.startswith("#"):
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16), 1.0
    red, green, blue, *opacity = (float(part) for part in re.findall(r"[\d.]+", colour))
    return red, green, blue, opacity[0] if opacity else 1.0


def contrast(ink: str, ground: str, page: str) -> float:
    """The contrast ratio of WCAG 2, 1 to 21, of `ink` on `ground`, which may let the `page` shine through."""
    *under, opacity = read(ground)
    solid = [opacity * value + (1 - opacity) * behind for value, behind in zip(under, read(page), strict=False)]
    bright, dark = sorted((_luminance(read(ink)[:3]), _luminance(solid)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: Sequence[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def faint(view: Alone) -> list[tuple[str, str, str]]:
    """The texts drawn or shown so far that are hard to read: their words, ink and ground."""
    page = view.page.evaluate("getComputedStyle(document.body).backgroundColor")
    texts = view.page.evaluate("window.drawn.splice(0)") + view.page.evaluate(SHOWN)
    assert len(texts) > 20
    return [(words, ink, ground) for words, ink, ground in texts if contrast(ink, ground, page) < ENOUGH]


def test_the_ratio_is_that_of_the_standard() -> None:
    """Black on white is 21, a colour on itself 1; a ground that is half there is mixed with the page."""
    assert contrast("#000000", "rgb(255, 255, 255)", "rgb(0, 0, 0)") == pytest.approx(21)
    assert contrast("#0f766e", "rgb(15, 118, 110)", "rgb(0, 0, 0)") == pytest.approx(1)
    assert contrast("#777777", "rgba(0, 0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("model", [MINILM.name, SMOLLM2.name])
def test_every_text_can_be_read(browser: Browser, tiny_cache: ModelCache, theme: str, model: str) -> None:
    """In every view, with a token or a cell in focus and without, on both scales, long and short."""
    with alone(browser, Varied(tiny_cache, (MINILM, SMOLLM2))) as view:
        if theme == "dark":
            view.dark()
        view.page.evaluate(NOTE_DRAWN)
        for text in ("ab cd ef ab", "ab cd ef " * 40):
            view.show(text, model=model, layer=0, head=1)
            view.page.locator(".av-table").evaluate("node => { node.open = true; }")
            for name in ("lines", "flow", "compare", "matrix"):
                view.open(name)
                words = view.page.locator(".av-strip span")
                for at in (1, 6):
                    words.nth(at).hover()
                view.page.locator(".av-root").click()
                assert not faint(view), name
            view.page.mouse.move(1, 1)
            view.page.locator(".av-focus").press("Escape")
            assert not faint(view)
            view.open("heads")
            assert not faint(view)
