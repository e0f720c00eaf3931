"""Rivals in processes of their own."""

import os
import sys
from pathlib import Path

import pytest

from bench import rivals
from bench.rivals import NoRival, python_of, running

ADDS = "serve(lambda request: sum(request) + int(sys.argv[1]))"


def test_a_rival_answers_one_request_after_another() -> None:
    """By the same process, with its own arguments."""
    with running(Path(sys.executable), ADDS, "10") as rival:
        assert [rival.ask([1, 2]), rival.ask([5])] == [13, 15]
    assert rival.process.returncode is not None


def test_a_rival_has_torchs_own_threads() -> None:
    """What the app chose for its own at the import is not handed on."""
    assert "GOMP_SPINCOUNT" in os.environ
    code = "import os; serve(lambda _: [name for name in os.environ if name.startswith(('OMP_', 'GOMP_'))])"
    with running(Path(sys.executable), code) as rival:
        assert "GOMP_SPINCOUNT" not in rival.ask(None)


def test_a_rival_that_ends_is_no_rival() -> None:
    """Its exit is reported at once."""
    with running(Path(sys.executable), "sys.exit(3)") as rival, pytest.raises(NoRival, match="ended with 3"):
        rival.ask([1])


def test_what_cannot_be_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And tried again the next time."""
    monkeypatch.setattr(rivals, "FOLDER", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for _ in range(2):
        with pytest.raises(NoRival, match="no-such-rival==1 cannot be installed"):
            python_of("none", ["no-such-rival==1"])
