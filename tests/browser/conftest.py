"""A running app, and a page that notes every request and every error."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

import app
from demos.page import build as glassbox
from models.runtime.cache import ModelCache

# What a test expects of the page comes at once on an idle machine, and may take long on one that is not.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def url(real_cache: ModelCache) -> Iterator[str]:
    """The address of the whole app on the bundled weights, whose tabs open empty."""
    demo = app.build(real_cache, openings=False)
    _, address, _ = demo.launch(
        server_port=None, prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS)
    )
    yield address.rstrip("/")
    demo.close()


@pytest.fixture
def page(blank: Page, url: str) -> Iterator[Page]:
    """The app in a fresh page; fails the test when a script fails or a request leaves the server."""
    page = blank
    foreign: list[str] = []
    failures: list[str] = []
    page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith((url, "data:", "blob:")) else None)
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"{url}/?__theme=light")
    page.get_by_role("tab").first.wait_for()
    yield page
    assert not foreign
    assert not failures
