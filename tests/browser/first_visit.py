"""The way of a new visitor to the head that matters for an answer: `.venv/bin/python -m tests.browser.first_visit`.

From the link to that head switched off, with a picture of each click in `build/first-visit/`.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

import app
import model_setup
import settings
from tests import programs

FOLDER = Path("build/first-visit")
PATIENCE = 120_000


def way(page: Page, clicked: Callable[[Locator], None]) -> str:
    """Go from the page's opening to the result without its head of the largest effect; returns what the page says.

    Each click goes through `clicked`.
    """
    expect(page.locator("#answer-status")).to_contain_text("Made beforehand", timeout=PATIENCE)
    clicked(page.locator("#answer-why button.label-wrap"))
    clicked(page.locator("#answer-carry"))
    expect(page.locator(".av-value")).not_to_be_empty(timeout=PATIENCE)
    clicked(page.locator("[data-view=off]"))
    clicked(page.locator(".av-rank"))
    expect(page.locator(".av-rank")).to_be_disabled(timeout=PATIENCE)
    heads = page.locator("[data-map=effects][data-head]")
    effects = [number(label) for label in heads.evaluate_all("nodes => nodes.map((node) => node.ariaLabel)")]
    clicked(heads.nth(max(range(len(effects)), key=lambda at: abs(effects[at]))))
    expect(page.locator(".av-headline")).to_contain_text("→", timeout=PATIENCE)
    return page.locator(".av-headline").inner_text()


def number(label: str) -> float:
    """The effect in the name of a head's switch, such as “Layer 6, head 3: −0.123”."""
    found = re.search(r"[−+±]?\d+\.\d+$", label)
    return float(found[0].replace("−", "-").replace("±", "")) if found else 0.0


def main() -> None:
    """Serve the page on the bundled weights, go the way, and take the pictures."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    serving = app.serve(model_setup.make_cache(settings.read([])), settings.read(["--port", "0"]))
    clicks = 0

    def clicked(node: Locator) -> None:
        nonlocal clicks
        clicks += 1
        node.scroll_into_view_if_needed()
        page.screenshot(path=FOLDER / f"{clicks}-before.png")
        node.click()

    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=programs.chromium(), args=["--no-sandbox"])
            page = chromium.new_page(viewport={"width": 1280, "height": 900})
            page.goto(serving.url)
            said = way(page, clicked)
            page.screenshot(path=FOLDER / f"{clicks}-after.png")
            print(f"{clicks} clicks: {said}")
            chromium.close()
    finally:
        serving.drain(0)


if __name__ == "__main__":
    main()
