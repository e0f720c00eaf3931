"""A server on tiny models for each file of the fault matrix."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import app
from demos.tab import Tab
from models.runtime.cache import ModelCache
from settings import Settings
from tests.faults.machine import Machine, Site


@pytest.fixture(scope="module")
def site_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Starts an app with the given settings and tabs, or all; without a rate limit unless that is given."""
    sites: list[Site] = []
    home: Path = tmp_path_factory.mktemp("home")

    def begin(budget: int = 10**9, tabs: Sequence[Tab[Any]] = app.TABS, **chosen: Any) -> Site:
        machine = Machine()
        cache = ModelCache(machine.load, budget)
        settings = Settings(**{"port": 0, "rate": 0, "home": home, "metrics": True, **chosen})
        sites.append(Site(machine, cache, app.serve(cache, settings, tabs)))
        return sites[-1]

    yield begin
    for site in sites:
        site.machine.reset()
        site.serving.page.close(verbose=False)


@pytest.fixture(scope="module")
def one_site(site_of: Callable[..., Site]) -> Site:
    """The app with its default limits."""
    return site_of()


@pytest.fixture
def site(one_site: Site) -> Iterator[Site]:
    """The same app, fast and sound at the beginning and idle at the end of each test."""
    one_site.machine.reset()
    yield one_site
    one_site.machine.reset()
