"""The command line and the environment."""

from dataclasses import fields
from pathlib import Path

import pytest

import settings
from settings import Settings

ROOT = Path(__file__).parent.parent


def test_defaults() -> None:
    """Without arguments the app listens on this machine only, and holds the promised limits."""
    chosen = settings.read([], {"XDG_CACHE_HOME": "/cache"}, "linux")
    assert (chosen.host, chosen.port, chosen.device, chosen.memory_bytes) == ("127.0.0.1", 7860, "auto", 3_000 * 10**6)
    assert (chosen.queue_length, chosen.characters, chosen.body_bytes, chosen.new_tokens) == (32, 10_000, 10**6, 256)
    assert (chosen.deadline, chosen.drain) == (60, 30)
    assert not any((chosen.share, chosen.offline, chosen.fetch, chosen.preload, chosen.cold, chosen.metrics))


@pytest.mark.parametrize(
    ("arguments", "environment", "rate"),
    [
        ([], {}, 0),
        (["--host", "localhost"], {}, 0),
        (["--host", "::1"], {}, 0),
        (["--host", "0.0.0.0"], {}, 60),
        (["--host", "192.168.1.5"], {}, 60),
        (["--share"], {}, 60),
        (["--proxies", "1"], {}, 60),
        ([], {"GRADIO_ROOT_PATH": "/demo"}, 60),
        ([], {"SYSTEM": "spaces"}, 60),
        (["--rate", "60"], {}, 60),
        (["--host", "0.0.0.0", "--rate", "0"], {}, 0),
        ([], {"GLASSBOX_RATE": "7"}, 7),
    ],
)
def test_programs_of_this_machine_have_no_rate_limit(
    arguments: list[str], environment: dict[str, str], rate: int
) -> None:
    """The limit is there for strangers; where only this machine can connect there are none, unless it is asked for."""
    assert settings.read(arguments, environment, "linux").rate == rate


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_every_setting_is_an_option_and_a_variable(name: str) -> None:
    """The command line wins over the environment, which wins over the default."""
    default = getattr(settings.read([], {}), name)
    first, second = {
        "device": ("cpu", "cuda"),
        "host": ("::1", "::2"),
        "home": ("/a", "/b"),
        "lock": ("/a", "/b"),
        "catalog": ("/a", "/b"),
        "auth": ("a:b", "c:d,e:f:g"),
        "engine_url": ("http://engine:8000", "https://[::1]/v1"),
    }.get(name, ("1017", "1018"))
    if isinstance(default, bool):
        assert getattr(settings.read([], {settings.variable(name): "yes"}), name) is True
        assert getattr(settings.read([], {settings.variable(name): "0"}), name) is False
        assert getattr(settings.read([settings.flag(name)], {settings.variable(name): "off"}), name) is True
        return
    if name == "proxies":
        first, second = "2", "3"
    environment = {settings.variable(name): first}
    assert str(getattr(settings.read([], environment), name)) == first
    assert str(getattr(settings.read([settings.flag(name), second], environment), name)) == second


def test_logins() -> None:
    """Each has a name and a password, which may hold a colon; a wrong one is not repeated on the terminal."""
    assert settings.read(["--auth", "ann:one,bob:t:wo"], {}).logins == [("ann", "one"), ("bob", "t:wo")]
    assert settings.read([], {}).logins == []


@pytest.mark.parametrize("wrong", ["hidden", "hidden:", ":hidden", "hidden:b,", "hidden:b,c"])
def test_a_wrong_login_is_told_and_kept_secret(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The server does not start open where a login was meant."""
    with pytest.raises(SystemExit):
        settings.read([], {"GLASSBOX_AUTH": wrong})
    told = capsys.readouterr().err
    assert "GLASSBOX_AUTH must be name:password, several separated by commas" in told
    assert "hidden" not in told


@pytest.mark.parametrize(
    "wrong", ["engine:8000", "ftp://engine", "http://ann:hidden@engine", "http://engine?key=hidden"]
)
def test_an_engine_is_at_an_address_without_a_key(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The address is told in errors and on the page."""
    with pytest.raises(SystemExit):
        settings.read([], {"GLASSBOX_ENGINE_URL": wrong})
    told = capsys.readouterr().err
    assert "GLASSBOX_ENGINE_URL must be an address like http://host:8000" in told
    assert "hidden" not in told


def test_a_space_listens_on_every_address_behind_one_proxy() -> None:
    """Hugging Face Spaces reaches the app from outside its container, through its own proxy."""
    chosen = settings.read([], {"SYSTEM": "spaces"})
    assert (chosen.host, chosen.proxies) == ("0.0.0.0", 1)
    assert settings.read([], {"SYSTEM": "spaces", "GLASSBOX_HOST": "127.0.0.1"}).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "platform", "home"),
    [
        ({"GLASSBOX_HOME": "/elsewhere"}, "linux", Path("/elsewhere")),
        ({"GLASSBOX_HOME": "~/weights"}, "linux", Path.home() / "weights"),
        ({"XDG_CACHE_HOME": "/cache"}, "linux", Path("/cache/glassbox")),
        ({}, "linux", Path.home() / ".cache/glassbox"),
        ({}, "darwin", Path.home() / "Library/Caches/glassbox"),
        ({"LOCALAPPDATA": "/local"}, "win32", Path("/local/glassbox")),
    ],
)
def test_home(environment: dict[str, str], platform: str, home: Path) -> None:
    """The weights live in the platform's cache folder unless the environment names another."""
    assert settings.read([], environment, platform).home == home


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--memory", "0"], {}, "--memory must be a whole number from 1 to 2147483648, not '0'"),
        (["--port", "70000"], {}, "--port must be a whole number from 0 to 65535, not '70000'"),
        (["--rate", "1.5"], {}, "--rate must be a whole number"),
        (["--device", "gpu"], {}, "--device must be one of auto, cuda, mps, xpu, cpu, not 'gpu'"),
        ([], {"GLASSBOX_DEADLINE": "-1"}, "GLASSBOX_DEADLINE must be a whole number from 0"),
        ([], {"GLASSBOX_METRICS": "maybe"}, "GLASSBOX_METRICS must be on or off, not 'maybe'"),
        (["--quque-length", "3"], {}, "unrecognized arguments: --quque-length"),
    ],
)
def test_wrong_values(
    arguments: list[str], environment: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong value ends the program with words that name it and where it was set."""
    with pytest.raises(SystemExit):
        settings.read(arguments, environment)
    assert words in capsys.readouterr().err


def test_help_and_readme_tell_every_setting() -> None:
    """Both are made from the same class; the table stands in README.md as it is made."""
    told = settings.parser().format_help()
    for each in fields(Settings):
        assert settings.flag(each.name) in told
        assert f"`{settings.variable(each.name)}`" in settings.table()
    assert settings.table() in (ROOT / "README.md").read_text(encoding="utf-8")
