"""Fixtures that several tests share."""

import shutil
from collections.abc import Iterator

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

import app
import settings
from models.runtime.cache import ModelCache
from tests import tiny

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

INSTALL = "Chromium is missing: install it (Debian: apt-get install chromium), then run the tests again."


@pytest.fixture
def tiny_cache() -> ModelCache:
    """A fresh cache of tiny models."""
    return tiny.cache()


@pytest.fixture(scope="session")
def real_cache() -> ModelCache:
    """The app's own cache over the bundled weights, which it fetches where they are missing."""
    return app.make_cache(settings.read([]))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window: one for all, since a process runs one Playwright at a time."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.fail(INSTALL)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()
