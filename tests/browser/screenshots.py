"""Makes the pictures of every view that the README and the docs choose from: `python -m tests.browser.screenshots`.

With names of tabs, such as `attention`, only theirs; `notebook` is the stand-alone view as a notebook shows it.
"""

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

import app
import model_setup
import settings
from demos.attention.page import stand_alone
from demos.page import build as glassbox
from models.catalog.offers import BUNDLED
from models.explain.attention import Attender
from models.runtime.cache import ModelCache
from tests import programs

FOLDER = app.ASSETS / "screenshots"
SENTENCE = "The animal didn't cross the street because it was too tired."
CHANGED = "The animal didn't cross the street because it was too wide."
LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}
VIEWS = ("matrix", "lines", "heads", "flow", "words", "compare")
# The other tabs, each with the example that shows it.
EXAMPLES = {
    "Question answering": "A fact",
    "Translation": "What attention does",
    "Sentiment": "A mixed review",
    "Summarization": "The same, picked",
    "Chat": "What is the capital of France, and what is it known for?",
    "Next word": "A proverb",
    "How attention works": "What “it” stands for",
}
CROSS = "A translation, word by word"
PATIENCE = 300_000
COLOURS = 256
LARGEST = 200_000


NOTEBOOK = "notebook"
# The word “it” in the line of tokens.
PRONOUN = '.av-strip span[data-at="10"]'


def main(wanted: Sequence[str]) -> None:
    """Serve the page on the bundled weights, and take every view in every look, in place of the pictures before.

    Only those of the tabs called `wanted`, unless that is empty.
    """
    for old in FOLDER.glob("*.png"):
        if not wanted or old.stem.rsplit("-", 1)[0].startswith(tuple(wanted)):
            old.unlink()
    cache = model_setup.make_cache(settings.read([]))
    demo = app.build(cache)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=programs.chromium(), args=["--no-sandbox"])
            for look, (width, theme) in LOOKS.items():
                page = chromium.new_page(viewport={"width": width, "height": 900})
                page.goto(f"{url}?__theme={theme}")
                page.get_by_role("tab").first.wait_for(timeout=PATIENCE)
                if not wanted or "attention" in wanted:
                    take_views(page, look)
                take_tabs(page, look, wanted)
                page.close()
            if not wanted or NOTEBOOK in wanted:
                take_notebook(chromium.new_page(viewport={"width": 1000, "height": 750}), cache)
            chromium.close()
    finally:
        demo.close()


def take_views(page: Page, look: str) -> None:
    """The attention tab's views in one look."""
    page.get_by_role("tab", name="Attention", exact=True).click()
    page.locator("#attention-text textarea").fill(SENTENCE)
    page.locator("#attention-run").click()
    expect(page.locator(".av-value")).to_contain_text("animal", timeout=PATIENCE)
    for view in VIEWS:
        page.locator(f"[data-view={'matrix' if view == 'words' else view}]").click()
        arrange(page, view)
        take(page, "#attention-view", f"attention-{view}-{look}.png")
    page.locator("[data-view=lines]").click()
    page.get_by_role("button", name=CROSS).click()
    expect(page.locator(".av-strips")).to_contain_text("mecanismo", timeout=PATIENCE)
    take(page, "#attention-view", f"attention-cross-{look}.png")


def arrange(page: Page, view: str) -> None:
    """Choose what shows the view well."""
    if view != "heads":
        page.locator(".av-hide").set_checked(view in ("flow", "words"))
        page.locator(".av-words").set_checked(view in ("flow", "words"))
    if view == "compare":
        page.locator(".av-with").select_option("text")
        page.locator(".av-text").fill(CHANGED)
        page.locator(".av-another button").click()
        expect(page.locator(".av-value")).to_contain_text("A − B", timeout=PATIENCE)
        # The pointer came over another word as the view moved below it.
        page.mouse.move(0, 0)
        page.locator(PRONOUN).first.click()
        expect(page.locator(".av-value")).to_contain_text("it looks at")


def take_notebook(page: Page, cache: ModelCache) -> None:
    """The stand-alone view of a sentence, as wide and high as docs/models.md shows it in a notebook."""
    attender = Attender(cache, BUNDLED.attention)
    with tempfile.TemporaryDirectory() as folder:
        view = Path(folder) / "view.html"
        view.write_text(stand_alone(attender(attender.names[0], SENTENCE, ""), SENTENCE), encoding="utf-8")
        page.goto(view.as_uri())
        page.locator("[data-view=lines]").click()
        page.locator(".av-layer").select_option("3")
        page.locator(".av-head").select_option("1")
        page.locator(PRONOUN).click()
        page.wait_for_timeout(500)
        save(page.screenshot(), FOLDER / f"{NOTEBOOK}-light.png")


def take_tabs(page: Page, look: str, wanted: Sequence[str]) -> None:
    """The other tabs with a result in one look, each with its why unfolded."""
    for title, example in EXAMPLES.items():
        if wanted and title.lower().replace(" ", "-") not in wanted:
            continue
        page.get_by_role("tab", name=title, exact=True).click()
        panel = page.get_by_role("tabpanel").filter(visible=True)
        panel.get_by_role("button", name=example, exact=True).click()
        if title == "Chat":
            expect(page.locator("#chat-message textarea")).to_have_value(example)
            page.locator("#chat-send").click()
        finished(panel)
        for fold in panel.locator("button.label-wrap:not(.open)", has_text="Why: ").all():
            fold.click()
            page.wait_for_timeout(1000)
            finished(panel)
        take(page, "#tabs", f"{title.lower().replace(' ', '-')}-{look}.png")


def finished(panel: Locator) -> None:
    """Wait for what runs there, to its end."""
    expect(panel.locator(".status").filter(has_text="·").first).to_be_visible(timeout=PATIENCE)
    expect(panel.get_by_role("button", name="Stop", exact=True)).to_be_disabled(timeout=PATIENCE)


def take(page: Page, selector: str, name: str) -> None:
    """One picture, with the pointer out of the way and everything drawn."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    save(page.locator(selector).screenshot(), FOLDER / name)


def save(picture: bytes, path: Path) -> None:
    """Write the PNG with few colours. Exits where it is larger than a README should load."""
    # By coverage: by median, the ends of a scale would lose their hue.
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image = image.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {image.width} x {image.height}, {size:,} bytes")
    if size > LARGEST:
        sys.exit(f"{path.name} has {size:,} bytes; at most {LARGEST:,} are allowed: take fewer colours.")


if __name__ == "__main__":
    main(sys.argv[1:])
