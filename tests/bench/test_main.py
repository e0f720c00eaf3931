"""`python -m bench` runs every measurement."""

import importlib.util
from pathlib import Path

from bench.__main__ import COMMANDS, lines


def test_every_command_is_a_module() -> None:
    """Each by the name that its process is started with."""
    assert all(importlib.util.find_spec(f"bench.{command.module}") for command in COMMANDS)


def test_what_cannot_be_measured_says_what_it_needs() -> None:
    """And the rest gets no argument it would not take."""
    found = dict(lines(None, None))
    assert found["chat_quality"] == found["engines"] == "no --data"
    assert found["sentiment"] == found["attention_view"] == found["chat_speed"] == []
    assert dict(lines(Path("sets"), None))["engines"] == "no --before"


def test_with_data_those_that_take_them_get_them() -> None:
    """And only one takes an older commit."""
    found = dict(lines(Path("sets"), Path("older")))
    assert found["chat_quality"] == found["sentiment"] == ["--data", "sets"]
    assert found["attention_view"] == []
    assert [module for module, options in found.items() if "--before" in options] == ["engines"]
