"""Fixtures that several tests share."""

import pytest

import app
import settings
from models.cache import ModelCache
from tests import tiny


@pytest.fixture
def tiny_cache() -> ModelCache:
    """A fresh cache of tiny models."""
    return tiny.cache()


@pytest.fixture(scope="session")
def real_cache() -> ModelCache:
    """The app's own cache over the bundled weights, which it fetches where they are missing."""
    return app.make_cache(settings.read([]))
