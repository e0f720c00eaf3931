"""Every setting of the server, with its default, its range and its description."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from models.runtime.device import CHOICES
from models.runtime.limits import Limits, seconds_before
from models.runtime.progress import MEGABYTE

# A host, or an IPv6 address in brackets, and a port.
SERVER = r"https?://(\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)(:\d{1,5})?"
# What may be wrong with a path.
A_PATH = ("", "a path, after ~ with a user of this machine")


def option(
    default: Any,
    help: str,
    low: int = 0,
    high: int = 2**31,
    choices: Sequence[str] = (),
    pattern: tuple[str, str] = ("", ""),
    shown: str = "",
) -> Any:
    """A field of `Settings`; a number is from `low` to `high`.

    `pattern` is what a text must match, as a regular expression and in words; such a text is a secret. `shown` stands
    for a default that depends on the machine.
    """
    known: dict[str, Any] = {"shown": shown, "metavar": "|".join(choices), "secret": bool(pattern[0])}
    if isinstance(default, bool):
        return Field(default, description=help, json_schema_extra=known | {"must_be": "on or off"})
    if isinstance(default, int):
        must_be = f"a whole number from {low} to {high}"
        known |= {"must_be": must_be, "metavar": "N"}
        return Field(default, ge=low, le=high, description=help, json_schema_extra=known)
    expression, must_be = ("|".join(choices), f"one of {', '.join(choices)}") if choices else pattern
    anchored = rf"^(?:{expression})$" if expression else None
    return Field(default, pattern=anchored, description=help, json_schema_extra=known | {"must_be": must_be})


class Settings(BaseModel):
    """How this server runs. The field `new_tokens` is the option `--new-tokens` and the variable GLASSBOX_NEW_TOKENS.

    This class is the one definition: the command line, `--help` and the table in README.md are made from it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = option("127.0.0.1", "the address to listen on", shown="127.0.0.1, on Spaces 0.0.0.0")
    port: int = option(7860, "the port to listen on; 0 takes any free one", high=65_535)
    home: Path = option(
        Path(), "the folder of the downloaded weights", pattern=A_PATH, shown="the platform's cache folder"
    )
    lock: Path = option(
        Path(),
        "the lock file with the commits and hashes of models from the Hub",
        pattern=A_PATH,
        shown="models.lock.json in --home",
    )
    catalog: Path = option(Path(), "a TOML file of more models to offer", pattern=A_PATH, shown="none")
    model: str = option(
        "",
        "models on disk to offer, as task=path, with commas between them; see docs/models.md",
        pattern=(r"\w+=[^=,]+(,\w+=[^=,]+)*", "task=path, several separated by commas"),
        shown="none",
    )
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
        pattern=(rf"{SERVER}(/[^\s?#]*)?", "an address like http://host:8000, without a name or a key"),
        shown="none: every model runs here",
    )
    engine_model: str = option("", "the chat model that the server at --engine-url runs", shown="SmolLM2-135M-Instruct")
    engine_key: str = option(
        "",
        "the key for the server at --engine-url; the variable hides it better",
        pattern=(r"[\x21-\x7e]+", "letters, digits and signs without spaces"),
        shown="none",
    )
    ray: str = option(
        "",
        "the address of replicas that run all models, started by `app.py replicas`; see docs/scaling.md",
        pattern=(rf"{SERVER}/?", "an address like http://host:8000"),
        shown="none: every model runs here",
    )
    cold: bool = option(False, "load each model at its first request instead of at the start")
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
    characters: int = option(10_000, "most characters in one text", low=1)
    context_characters: int = option(60_000, "most characters in a text that a question is asked about", low=1)
    body_bytes: int = option(MEGABYTE, "most bytes in the body of one request", low=1_000)
    new_tokens: int = option(256, "most new tokens in one chat reply", low=16, high=1_024)
    deadline: int = option(60, "seconds that one request may run; 0 for no limit")
    drain: int = option(30, "seconds that running requests get to end after SIGTERM")
    metrics: bool = option(False, "serve figures for Prometheus at `/metrics`")
    traces: bool = option(
        False, "send traces with OpenTelemetry, to the address in OTEL_EXPORTER_OTLP_ENDPOINT; see docs/scaling.md"
    )
    mcp: bool = option(False, "offer the tasks as tools to MCP clients at `/gradio_api/mcp`; see docs/api.md")

    @field_validator("home", "lock", "catalog")
    @classmethod
    def expanded(cls, path: Path) -> Path:
        """The path with the user's folder in place of `~`. Raises ValueError where there is no such user."""
        try:
            return path.expanduser()
        except RuntimeError as error:
            raise ValueError(str(error)) from error

    @property
    def memory_bytes(self) -> int:
        """The models' budget in bytes."""
        return self.memory * MEGABYTE

    @property
    def limits(self) -> Limits:
        """The limits of one request."""
        return Limits(self.characters, self.context_characters, self.new_tokens, seconds_before(self.deadline))

    @property
    def logins(self) -> list[tuple[str, str]]:
        """The names and passwords that open the page; empty if no login is needed."""
        names = [login.partition(":") for login in self.auth.split(",") if login]
        return [(name, password) for name, _, password in names]
