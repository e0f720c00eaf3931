"""A running app, and a page that notes every request and every error."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from playwright.sync_api import Page, expect

import app
from demos.page import build as glassbox
from models.catalog.bundled import SMOLLM2
from models.runtime.cache import ModelCache
from settings import Settings
from tests.browser.tabs import titled, watched

# What a test expects of the page comes at once on an idle machine, and may take long on one that is not.
expect.set_options(timeout=30_000)
ALL = tuple(tab.title for tab in app.TABS)
# The larger language model would be the default where it is on disk, and writes a tenth as fast.
SMALL = Settings(chat_model=SMOLLM2.name)


@pytest.fixture(scope="module")
def sites(real_cache: ModelCache) -> Iterator[Callable[[Sequence[str]], str]]:
    """The address of a page on the bundled weights with the tabs of these titles, which open empty.

    Each is closed with its module: a server that waits looks for requests many times a second.
    """
    addresses: dict[Sequence[str], str] = {}
    demos = []

    def address(titles: Sequence[str]) -> str:
        if titles not in addresses:
            demo = app.build(real_cache, titled(*titles), SMALL, openings=False)
            _, address, _ = demo.launch(
                server_port=None, prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS)
            )
            demos.append(demo)
            addresses[titles] = address.rstrip("/")
        return addresses[titles]

    yield address
    for demo in demos:
        demo.close()


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest, sites: Callable[[Sequence[str]], str]) -> str:
    """The address of the whole page, or of one with the tabs that the test module names in `TITLES`."""
    return sites(getattr(request.module, "TITLES", ALL))


@pytest.fixture
def page(blank: Page, url: str) -> Iterator[Page]:
    """The app in a fresh page; fails the test when a script fails or a request leaves the server."""
    with watched(blank, url):
        blank.goto(f"{url}/?__theme=light")
        blank.get_by_role("tab").first.wait_for()
        yield blank
