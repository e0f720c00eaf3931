"""Reads the settings from the command line and the environment.

pydantic-settings reads the variables, and pydantic checks every value. The flags are argparse's: pydantic-settings can
make them too, but it names a wrong value by its field, not by the flag or the variable that it came from, repeats
passwords in its messages, and has no text for a default that depends on the machine.
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from settings.machine import Machine
from settings.options import Settings

PREFIX = "GLASSBOX_"
HEADER = "| option | variable | what it sets | default |\n|---|---|---|---|\n"


class Given(Settings, BaseSettings):
    """The settings that were given on the command line, by keyword, or else by variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, validate_default=False)


def flag(name: str) -> str:
    """The option on the command line for the setting `name`."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """The variable in the environment for the setting `name`."""
    return PREFIX + name.upper()


def extra(name: str) -> Mapping[str, Any]:
    """What `option` noted of the setting `name`: `shown`, `metavar`, `secret` and `must_be`."""
    noted = Settings.model_fields[name].json_schema_extra
    assert isinstance(noted, Mapping), "every field is an option"
    return noted


def parser() -> argparse.ArgumentParser:
    """The command line of `python app.py`; each option's value stays as it was written."""
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="Glassbox: language-model demos you can see into.",
        epilog=f"Each option has a variable too: {variable('queue_length')}=8 is {flag('queue_length')} 8.",
    )
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, bool):
            parser.add_argument(flag(name), action="store_const", const="on", help=field.description)
        else:
            described = f"{field.description} (default: {extra(name)['shown'] or field.default})"
            parser.add_argument(flag(name), help=described, metavar=extra(name)["metavar"] or name.upper())
    return parser


def read(arguments: Sequence[str]) -> Settings:
    """The settings from the command line, else the environment. Exits with a message if one is invalid."""
    command_line = parser()
    flags = {name: value for name, value in vars(command_line.parse_args(arguments)).items() if value is not None}
    try:
        given = Given(**flags)
    except ValidationError as error:
        command_line.error(wrong(error, flags))
    machine = Machine()
    chosen = Settings(**machine.defaults() | given.model_dump(exclude_unset=True))
    if "rate" not in given.model_fields_set and machine.is_alone(chosen):
        return chosen.model_copy(update={"rate": 0})
    return chosen


def wrong(error: ValidationError, flags: Mapping[str, str]) -> str:
    """A message on the first invalid value, with the flag or the variable that it came from."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    given_as = "" if extra(name)["secret"] else f", not {first['input']!r}"
    return f"{flag(name) if name in flags else variable(name)} must be {extra(name)['must_be']}{given_as}"


def table() -> str:
    """The table of settings in README.md, in Markdown."""
    rows = [
        f"| `{flag(name)}` | `{variable(name)}` | {field.description} | {shown} |"
        for name, field in Settings.model_fields.items()
        for shown in [extra(name)["shown"] or _text(field.default)]
    ]
    return HEADER + "\n".join(rows) + "\n"


def _text(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"{default:,}" if isinstance(default, int) and default > 9_999 else f"{default}"
