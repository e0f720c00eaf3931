"""The programs that scripts are run with in tests."""

import shutil

import pytest

from bench.drawing import CHROMIUM, find_chromium


def program(name: str, package: str) -> str:
    """The path of the program called `name`; the test fails where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing: install it (Debian: apt-get install {package}), then run the tests again.")
    return found


def chromium() -> str:
    """The path of a Chromium; the test fails where there is none."""
    return find_chromium() or program(CHROMIUM[0], CHROMIUM[0])
