"""The command line and the environment."""

from pathlib import Path

import pytest

import settings


def test_defaults() -> None:
    """Without arguments the app listens on this machine only."""
    chosen = settings.read([], {"XDG_CACHE_HOME": "/cache"})
    assert (chosen.host, chosen.port, chosen.device, chosen.memory) == ("127.0.0.1", 7860, "auto", 2_000_000_000)
    assert not chosen.share
    assert not chosen.offline


def test_a_space_listens_on_every_address() -> None:
    """Hugging Face Spaces reaches the app from outside its container."""
    assert settings.read([], {"SYSTEM": "spaces"}).host == "0.0.0.0"


@pytest.mark.parametrize(
    ("environment", "platform", "home"),
    [
        ({"GLASSBOX_HOME": "/elsewhere"}, "linux", Path("/elsewhere")),
        ({"XDG_CACHE_HOME": "/cache"}, "linux", Path("/cache/glassbox")),
        ({}, "linux", Path.home() / ".cache/glassbox"),
        ({}, "darwin", Path.home() / "Library/Caches/glassbox"),
        ({"LOCALAPPDATA": "/local"}, "win32", Path("/local/glassbox")),
    ],
)
def test_home(environment: dict[str, str], platform: str, home: Path) -> None:
    """The weights live in the platform's cache folder unless the environment names another."""
    assert settings.default_home(environment, platform) == home


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--memory", "0"], "--memory must be a positive number of megabytes, not 0"),
        (["--port", "70000"], "--port must be from 0 to 65535, not 70000"),
        (["--device", "gpu"], "invalid choice: 'gpu'"),
    ],
)
def test_wrong_arguments(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong argument ends the program with words that name it."""
    with pytest.raises(SystemExit):
        settings.read(arguments, {})
    assert words in capsys.readouterr().err
