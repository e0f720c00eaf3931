"""What a function's docstring says of the function and of its arguments."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ARGUMENT = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Description:
    """What the function does, and what each argument is, by its name; empty where the docstring does not say."""

    summary: str
    arguments: dict[str, str]


def describe(fn: Callable[..., Any]) -> Description:
    """The description of `fn`, whose docstring may end with a section `Args:` in the style of Google's guide."""
    summary, _, arguments = (inspect.getdoc(fn) or "").partition("\n\nArgs:\n")
    found = {name: _in_one_line(text) for name, text in ARGUMENT.findall(arguments)}
    return Description(_in_one_line(summary), found)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
