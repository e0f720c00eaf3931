"""The command line and the environment."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from pydantic import ValidationError

import settings
from settings import Settings

ROOT = Path(__file__).parent.parent
NONE: Mapping[str, str] = {}


def read(arguments: Sequence[str], environment: Mapping[str, str] = NONE, platform: str = "linux") -> Settings:
    """The settings where nothing else is in the environment."""
    with patch.dict(os.environ, environment, clear=True), patch.object(sys, "platform", platform):
        return settings.read(arguments)


def test_defaults() -> None:
    """Without arguments the app listens on this machine only, and holds the promised limits."""
    chosen = read([], {"XDG_CACHE_HOME": "/cache"}, "linux")
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
        (["--host", "127.0.0.2"], {}, 0),
        (["--host", "::ffff:127.0.0.1"], {}, 0),
        (["--host", "LocalHost"], {}, 0),
        (["--host", "0.0.0.0"], {}, 60),
        (["--host", "::"], {}, 60),
        (["--host", "127.0.0.1.example.org"], {}, 60),
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
    assert read(arguments, environment, "linux").rate == rate


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_an_option_and_a_variable(name: str) -> None:
    """The command line wins over the environment, which wins over the default."""
    default = getattr(read([], {}), name)
    first, second = {
        "device": ("cpu", "cuda"),
        "host": ("::1", "::2"),
        "home": ("/a", "/b"),
        "lock": ("/a", "/b"),
        "catalog": ("/a", "/b"),
        "auth": ("a:b", "c:d,e:f:g"),
        "model": ("chat=/models/own", "chat=a,sentiment=b"),
        "ray": ("http://replicas:8000", "https://[::1]:8000/"),
        "engine_url": ("http://engine:8000", "https://[::1]/v1"),
    }.get(name, ("1017", "1018"))
    if isinstance(default, bool):
        assert getattr(read([], {settings.variable(name): "yes"}), name) is True
        assert getattr(read([], {settings.variable(name): "0"}), name) is False
        assert getattr(read([settings.flag(name)], {settings.variable(name): "off"}), name) is True
        return
    if name == "proxies":
        first, second = "2", "3"
    environment = {settings.variable(name): first}
    assert str(getattr(read([], environment), name)) == first
    assert str(getattr(read([settings.flag(name), second], environment), name)) == second


def test_logins() -> None:
    """Each has a name and a password, which may hold a colon; a wrong one is not repeated on the terminal."""
    assert read(["--auth", "ann:one,bob:t:wo"], {}).logins == [("ann", "one"), ("bob", "t:wo")]
    assert read([], {}).logins == []


@pytest.mark.parametrize("wrong", ["hidden", "hidden:", ":hidden", "hidden:b,", "hidden:b,c"])
def test_a_wrong_login_is_reported_and_kept_secret(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The server does not start open where a login was meant."""
    with pytest.raises(SystemExit):
        read([], {"GLASSBOX_AUTH": wrong})
    output = capsys.readouterr().err
    assert "GLASSBOX_AUTH must be name:password, several separated by commas" in output
    assert "hidden" not in output


@pytest.mark.parametrize(
    "wrong", ["engine:8000", "ftp://engine", "http://ann:hidden@engine", "http://engine?key=hidden"]
)
def test_an_engine_is_at_an_address_without_a_key(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The address is shown in errors and on the page."""
    with pytest.raises(SystemExit):
        read([], {"GLASSBOX_ENGINE_URL": wrong})
    output = capsys.readouterr().err
    assert "GLASSBOX_ENGINE_URL must be an address like http://host:8000" in output
    assert "hidden" not in output


def test_a_space_listens_on_every_address_behind_one_proxy() -> None:
    """Hugging Face Spaces reaches the app from outside its container, through its own proxy."""
    chosen = read([], {"SYSTEM": "spaces"})
    assert (chosen.host, chosen.proxies) == ("0.0.0.0", 1)
    assert read([], {"SYSTEM": "spaces", "GLASSBOX_HOST": "127.0.0.1"}).host == "127.0.0.1"


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
    assert read([], environment, platform).home == home


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--memory", "0"], {}, "--memory must be a whole number from 1 to 2147483648, not '0'"),
        (["--port", "70000"], {}, "--port must be a whole number from 0 to 65535, not '70000'"),
        (["--rate", "1.5"], {}, "--rate must be a whole number"),
        (["--device", "gpu"], {}, "--device must be one of auto, cuda, mps, xpu, cpu, not 'gpu'"),
        ([], {"GLASSBOX_DEADLINE": "-1"}, "GLASSBOX_DEADLINE must be a whole number from 0"),
        ([], {"GLASSBOX_METRICS": "maybe"}, "GLASSBOX_METRICS must be on or off, not 'maybe'"),
        (
            ["--home", "~nobody-at-all"],
            {},
            "--home must be a path, after ~ with a user of this machine, not '~nobody-at-all'",
        ),
        (["--engine-url", "http://engine:http"], {}, "--engine-url must be an address like http://host:8000"),
        (["--ray", "http://[::1"], {}, "--ray must be an address like http://host:8000"),
        (["--quque-length", "3"], {}, "unrecognized arguments: --quque-length"),
    ],
)
def test_wrong_values(
    arguments: list[str], environment: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong value ends the program with words that name it and where it was set."""
    with pytest.raises(SystemExit):
        read(arguments, environment)
    assert words in capsys.readouterr().err


def test_help_and_readme_tell_every_setting() -> None:
    """Both are made from the same class; the table stands in README.md as it is made."""
    output = settings.parser().format_help()
    for name in Settings.model_fields:
        assert settings.flag(name) in output
        assert f"`{settings.variable(name)}`" in settings.table()
    assert settings.table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_help_is_what_the_readme_promises() -> None:
    """For each row of the table there: the flag, what it sets, and the default."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(--[a-z-]+)` \| `(\w+)` \| (.*) \| (.*) \|$", readme, re.MULTILINE)
    assert [flag for flag, *_ in rows] == [settings.flag(name) for name in Settings.model_fields]
    # In the table, numbers have commas.
    written = " ".join(settings.parser().format_help().split()).replace(",", "")
    for flag, variable, help, default in rows:
        assert variable == "GLASSBOX_" + flag[2:].replace("-", "_").upper()
        shown = "" if default in ("on", "off") or default.startswith("off,") else f" (default: {default})"
        assert f"{help}{shown}".replace(",", "") in written, flag


def test_settings_do_not_change() -> None:
    """Nor are there any of another name, or out of range."""
    chosen = Settings(port=1)
    with pytest.raises(ValidationError):
        chosen.port = 2
    with pytest.raises(ValidationError):
        Settings(prot=1)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Settings(memory=0)


def test_settings_made_in_a_program_have_nothing_of_the_environment() -> None:
    """Only `read` looks there."""
    with patch.dict(os.environ, {"GLASSBOX_PORT": "1"}):
        assert Settings().port == 7860


def test_an_empty_variable_is_none() -> None:
    """As a form for a Space's variables leaves it."""
    assert read([], {"GLASSBOX_PORT": "", "XDG_CACHE_HOME": ""}) == read([])


def test_a_flag_is_better_than_a_wrong_variable() -> None:
    """What is not used is not checked."""
    assert read(["--port", "1"], {"GLASSBOX_PORT": "x"}).port == 1
