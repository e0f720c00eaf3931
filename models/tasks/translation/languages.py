"""The names of the languages that models translate."""

from collections.abc import Iterable

from models.runtime.spec import ModelSpec
from models.text.language_names import NAMES


def languages(models: Iterable[ModelSpec]) -> dict[str, str]:
    """The languages that `models` read or write: their names by their codes."""
    codes = dict.fromkeys(code for spec in models for pair in spec.pairs for code in pair)
    return {code: language(code) for code in codes}


def language(code: str) -> str:
    """The name of a language, its code where that is not known."""
    return NAMES.get(code, code)
