"""The README's picture in motion, and that of link previews, taken from the page: `python -m tests.browser.motion`."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

import app
import model_setup
import settings
from demos.page import build as glassbox
from tests import programs

PATH = app.ASSETS / "glassbox.gif"
SIZE = {"width": 1280, "height": 760}
PREVIEW_PATH = app.ASSETS / "preview.png"
# Drawn larger, it is read where sites show it small: 1200 by 630 pixels in all, as they ask for.
PREVIEW, SCALE = {"width": 1000, "height": 525}, 1.2
LARGEST = 2_000_000
PATIENCE = 300_000
COLOURS = 128


def main() -> None:
    """Serve the page, walk through it, and write the pictures of the way. Exits where they are too large."""
    demo = app.build(model_setup.make_cache(settings.read([])))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=programs.chromium(), args=["--no-sandbox"])
            page = chromium.new_page(viewport=SIZE)  # type: ignore[arg-type]
            page.goto(f"{url}?__theme=light")
            frames = walk(page)
            preview(chromium.new_page(viewport=PREVIEW, device_scale_factor=SCALE), url)  # type: ignore[arg-type]
            chromium.close()
    finally:
        demo.close()
    write(frames, PATH)


def walk(page: Page) -> list[tuple[Image.Image, int]]:
    """Pictures with the milliseconds that each is shown: an answer, its why, attention, all heads, a sentiment."""
    frames: list[tuple[Image.Image, int]] = []
    expect.set_options(timeout=PATIENCE)

    def take(milliseconds: int) -> None:
        page.wait_for_timeout(600)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        frames.append((picture.quantize(COLOURS, dither=Image.Dither.NONE), milliseconds))

    expect(page.locator("#answer-view mark").first).to_be_visible()
    take(2_600)
    page.locator("#answer-why button.label-wrap").click()
    expect(page.locator("#answer-why-view")).to_contain_text("Spearman", timeout=PATIENCE)
    page.locator("#answer-view").scroll_into_view_if_needed()
    page.locator("#answer-why").evaluate("node => node.scrollIntoView({ block: 'start' })")
    take(3_000)
    page.get_by_role("tab", name="Attention", exact=True).click()
    expect(page.locator(".av-value")).not_to_be_empty()
    page.locator("#attention-view").evaluate("node => node.scrollIntoView({ block: 'start' })")
    take(1_800)
    page.locator("[data-view=lines]").click()
    take(1_800)
    page.locator("[data-view=heads]").click()
    take(2_200)
    page.get_by_role("tab", name="Sentiment", exact=True).click()
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("#sentiment-view")).to_contain_text("positive")
    take(2_400)
    return frames


def preview(page: Page, url: str) -> None:
    """The picture that other sites show beside a link: the page as it opens, its name and an answer in its text."""
    page.goto(f"{url}?__theme=light")
    expect(page.locator("#answer-view mark").first).to_be_visible()
    page.wait_for_timeout(600)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PREVIEW_PATH, optimize=True)
    print(f"{PREVIEW_PATH.name}: {picture.width} x {picture.height}, {PREVIEW_PATH.stat().st_size:,} bytes")


def write(frames: list[tuple[Image.Image, int]], path: Path) -> None:
    """One GIF that repeats. Exits where it is larger than a README should load."""
    (first, _), *others = frames
    first.save(
        path,
        save_all=True,
        append_images=[picture for picture, _ in others],
        duration=[milliseconds for _, milliseconds in frames],
        loop=0,
        optimize=True,
    )
    size = path.stat().st_size
    print(f"{path.name}: {len(frames)} pictures, {size:,} bytes")
    if size > LARGEST:
        sys.exit(f"{path.name} has {size:,} bytes; at most {LARGEST:,} are allowed: take fewer colours.")


if __name__ == "__main__":
    main()
