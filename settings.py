"""Everything an operator can set: the only place that reads the environment or the command line."""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from models.runtime.device import CHOICES
from models.runtime.progress import MEGABYTE

PREFIX = "GLASSBOX_"
SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
HEADER = "| option | variable | what it sets | default |\n|---|---|---|---|\n"

T = TypeVar("T")


@dataclass(frozen=True)
class Option:
    """What is known of one setting besides its name, type and default; a number is from `low` to `high`.

    `pattern` is what a text must match, as a regular expression and in words.
    `shown` is what stands for a default that depends on the machine.
    """

    help: str
    low: int = 0
    high: int = 2**31
    choices: tuple[str, ...] = ()
    pattern: tuple[str, str] = ("", "")
    shown: str = ""


def option(default: T, help: str, **more: Any) -> T:
    """A field of `Settings`; `more` is what `Option` takes."""
    return field(default=default, metadata={"option": Option(help, **more)})


@dataclass(frozen=True)
class Settings:
    """How this server runs. The field `new_tokens` is the option `--new-tokens` and the variable GLASSBOX_NEW_TOKENS.

    This class is the one definition: the command line, `--help` and the table in README.md are made from it.
    """

    host: str = option("127.0.0.1", "the address to listen on", shown="127.0.0.1, on Spaces 0.0.0.0")
    port: int = option(7860, "the port to listen on; 0 takes any free one", high=65_535)
    home: Path = option(  # noqa: RUF009 - a path never changes
        Path(), "the folder of the downloaded weights", shown="the platform's cache folder"
    )
    lock: Path = option(  # noqa: RUF009
        Path(), "the file that holds models from the Hub to their hashes", shown="models.lock.json in --home"
    )
    catalog: Path = option(Path(), "a TOML file of more models to offer", shown="none")  # noqa: RUF009
    device: str = option("auto", "where models run; auto takes the best there is", choices=CHOICES)
    threads: int = option(
        0,
        "threads that one model computes with; 0 leaves it to the engines",
        high=1_024,
        shown="0, on Spaces as many as it has cores",
    )
    memory: int = option(3_000, "megabytes of models kept in memory", low=1)
    preload: bool = option(
        False, "fetch and load the default models at the start, before anyone asks", shown="off, on Spaces on"
    )
    chat_model: str = option(
        "",
        "the language model of chat, drafts, next words and written summaries unless another one is chosen",
        shown="Qwen2.5-Coder-1.5B-Instruct where it is on disk or --preload fetches it, else SmolLM2-135M-Instruct",
    )
    engine_url: str = option(
        "",
        "the address of a server, vLLM's or llama.cpp's own, that runs --engine-model; see docs/engine-url.md",
        pattern=(r"https?://[^\s/?#@]+(/[^\s?#]*)?", "an address like http://host:8000, without a name or a key"),
        shown="none: every model runs here",
    )
    engine_model: str = option("", "the chat model that the server at --engine-url runs", shown="the first one")
    engine_key: str = option(
        "",
        "the key for the server at --engine-url; the variable hides it better",
        pattern=(r"[\x21-\x7e]+", "letters, digits and signs without spaces"),
        shown="none",
    )
    cold: bool = option(False, "load a model when somebody asks for it, and not those on disk at the start")
    offline: bool = option(False, "use the weights that are here, download nothing")
    fetch: bool = option(False, "download the bundled weights and the models of --catalog, then exit")
    share: bool = option(False, "also open a public link through Gradio's tunnel")
    auth: str = option(
        "",
        "who may open the page: name:password, several separated by commas; the variable hides it better",
        pattern=(r"[^:,]+:[^,]+(,[^:,]+:[^,]+)*", "name:password, several separated by commas"),
        shown="everybody",
    )
    queue_length: int = option(32, "requests that may wait; further ones are refused at once", low=1)
    at_once: int = option(8, "translations, and replies of chat, that run at once in shared batches", low=1)
    rate: int = option(
        60, "requests a minute from one address; 0 for no limit", shown="60, or 0 where only this machine can connect"
    )
    proxies: int = option(
        0, "proxies before this server, whose X-Forwarded-For is believed", high=10, shown="0, on Spaces 1"
    )
    characters: int = option(10_000, "characters in one text", low=1)
    context_characters: int = option(60_000, "characters in a text that a question is asked about", low=1)
    body_bytes: int = option(MEGABYTE, "bytes in the body of one request", low=1_000)
    new_tokens: int = option(256, "new tokens in one chat reply", low=16, high=1_024)
    deadline: int = option(60, "seconds that one request may run; 0 for no limit")
    drain: int = option(30, "seconds that running requests get to end after SIGTERM")
    metrics: bool = option(False, "serve figures for Prometheus at `/metrics`")
    mcp: bool = option(False, "offer the tasks as tools to MCP clients at `/gradio_api/mcp`; see docs/api.md")

    @property
    def memory_bytes(self) -> int:
        """The models' budget in bytes."""
        return self.memory * MEGABYTE

    @property
    def logins(self) -> list[tuple[str, str]]:
        """The names and passwords of those who may open the page; none where everybody may."""
        names = [login.partition(":") for login in self.auth.split(",") if login]
        return [(name, password) for name, _, password in names]


def described() -> dict[str, Option]:
    """What is known of each setting, by its name."""
    return {each.name: each.metadata["option"] for each in fields(Settings)}


def flag(name: str) -> str:
    """The option on the command line for the setting `name`."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """The variable in the environment for the setting `name`."""
    return PREFIX + name.upper()


def default_home(environment: Mapping[str, str], platform: str) -> Path:
    """The platform's cache folder for this app."""
    if platform == "win32":
        cache = Path(environment.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif platform == "darwin":
        cache = Path.home() / "Library" / "Caches"
    else:
        cache = Path(environment.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "glassbox"


def defaults(environment: Mapping[str, str], platform: str) -> dict[str, Any]:
    """The value of every setting that nobody set.

    On Hugging Face Spaces the app listens everywhere, since the Space's own proxy stands before it; it loads its models
    while the Space is still building up, and takes the cores that the Space has, not those of the machine around it.
    """
    on_space: dict[str, Any] = {}
    if environment.get("SYSTEM") == "spaces":
        cores = environment.get("CPU_CORES", "")
        on_space = {"host": "0.0.0.0", "proxies": 1, "preload": True, "threads": int(cores) if cores.isdecimal() else 0}
    return {each.name: each.default for each in fields(Settings)} | {
        "home": default_home(environment, platform),
        **on_space,
    }


def on_zero_gpu(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this is a Space whose GPU is ZeroGPU."""
    return environment.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def parser() -> argparse.ArgumentParser:
    """The command line of `python app.py`; each option's value stays as it was written."""
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="Glassbox: language-model demos you can see into.",
        epilog=f"Each option has a variable too: {variable('queue_length')}=8 is {flag('queue_length')} 8.",
    )
    for name, known in described().items():
        default = getattr(Settings, name)
        if isinstance(default, bool):
            parser.add_argument(flag(name), action="store_const", const="on", help=known.help)
        else:
            told = f"{known.help} (default: {known.shown or default})"
            parser.add_argument(flag(name), help=told, metavar=_metavar(name, known))
    return parser


def read(
    arguments: Sequence[str], environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Settings:
    """The settings from the command line, else the environment. Exits with a message where one is wrong."""
    command_line = parser()
    given = vars(command_line.parse_args(arguments))
    chosen = defaults(environment, platform)
    unset = set(chosen)
    for name, known in described().items():
        for said, value in ((flag(name), given[name]), (variable(name), environment.get(variable(name)) or None)):
            if value is not None:
                try:
                    chosen[name] = convert(value, getattr(Settings, name), known)
                except ValueError as error:
                    # What must match a pattern is a secret.
                    given_as = "" if known.pattern[0] else f", not {value!r}"
                    command_line.error(f"{said} {error}{given_as}")
                unset.discard(name)
                break
    if "rate" in unset and only_this_machine(Settings(**chosen), environment):
        chosen["rate"] = 0
    return Settings(**chosen)


def only_this_machine(chosen: Settings, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether nobody but the programs of this machine can connect: no address but its own, no proxy, no public link."""
    behind_proxy = chosen.proxies > 0 or bool(environment.get("GRADIO_ROOT_PATH"))
    return chosen.host in LOOPBACK and not chosen.share and not behind_proxy


def convert(value: str, default: object, known: Option) -> object:
    """`value` as what `default` is. Raises ValueError with what it must be."""
    if isinstance(default, bool):
        if value.lower() not in SWITCH:
            raise ValueError("must be on or off")
        return SWITCH[value.lower()]
    if isinstance(default, int):
        if not value.isdecimal() or not known.low <= int(value) <= known.high:
            raise ValueError(f"must be a whole number from {known.low} to {known.high}")
        return int(value)
    if known.choices and value not in known.choices:
        raise ValueError(f"must be one of {', '.join(known.choices)}")
    pattern, meaning = known.pattern
    if pattern and not re.fullmatch(pattern, value):
        raise ValueError(f"must be {meaning}")
    return Path(value).expanduser() if isinstance(default, Path) else value


def table() -> str:
    """The settings as README.md has them, in Markdown."""
    rows = [
        f"| `{flag(name)}` | `{variable(name)}` | {known.help} | {known.shown or _as_text(getattr(Settings, name))} |"
        for name, known in described().items()
    ]
    return HEADER + "\n".join(rows) + "\n"


def _metavar(name: str, known: Option) -> str:
    return "|".join(known.choices) or ("N" if isinstance(getattr(Settings, name), int) else name.upper())


def _as_text(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"{default:,}" if isinstance(default, int) and default > 9_999 else f"{default}"
