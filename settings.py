"""Everything an operator can set: the only place that reads the environment or the command line."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.device import CHOICES
from models.stages import MEGABYTE


@dataclass(frozen=True)
class Settings:
    """How this server runs; `memory` is the models' budget in bytes, `home` the folder of the weights."""

    host: str
    port: int
    device: str
    memory: int
    share: bool
    offline: bool
    fetch: bool
    home: Path


def default_home(environment: Mapping[str, str], platform: str) -> Path:
    """The platform's cache folder for this app, unless GLASSBOX_HOME names another."""
    if environment.get("GLASSBOX_HOME"):
        return Path(environment["GLASSBOX_HOME"]).expanduser()
    if platform == "win32":
        cache = Path(environment.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif platform == "darwin":
        cache = Path.home() / "Library" / "Caches"
    else:
        cache = Path(environment.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "glassbox"


def default_host(environment: Mapping[str, str]) -> str:
    """This machine only; on Hugging Face Spaces every address, since the Space's own proxy stands before it."""
    return "0.0.0.0" if environment.get("SYSTEM") == "spaces" else "127.0.0.1"


def parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    """The command line of `python app.py`."""
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="Glassbox: language-model demos you can see into.",
        epilog="GLASSBOX_HOME names the folder of the downloaded weights.",
    )
    parser.add_argument(
        "--host", default=default_host(environment), help="the address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=int, default=7860, help="the port to listen on, 0 for any (default: %(default)s)"
    )
    parser.add_argument("--device", choices=CHOICES, default="auto", help="where models run (default: %(default)s)")
    parser.add_argument(
        "--memory", type=int, default=2000, metavar="MB", help="megabytes of models in memory (default: %(default)s)"
    )
    parser.add_argument("--share", action="store_true", help="also open a public link through Gradio's tunnel")
    parser.add_argument("--offline", action="store_true", help="use the weights that are here, download nothing")
    parser.add_argument("--fetch", action="store_true", help="download the bundled weights, then exit")
    return parser


def read(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings from the command line and the environment. Exits with a message where an argument is wrong."""
    command_line = parser(environment)
    given = command_line.parse_args(arguments)
    if given.memory <= 0:
        command_line.error(f"--memory must be a positive number of megabytes, not {given.memory}")
    if not 0 <= given.port <= 65_535:
        command_line.error(f"--port must be from 0 to 65535, not {given.port}")
    return Settings(
        host=given.host,
        port=given.port,
        device=given.device,
        memory=given.memory * MEGABYTE,
        share=given.share,
        offline=given.offline,
        fetch=given.fetch,
        home=default_home(environment, sys.platform),
    )
