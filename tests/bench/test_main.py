"""`python -m bench` runs every measurement."""

import importlib.util
from pathlib import Path

from bench.__main__ import COMMANDS, lines


def test_every_command_is_a_module() -> None:
    """Each by the name that its process is started with."""
    assert all(importlib.util.find_spec(f"bench.{command.module}") for command in COMMANDS)


def test_without_data_what_needs_them_is_left_out() -> None:
    """And the rest gets no argument it would not take."""
    found = dict(lines(None, llama=False))
    assert found["chat_quality"] is None
    assert found["sentiment"] == found["attention_view"] == found["chat_speed"] == []


def test_with_data_those_that_take_them_get_them() -> None:
    """And only chat has llama.cpp for a rival."""
    found = dict(lines(Path("sets"), llama=True))
    assert found["chat_quality"] == found["sentiment"] == ["--data", "sets"]
    assert found["attention_view"] == []
    assert [module for module, options in found.items() if options and "--llama" in options] == ["chat_speed"]
