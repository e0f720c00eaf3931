"""The programs that scripts are run with in tests."""

import shutil

import pytest


def program(name: str, package: str) -> str:
    """The path of the program called `name`; the test fails where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing: install it (Debian: apt-get install {package}), then run the tests again.")
    return found
