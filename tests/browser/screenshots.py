"""Makes the pictures of the attention view that the README shows: `.venv/bin/python -m tests.browser.screenshots`."""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

import app
import settings
from demos import page as glassbox

FOLDER = app.ASSETS / "screenshots"
SENTENCE = "The animal didn't cross the street because it was too tired."
CHANGED = "The animal didn't cross the street because it was too wide."
LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}
VIEWS = ("matrix", "lines", "heads", "flow", "compare")
COLOURS = 128
LARGEST = 200_000


def main() -> None:
    """Serve the page on the bundled weights, and take every view in every look."""
    demo = app.build(app.make_cache(settings.read([])))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for look, (width, theme) in LOOKS.items():
                take(chromium, f"{url}?__theme={theme}", look, width)
            chromium.close()
    finally:
        demo.close()


def take(browser: Browser, url: str, look: str, width: int) -> None:
    """All views in one look."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(url)
    page.get_by_role("tab", name="Attention").click()
    page.locator("#attention-text textarea").fill(SENTENCE)
    page.locator("#attention-run").click()
    expect(page.locator(".av-value")).to_contain_text("animal", timeout=120_000)
    for view in VIEWS:
        page.locator(f"[data-view={view}]").click()
        arrange(page, view)
        page.mouse.move(0, 0)
        page.wait_for_timeout(300)
        save(page.locator("#attention-view").screenshot(), FOLDER / f"attention-{view}-{look}.png")
    page.close()


def arrange(page: Page, view: str) -> None:
    """Choose what shows the view well."""
    if view != "heads":
        page.locator(".av-hide").set_checked(view == "flow")
        page.locator(".av-words").set_checked(view == "flow")
    if view == "compare":
        page.locator(".av-with").select_option("text")
        page.locator(".av-text").fill(CHANGED)
        page.locator(".av-another button").click()
        expect(page.locator(".av-value")).to_contain_text("A − B", timeout=60_000)


def save(picture: bytes, path: Path) -> None:
    """Write the PNG with few colours. Exits where it is larger than a README should load."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {image.width} x {image.height}, {size:,} bytes")
    if size > LARGEST:
        sys.exit(f"{path.name} has {size:,} bytes; at most {LARGEST:,} are allowed: take fewer colours.")


if __name__ == "__main__":
    main()
