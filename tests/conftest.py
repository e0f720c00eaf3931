"""Fixtures that several tests share."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import app as app
import model_setup
import settings
from models.runtime.cache import ModelCache
from tests import tiny
from tests.programs import chromium

# How long an example takes depends on what else the machine does, and a check is to give the same twice. To search for
# new examples: pytest --hypothesis-profile=search.
hypothesis.settings.register_profile("untimed", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile("untimed")

TESTS = Path(__file__).parent
# The folders whose files take longest.
LONG = ("browser", "train", "faults")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files: where the last ones are short, all workers end at about the same time."""
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in LONG)


@pytest.fixture
def tiny_cache() -> ModelCache:
    """A fresh cache of tiny models."""
    return tiny.cache()


@pytest.fixture(scope="session")
def real_cache() -> ModelCache:
    """The app's own cache over the bundled weights, which it fetches where they are missing."""
    return model_setup.make_cache(settings.read([]))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window: one for all, since a process runs one Playwright at a time."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profile(browser: Browser) -> BrowserContext:
    """The browser profile of `blank`, kept for all tests: it compiles the scripts of a server's page once."""
    return browser.new_context(viewport={"width": 1280, "height": 900})


# At the first load of a page of the server. Frames and empty pages have no storage.
FORGET = """if (location.protocol === "http:" && top === self) sessionStorage.blank ??= (localStorage.clear(), 1)"""


@pytest.fixture
def blank(profile: BrowserContext) -> Iterator[Page]:
    """An empty page of a profile that keeps nothing of the tests before but the files in its cache."""
    page = profile.new_page()
    # A run that ended while the page before was being closed may have been kept after all.
    page.add_init_script(FORGET)
    yield page
    profile.set_offline(False)
    profile.clear_permissions()
    profile.clear_cookies()
    for each in profile.pages:
        if each.url.startswith("http"):
            each.evaluate("localStorage.clear()")
        each.close()
